// The median that every summary of units takes.
import { expect, test } from 'vitest';
import { median } from '../../src-main/contract/median';

test('the median of an odd count is the middle one, of an even count the mean of the middle two', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([10, 1, 2, 3])).toBe(2.5);
  expect(median(new Float32Array([2, 10, 1]))).toBe(2);
});

test('what is no number is left out; nothing has no median', () => {
  expect(median([NaN, 5, NaN, 1])).toBe(3);
  expect(median([])).toBeNaN();
  expect(median([NaN])).toBeNaN();
  expect(median([1, Infinity, Infinity])).toBe(Infinity);
});
