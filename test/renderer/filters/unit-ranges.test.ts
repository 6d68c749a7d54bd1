// The search for units: numbers, ranges, states and names.
import { expect, test } from 'vitest';
import { parseUnits } from '../../../src-renderer/unit-ranges';

const find = (words: string, count = 10): number[] =>
  parseUnits(
    words,
    count,
    (unit) => ['zero', 'one', 'two'][unit] ?? String(unit),
    (unit) => (unit === 7 ? 'dead' : 'converged'),
  );

test('no words leave every unit', () => {
  expect(find('')).toHaveLength(10);
  expect(find('  ')).toHaveLength(10);
});

test('numbers and ranges add up, in ascending order', () => {
  expect(find('8, 2-4')).toEqual([2, 3, 4, 8]);
  expect(find('2 – 3')).toEqual([2, 3]);
  expect(find('2 to 3 9')).toEqual([2, 3, 9]);
});

test('a number is that unit alone, not each that begins with it', () => {
  expect(find('1', 20)).toEqual([1]);
});

test('a state or the name of a class finds its units', () => {
  expect(find('dead')).toEqual([7]);
  expect(find('on')).toEqual([1]);
});

test('what no unit is called leaves none', () => {
  expect(find('purple')).toEqual([]);
  expect(find('40-50')).toEqual([]);
});
