// Moving in tiles by keys.
import { expect, test } from 'vitest';
import { moved } from '../../src-renderer/composables/useRoving';

test('arrows move by one and by a row', () => {
  expect(moved('ArrowRight', 5, 64, 8)).toBe(6);
  expect(moved('ArrowDown', 5, 64, 8)).toBe(13);
  expect(moved('ArrowUp', 13, 64, 8)).toBe(5);
});

test('nothing leads beyond the ends', () => {
  expect(moved('ArrowLeft', 0, 64, 8)).toBe(0);
  expect(moved('ArrowUp', 5, 64, 8)).toBe(5);
  expect(moved('ArrowDown', 60, 64, 8)).toBe(60);
  expect(moved('PageDown', 60, 64, 8)).toBe(63);
});

test('Home and End lead to the ends, other keys nowhere', () => {
  expect(moved('Home', 30, 64, 8)).toBe(0);
  expect(moved('End', 30, 64, 8)).toBe(63);
  expect(moved('Enter', 30, 64, 8)).toBeNull();
});
