// Differences of two galleries: mid grey where there is none, black and white where A or B has more, at one scale for all units.
import { expect, it } from 'vitest';
import { differencesOf, paintDifference } from '../../src-renderer/galleries/differences';

const a = new Map([
  [0, Float32Array.of(0.5, -0.5, 0.5, -0.5)],
  [1, Float32Array.of(0.5, 0.5, -0.5, -0.5)],
  [2, null],
  [7, Float32Array.of(1, 0, 0, 0)],
]);
const b = new Map([
  [0, Float32Array.of(0.5, -0.5, 0.5, -0.5)],
  [1, Float32Array.of(0.5, -0.5, -0.5, 0.5)],
  [2, Float32Array.of(0.5, -0.5, -0.5, 0.5)],
]);

it('is of the units that both have, a flat picture counting as grey', () => {
  const { byUnit, most } = differencesOf(a, b);
  expect([...byUnit.keys()]).toEqual([0, 1, 2]);
  expect([...(byUnit.get(1) ?? [])]).toEqual([0, 1, 0, -1]);
  expect([...(byUnit.get(2) ?? [])]).toEqual([-0.5, 0.5, 0.5, -0.5]);
  expect(most).toBe(1);
});

it('is drawn around mid grey', () => {
  const { byUnit, most } = differencesOf(a, b);
  const image = { width: 5, height: 2, data: new Uint8ClampedArray(40) } as unknown as ImageData;
  paintDifference(image, byUnit.get(1) ?? new Float32Array(4), most, {
    ...{ left: 3, top: 0, height: 2, width: 2 },
  });
  const grey = (x: number, y: number): number => image.data[(y * 5 + x) * 4] ?? -1;
  expect([grey(3, 0), grey(4, 0), grey(3, 1), grey(4, 1)]).toEqual([128, 255, 128, 1]);
});
