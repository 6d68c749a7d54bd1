// Drawing: what a brush leaves, how a picture moves, how answers stay live, and where response maps go.
import { describe, expect, it } from 'vitest';
import { blank, isBlank, nudge, stroke } from '../../../src-renderer/drawing/bitmap';
import { HEAT, heatScale } from '../../../src-renderer/drawing/heat';
import { latest } from '../../../src-renderer/drawing/latest';
import { arrange, extentOf } from '../../../src-renderer/drawing/sheet-layout';

const at = (x: number, y: number): { x: number; y: number } => ({ x, y });

describe('a stroke', () => {
  it('covers the pixels under the brush and leaves the rest', () => {
    const drawn = stroke(blank(7, 7), at(1.5, 3.5), at(5.5, 3.5), 1);
    expect([...drawn.pixels.slice(21, 28)]).toEqual([0, 255, 255, 255, 255, 255, 0]);
    expect([...drawn.pixels.slice(0, 7)]).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it('has soft edges, never takes ink away, and leaves the picture it started from alone', () => {
    const start = blank(9, 9);
    const once = stroke(start, at(4.5, 4.5), at(4.5, 4.5), 2);
    expect(once.pixels[4 * 9 + 4]).toBe(255);
    const edge = once.pixels[4 * 9 + 5] ?? 0;
    expect(edge).toBeGreaterThan(0);
    expect(edge).toBeLessThan(255);
    const twice = stroke(once, at(6, 4.5), at(8, 4.5), 2);
    expect(twice.pixels.every((pixel, i) => pixel >= (once.pixels[i] ?? 0))).toBe(true);
    expect(isBlank(start)).toBe(true);
  });

  it('erases what it covers', () => {
    const full = { height: 5, width: 5, pixels: new Uint8Array(25).fill(255) };
    const erased = stroke(full, at(2.5, 2.5), at(2.5, 2.5), 1, true);
    expect(erased.pixels[12]).toBe(0);
    expect(erased.pixels[0]).toBe(255);
  });

  it('may leave the picture', () => {
    expect(() => stroke(blank(5, 5), at(-20, -20), at(40, 40), 3)).not.toThrow();
  });
});

it('moves by whole pixels, and what leaves is gone', () => {
  const dot = stroke(blank(5, 5), at(2.5, 2.5), at(2.5, 2.5), 1);
  expect(nudge(dot, 1, -1).pixels[1 * 5 + 3]).toBe(255);
  expect(isBlank(nudge(dot, 3, 0))).toBe(true);
});

describe('live answers', () => {
  it('come one at a time, to the newest picture', async () => {
    const asked: number[] = [];
    const answers: ((value: number) => void)[] = [];
    const got: number[] = [];
    const push = latest(
      (value: number) => {
        asked.push(value);
        return new Promise<number>((resolve) => answers.push(resolve));
      },
      (answer) => got.push(answer),
      () => undefined,
    );
    for (const value of [1, 2, 3]) push(value);
    expect(asked).toEqual([1]);
    answers[0]?.(10);
    await new Promise((resolve) => setTimeout(resolve));
    expect(asked).toEqual([1, 3]);
    answers[1]?.(30);
    await new Promise((resolve) => setTimeout(resolve));
    expect(got).toEqual([10, 30]);
  });

  it('go on after one failed', async () => {
    const failures: unknown[] = [];
    const got: string[] = [];
    const push = latest(
      (value: string) => (value === 'bad' ? Promise.reject(new Error('no')) : Promise.resolve(value)),
      (answer) => got.push(answer),
      (error) => failures.push(error),
    );
    push('bad');
    push('good');
    await new Promise((resolve) => setTimeout(resolve));
    expect(failures).toHaveLength(1);
    expect(got).toEqual(['good']);
  });
});

it('the heat ramp runs from near black to near white and only gets lighter', () => {
  const lightness = Array.from(HEAT, (colour) => {
    const [red, green, blue] = [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  });
  expect(HEAT[0]).toBe(0xff12100e);
  expect(HEAT[255]).toBe(0xfff0f8f7);
  expect(lightness.every((value, i) => i === 0 || value >= (lightness[i - 1] ?? 0))).toBe(true);
});

it('white is the greatest answer to real data, more where the drawing is answered more, and its own where none are known', () => {
  const best = Float32Array.of(0.5, -1, 2.5, NaN);
  expect(heatScale(0.125, best)).toEqual({ scale: 2.5, isReal: true });
  expect(heatScale(3, best)).toEqual({ scale: 3, isReal: false });
  expect(heatScale(0.125, null)).toEqual({ scale: 0.125, isReal: false });
  expect(heatScale(0, Float32Array.of(-1))).toEqual({ scale: 0, isReal: false });
});

describe('response maps', () => {
  const layers = [
    { units: 32, height: 28, width: 28 },
    { units: 64, height: 14, width: 14 },
  ];

  it('stand at 84 and 42 px in a window of 1440 × 900', () => {
    const [first, second] = arrange(layers, 762, 600);
    expect(first).toEqual({ columns: 8, rows: 4, scale: 3, gap: 4 });
    expect(second).toEqual({ columns: 16, rows: 4, scale: 3, gap: 2 });
  });

  it('grow and shrink by whole scales to fit', () => {
    expect(arrange(layers, 1260, 760)[0]?.scale).toBe(4);
    expect(arrange(layers, 540, 450)[0]?.scale).toBe(2);
    for (const [across, down] of [
      [762, 600],
      [1260, 760],
      [2900, 1800],
    ] as const) {
      const sheets = arrange(layers, across, down);
      const sizes = sheets.map((one, i) => extentOf(layers[i] ?? { units: 0, height: 0, width: 0 }, one));
      expect(Math.max(...sizes.map(({ width }) => width))).toBeLessThanOrEqual(across);
      expect(sizes.reduce((sum, { height }) => sum + height, 0)).toBeLessThanOrEqual(down);
    }
  });

  it('of a dense layer are a strip of single cells', () => {
    expect(arrange([{ units: 1024, height: 1, width: 1 }], 762, 600)[0]).toMatchObject({
      columns: 128,
      rows: 8,
      gap: 0,
    });
  });
});
