// What stands at the right of a row of Compare.
import { expect, test } from 'vitest';
import type { RunEvidence } from '../../src-main/contract/calls';
import { cellsOf, numbersOf, scoresAre } from '../../src-renderer/compare/rows';

const none = { shift: new Float32Array(3), noise: new Float32Array(3) };
const evidence: RunEvidence = {
  bestOf: { windows: 30_000, all: false },
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

test('says what scores are multiples of, and of which rows where they differ', () => {
  const row = (title: string, windows: number, all: boolean) => ({
    ...{ title, evidence, numbers: { score: 2 } },
    run: { bestOf: { windows, all } },
  });
  const [plain, box] = [row('Plain', 47_040_000, true), row('Box', 30_000, false)];
  expect(scoresAre([plain], 'own', false)).toBe('best of all 47\u202f040\u202f000 real windows');
  expect(scoresAre([plain, box], 'own', false)).toBe(
    'best of all 47\u202f040\u202f000 real windows (Plain); best of 30\u202f000 sampled real windows (Box)',
  );
  // at one budget it is the judge's sample, whatever the runs were held against
  expect(scoresAre([plain, box], 'common', true)).toBe('best of 30\u202f000 sampled real images');
  expect(scoresAre([{ ...box, run: { bestOf: null } }], 'own', false)).toBe(
    'best of a sample of real windows',
  );
  expect(scoresAre([{ ...box, numbers: { score: null } }], 'own', false)).toBe('');
});
