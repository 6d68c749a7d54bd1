// The grid of units: 8 across, pictures as large as the room allows.
import { expect, test } from 'vitest';
import {
  COLUMNS,
  firstRow,
  gridLayout,
  recycled,
  rowsInPage,
} from '../../../src-renderer/filters/grid-layout';

/** The grid's room at a window of that size: without rail, bars and inspector. */
const room = (width: number, height: number): { width: number; height: number } =>
  width < 1200
    ? { width: width - 52 - 300, height: height - 124 }
    : { width: width - 84 - (width < 1920 ? 352 : 400), height: height - 124 };

test('64 units fit into 1440 × 900 without scrolling, at five px a pixel', () => {
  const view = room(1440, 900);
  const { box, below, pitch } = gridLayout(view, 64);
  expect({ box, below }).toEqual({ box: 70, below: false });
  expect(8 * pitch).toBeLessThanOrEqual(view.height);
});

test('a larger window takes the next whole scales', () => {
  expect(gridLayout(room(1920, 1080), 64).box).toBe(98);
  expect(gridLayout(room(2560, 1440), 64).box).toBe(140);
});

test('a small window keeps pictures of 70 px, with the words below, and scrolls', () => {
  expect(gridLayout(room(1024, 700), 64)).toMatchObject({ box: 70, below: true });
});

test('a layer of few units gets larger pictures', () => {
  expect(gridLayout(room(1440, 900), 32).box).toBeGreaterThan(70);
});

test('8 tiles fit across in every window', () => {
  for (const [width, height] of [
    [1024, 700],
    [1280, 720],
    [1440, 900],
    [1920, 1080],
    [3840, 2160],
  ] as const) {
    for (const count of [10, 32, 64, 1024]) {
      const view = room(width, height);
      const { box, below, column } = gridLayout(view, count);
      expect(COLUMNS * column).toBeLessThanOrEqual(view.width);
      expect(box + (below ? 0 : 42)).toBeLessThan(column);
    }
  }
});

test('while a large layer is scrolled, no tile changes its place in the page, and each that comes takes the place of one that left', () => {
  const [pitch, height, rows] = [88, 700, 128];
  const cells = Array.from({ length: 1020 }, (_, unit) => unit);
  const places = COLUMNS * rowsInPage(height, pitch);
  const at = (top: number): Map<number, number> => {
    const first = COLUMNS * firstRow({ height, top }, pitch, rows);
    return new Map(recycled(cells, first, places).map(({ cell, place }) => [cell, place]));
  };
  let before = at(0);
  for (let top = 0; top <= rows * pitch + 24 - height; top += 61) {
    const now = at(top);
    expect(new Set(now.values()).size).toBe(now.size);
    for (const [cell, place] of now) expect(before.get(cell) ?? place).toBe(place);
    const inSight = cells.filter((cell) => {
      const y = 12 + Math.floor(cell / COLUMNS) * pitch;
      return y + pitch > top && y < top + height;
    });
    for (const cell of inSight) expect(now.has(cell)).toBe(true);
    before = now;
  }
  expect([...before.keys()]).toContain(1019);
});
