// The words of a certificate: what is known of a unit's picture, and no more than that.
import type { MethodName } from '../src-main/contract/method';
import type { UnitResult } from '../src-main/contract/run';
import type { IconName } from './icons';
import { gap, whole } from './numbers';

export interface Verdict {
  readonly tone: 'ok' | 'plain' | 'warn' | 'err';
  readonly icon: IconName;
  readonly head: string;
  readonly sentence: string;
  /** The one thing to do about it. */
  readonly action?: 'longer' | 'retry';
}

interface Known {
  readonly method: MethodName;
  readonly result: UnitResult;
  /** Windows of real data that were looked at; null when that isn't known. */
  readonly looked: number | null;
}

/** Why a unit counts as dead: no real window is answered, or, whatever real data say, nothing moves its picture. */
function deadBy(bestReal: number | null, looked: number | null): string {
  if (bestReal === null) return 'Nothing moved it from where it started: its gradient is 0 there.';
  if (bestReal > 0) return 'It answers real windows, but its gradient is 0 where the ascent started.';
  return looked === null ? 'Never answered any window.' : `Never answered any of ${whole(looked)} windows.`;
}

export function verdict({ method, result, looked }: Known): Verdict {
  const known = result.certificate === null ? '' : `gap ${gap(result.certificate.gap)}`;
  switch (result.state) {
    case 'queued':
      return {
        tone: 'plain',
        icon: 'pause',
        head: 'Queued',
        sentence: 'It starts when what is before it is done.',
      };
    case 'running':
      return {
        tone: 'plain',
        icon: 'run',
        head: 'Running',
        sentence: 'The picture and its score still change.',
      };
    case 'dead':
      return {
        tone: 'plain',
        icon: 'close_to',
        head: 'Dead',
        sentence: deadBy(result.bestReal, looked),
      };
    case 'failed':
      if (method === 'question' && result.unit === 0) {
        return {
          ...{ tone: 'err', icon: 'warning', head: 'Failed, as in the question' },
          sentence: 'Its slice of the kernels, −1 to 0, is empty, and the mean of nothing is no number.',
        };
      }
      return {
        ...{ tone: 'err', icon: 'warning', action: 'retry' },
        ...{ head: 'Failed', sentence: 'The score became infinite or undefined.' },
      };
    case 'exact':
      return {
        ...{ tone: 'ok', icon: 'converged', head: 'Exact: closed form' },
        sentence: 'Linear in its window, so this is the optimum.',
      };
    case 'converged':
      return {
        ...{ tone: 'ok', icon: 'converged', head: `Converged: ${known}` },
        sentence: 'Locally, to first order, no direction gains more.',
      };
    case 'close':
      return {
        ...{ tone: 'plain', icon: 'close_to', head: `Close: ${known}`, sentence: 'More steps may help.' },
        action: 'longer',
      };
    case 'climbing':
      if (method === 'question') {
        return {
          ...{ tone: 'warn', icon: 'warning', head: 'Unbounded: no best picture exists' },
          sentence: 'The loss is linear in the picture, so it rises with every step.',
        };
      }
      return {
        ...{ tone: 'warn', icon: 'warning', action: 'longer' },
        head: known === '' ? 'Not converged' : `Not converged: ${known}`,
        sentence: 'The score would still rise with more steps.',
      };
  }
}
