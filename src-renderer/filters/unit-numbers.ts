// The numbers beside a unit's picture, and what its score is relative to.
import { ratioToReal } from '../../src-main/contract/best-of';
import type { UnitResult, VisualizeRun } from '../../src-main/contract/run';
import { fixed, gap, relativeTo, times } from '../numbers';
import { agreeing } from '../starts';

const agreement = (scores: readonly number[]): string =>
  scores.length === 0 ? '–' : scores.length === 1 ? '1 start' : `${agreeing(scores)} of ${scores.length}`;

/** What is known of a unit, as it is written; '–' for what is not. */
export function numbersOf(result: UnitResult | null): { label: string; value: string; key?: boolean }[] {
  const ratio = result === null ? null : ratioToReal(result);
  const { score = null, certificate = null, startScores = [] } = result ?? {};
  return [
    { label: 'Score', value: ratio === null ? '–' : times(ratio), key: true },
    { label: 'Activation', value: score === null ? '–' : fixed(score) },
    { label: 'Gap', value: certificate === null ? '–' : gap(certificate.gap) },
    { label: 'Starts agree', value: agreement(startScores) },
  ];
}

/** Of how many real windows the best is what the score is a multiple of; '' without a score. `whole`: it sees the whole image. */
export function scoreIs(result: UnitResult | null, of: VisualizeRun['bestOf'], whole: boolean): string {
  return result === null || ratioToReal(result) === null || of === null
    ? ''
    : `Score: ${relativeTo(of, { whole })}`;
}
