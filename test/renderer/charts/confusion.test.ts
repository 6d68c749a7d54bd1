// The confusion matrix: what is drawn strongly, and the mistake that is named.
import { expect, it } from 'vitest';
import { mostConfused, strengths } from '../../../src-renderer/charts/confusion';

const counts = [
  [90, 4, 0],
  [1, 80, 0],
  [0, 16, 70],
];

it('names the most frequent mistake', () => {
  expect(mostConfused(counts)).toEqual({ truth: 2, read: 1, count: 16 });
  expect(
    mostConfused([
      [5, 0],
      [0, 5],
    ]),
  ).toBeNull();
});

it('draws wrong answers by their share of the most frequent mistake, right ones plain', () => {
  expect(strengths(counts)).toEqual([
    [0, 0.5, 0],
    [0.25, 0, 0],
    [0, 1, 0],
  ]);
});
