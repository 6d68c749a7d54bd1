// What stands at the right of a row of Compare.
import { expect, test } from 'vitest';
import type { RunEvidence } from '../../src-main/contract/calls';
import { cellsOf, numbersOf } from '../../src-renderer/compare/rows';

const none = { shift: new Float32Array(3), noise: new Float32Array(3) };
const evidence: RunEvidence = {
  ...{ likeness: 0.3, likenessInterval: [0.2, 0.4], ownBest: 1, clusters: [0, 1, 2], meaning: ['', '', ''] },
  nearestReal: Float32Array.of(0.2, 0.5, 0.9),
  distance: Float32Array.of(1, 1, 1),
  commonBudget: Float32Array.of(1, 2, 4),
  startsAgree: new Float32Array(3),
  responses: new Float32Array(9),
  robust: { picture: none, real: none },
  path: {
    picture: Float32Array.of(0.1, 0.6, 0.7),
    real: Float32Array.of(0.5, 0.6, 0.7),
    noise: new Float32Array(3),
  },
  transfer: { networks: 2, own: Float32Array.of(1, 1, 1), others: Float32Array.of(0.25, 0.5, 0.75) },
};
const cells = cellsOf(null, [4, 5, 6]).map((cell, index) => ({ ...cell, index }));

test('is the median over the units shown, path and other networks’ reading included', () => {
  expect(numbersOf(cells, 'common', evidence)).toMatchObject({ score: 2, others: 0.5 });
  const shown = numbersOf(cells.slice(0, 1), 'common', evidence);
  expect(shown.path?.picture).toBeCloseTo(0.1);
  expect(shown.path?.real).toBeCloseTo(0.5);
  expect(shown.distinctness).toBeCloseTo(0.7);
});

test('says nothing of a path on a first layer, nor of others on a hidden one', () => {
  const hidden = numbersOf(cells, 'own', { ...evidence, path: null, transfer: null });
  expect(hidden).toMatchObject({ path: null, others: null, score: null });
});
