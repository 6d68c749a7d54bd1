// The words of a certificate say what is known and no more.
import { expect, test } from 'vitest';
import type { UnitResult } from '../../../src-main/contract/run';
import { verdict } from '../../../src-renderer/certificate';

const result = (state: UnitResult['state'], gap?: number): UnitResult => ({
  ...{ unit: 3, state, score: 1, bestReal: 1, norm: 1, startScores: [] },
  certificate: gap === undefined ? null : { cosine: null, gap },
});
const say = (state: UnitResult['state'], gap?: number, method: 'whitened' | 'question' = 'whitened') =>
  verdict({ method, result: result(state, gap), looked: 30_000 });

test('a converged picture is said to be locally so, with its gap', () => {
  expect(say('converged', 0.0025)).toMatchObject({ tone: 'ok', head: 'Converged: gap 0.25\u202f%' });
  expect(say('converged', 0.0025).sentence).toContain('Locally');
});

test('a gap too small for two decimals is not called 0', () => {
  expect(say('converged', 0.000001).head).toBe('Converged: gap < 0.01\u202f%');
});

test('what would still rise offers to run longer', () => {
  expect(say('climbing', 0.05)).toMatchObject({ tone: 'warn', action: 'longer' });
  expect(say('close', 0.014)).toMatchObject({ tone: 'plain', action: 'longer' });
});

test('the question has no best picture, so it is not offered more steps', () => {
  const { head, action } = say('climbing', undefined, 'question');
  expect(head).toContain('no best picture');
  expect(action).toBeUndefined();
});

test('a unit is dead for what is known: windows that it never answered, or nothing that moves it', () => {
  const by = (bestReal: number | null): string =>
    verdict({ method: 'whitened', result: { ...result('dead'), bestReal }, looked: 30_000 }).sentence;
  expect(by(0)).toBe('Never answered any of 30\u202f000 windows.');
  expect(by(null)).toContain('Nothing moved it');
  expect(by(0.5)).toContain('answers real windows');
});

test('a failed unit can be tried again', () => {
  expect(say('failed')).toMatchObject({ tone: 'err', action: 'retry' });
});

test('the filter that the question never reached says so, and is not offered to be tried again', () => {
  const unit = { ...result('failed'), unit: 0 };
  const { sentence, action } = verdict({ method: 'question', result: unit, looked: null });
  expect(sentence).toContain('is empty');
  expect(action).toBeUndefined();
});
