// Likeness: correlation of pixels, blind to how a picture was stretched.
import { expect, test } from 'vitest';
import { distinctness, likeness, unitVector } from '../../src-renderer/likeness';
import { median } from '../../src-renderer/median';

const ramp = [0, 1, 2, 3, 4, 5, 6, 7];

test('a picture is like itself, however it was stretched, and unlike its negative', () => {
  const a = unitVector(ramp);
  expect(likeness(a, unitVector(ramp.map((value) => 30 * value + 10)))).toBeCloseTo(1, 5);
  expect(likeness(a, unitVector(ramp.map((value) => -value)))).toBeCloseTo(-1, 5);
});

test('a flat picture and one of another size are like nothing', () => {
  expect(unitVector([5, 5, 5, 5])).toBeNull();
  expect(likeness(unitVector(ramp), unitVector([0, 1, 2]))).toBeNull();
});

test('pictures that are all the same are not distinct, orthogonal ones wholly', () => {
  const same = unitVector(ramp);
  expect(distinctness([same, same, same])).toBeCloseTo(0, 5);
  expect(distinctness([unitVector([1, -1, 0, 0]), unitVector([0, 0, 1, -1])])).toBeCloseTo(1, 5);
  expect(distinctness([same])).toBeNull();
});

test('the median of an even count lies between the middle two', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNull();
});
