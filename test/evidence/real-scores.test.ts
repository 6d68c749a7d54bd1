// Scores of real windows: what excites a unit most and least, and how its answers spread.
import { beforeAll, expect, test } from 'vitest';
import { openMnist, type Windows } from '../../src-main/datasets/dataset';
import {
  bestScores,
  extremeWindows,
  histogram,
  meanByLabel,
  realScores,
  type RealScores,
} from '../../src-main/evidence/real-scores';
import { realWindows } from '../../src-main/evidence/real-windows';
import type { Network } from '../../src-main/network/network';
import { openShipped } from '../support/networks';

let network: Network;
let sample: Windows;
let scores: RealScores;
let pauses = 0;

beforeAll(async () => {
  network = await openShipped();
  const all = realWindows(openMnist(), network, 'conv1');
  const count = 3000;
  sample = { ...all, count, values: all.values.subarray(0, count * 25) };
  scores = await realScores(network, 'conv1', sample, () => {
    pauses++;
    return Promise.resolve();
  });
});

const column = (unit: number): number[] =>
  Array.from({ length: scores.count }, (_, i) => scores.values[i * scores.units + unit] as number);

test('all windows are scored, with room for other work in between', () => {
  expect(scores.values).toHaveLength(3000 * 32);
  expect(pauses).toBeGreaterThan(1);
});

test('the best windows come best first, from as many images', () => {
  const best = extremeWindows(scores, sample, 5, 9);
  expect(best).toHaveLength(9);
  expect(best[0]?.score).toBe(Math.max(...column(5)));
  expect(best[0]?.score).toBe(bestScores(scores)[5]);
  expect(best.map(({ score }) => score)).toEqual([...best.map(({ score }) => score)].sort((a, b) => b - a));
  expect(new Set(best.map(({ index }) => sample.images[index])).size).toBe(9);
});

test('the worst windows come worst first', () => {
  const worst = extremeWindows(scores, sample, 5, 9, 'worst');
  expect(worst[0]?.score).toBe(Math.min(...column(5)));
  expect((worst[8]?.score ?? 0) >= (worst[0]?.score ?? 0)).toBe(true);
});

test('the histogram counts every window once', () => {
  const { low, high, counts } = histogram(scores, 7);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3000);
  expect([low, high]).toEqual([Math.min(...column(7)), Math.max(...column(7))]);
});

test('the mean by label is the mean over that label', () => {
  const threes = column(2).filter((_, i) => sample.labels[i] === 3);
  expect(meanByLabel(scores, sample, 2, 10)[3]).toBeCloseTo(
    threes.reduce((sum, score) => sum + score, 0) / threes.length,
    4,
  );
});
