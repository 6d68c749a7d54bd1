// The numbers beside a unit's picture, and what its score is relative to.
import type { UnitResult, VisualizeRun } from '../../src-main/contract/run';
import { fixed, gap, relativeTo, times } from '../numbers';

/** Starts whose score is within this share of the best agree with it. */
const AGREEMENT = 0.02;

/** Score over that of the best real window; null where either is missing or no real window excites the unit. */
function ratioOf(result: UnitResult | null): number | null {
  const { score = null, bestReal = null } = result ?? {};
  return score === null || bestReal === null || bestReal <= 0 ? null : score / bestReal;
}

function agreement(scores: readonly number[]): string {
  const best = Math.max(...scores);
  const near = scores.filter((score) => score >= best - AGREEMENT * Math.abs(best));
  return scores.length < 2 ? '1 start' : `${near.length} of ${scores.length}`;
}

/** What is known of a unit, as it is written; '–' for what is not. */
export function numbersOf(result: UnitResult | null): { label: string; value: string; key?: boolean }[] {
  const ratio = ratioOf(result);
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
  return ratioOf(result) === null || of === null ? '' : `Score: ${relativeTo(of, { whole })}`;
}
