// Every display mapping does what the contract says of it, in grey and in colour.
import { describe, expect, test } from 'vitest';
import { displaySchema, usualDisplay } from '../../src-main/contract/method';
import { show, showAll } from '../../src-main/pictures/display';

const row = (width: number) => ({ height: 1, width, channels: 1 });
const shown = (values: number[], display: Parameters<typeof show>[2]): number[] => [
  ...show(Float32Array.from(values), row(values.length), display).data,
];

describe('one picture', () => {
  test('contrast: its minimum black, its maximum white', () => {
    expect(shown([-2, 0, 2], 'contrast')).toEqual([0, 128, 255]);
  });

  test('percentile: single outliers do not decide', () => {
    const values = Array.from({ length: 199 }, (_, i) => i / 198);
    const grey = shown([...values, 1000], 'percentile');
    expect(grey[0]).toBe(0);
    expect(grey[99]).toBeGreaterThan(120);
    expect(grey[99]).toBeLessThan(135);
    expect(grey.at(-1)).toBe(255);
  });

  test('signed: 0 is mid grey, the greatest magnitude black or white', () => {
    expect(shown([-4, 0, 2], 'signed')).toEqual([0, 128, 191]);
    expect(shown([-1, 0, 4], 'signed')).toEqual([96, 128, 255]);
  });

  test('ink: 0 black, 1 white, clipped', () => {
    expect(shown([-3, 0, 0.5, 1, 7], 'ink')).toEqual([0, 0, 128, 255, 255]);
  });

  test('positive: negatives are black, then 0 to the maximum; nothing positive is all black', () => {
    expect(shown([-3, 0, 1, 2], 'positive')).toEqual([0, 0, 128, 255]);
    expect(shown([-3, -1, 0], 'positive')).toEqual([0, 0, 0]);
  });

  test('meanStd: the mean is mid grey, 2.5 standard deviations are the ends', () => {
    expect(shown([-1, 1, -1, 1], 'meanStd')).toEqual([77, 179, 77, 179]);
    const outlier = shown([...(Array(99).fill(0) as number[]), 100], 'meanStd');
    expect(outlier.at(-1)).toBe(255);
  });

  test.each(displaySchema.options)('%s: what is no number is black and spoils nothing else', (display) => {
    const grey = shown([NaN, 0, 1], display);
    expect(grey[0]).toBe(0);
    if (display !== 'meanStd') expect(grey[2]).toBe(255);
  });

  test('a flat picture is mid grey where the range is its own', () => {
    for (const display of ['contrast', 'percentile', 'signed', 'meanStd', 'shared'] as const) {
      expect(shown(display === 'signed' ? [0, 0] : [3, 3], display)).toEqual([128, 128]);
    }
  });

  test('three channels stay colours and share one range; two or five are shown as their mean', () => {
    const colour = show(
      Float32Array.from([0, 1, 2, 4, 4, 4]),
      { height: 1, width: 2, channels: 3 },
      'contrast',
    );
    expect(colour.channels).toBe(3);
    expect([...colour.data]).toEqual([0, 64, 128, 255, 255, 255]);
    const two = show(Float32Array.from([0, 2, 4, 6]), { height: 1, width: 2, channels: 2 }, 'contrast');
    expect(two.channels).toBe(1);
    expect([...two.data]).toEqual([0, 255]);
    const five = show(
      Float32Array.from([0, 0, 0, 0, 5, 1, 1, 1, 1, 1]),
      { height: 1, width: 2, channels: 5 },
      'ink',
    );
    expect([...five.data]).toEqual([255, 255]);
  });
});

describe('a layer', () => {
  test("shared: the layer's minimum is black and its maximum white, dead units apart", () => {
    const images = Float32Array.from([0, 1, 0, 10, -99, 99]);
    const pictures = showAll(images, row(2), 'shared', (i) => i < 2);
    expect(pictures.map(({ data }) => [...data])).toEqual([
      [0, 26],
      [0, 255],
      [0, 0],
    ]);
  });
});

const window = { whole: false, channels: 1 };

test('what others make is shown as they show it', () => {
  expect(
    (['kerasIo', 'tfjsExamples', 'lucid', 'tfKerasVis'] as const).map((name) => usualDisplay(name, window)),
  ).toEqual(['meanStd', 'meanStd', 'ink', 'ink']);
});

test('whole grey inputs are shown as the network sees them, and colour between percentiles', () => {
  expect(usualDisplay('whitened', window)).toBe('contrast');
  expect(usualDisplay('whitened', { ...window, whole: true })).toBe('ink');
  expect(usualDisplay('whitened', { whole: true, channels: 3 })).toBe('percentile');
  expect(usualDisplay('fourier', { whole: true, channels: 3 })).toBe('percentile');
  expect(usualDisplay('plain', window)).toBe('signed');
});
