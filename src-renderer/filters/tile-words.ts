// What stands beside or below a unit's picture, and how a screen reader says it.
import { ratioToReal } from '../../src-main/contract/best-of';
import { fixed, times } from '../numbers';
import type { Cell } from '../stores/filters';
import { WITHOUT_PICTURE } from '../stores/runs';

export interface TileWords {
  /** Over the best real window, or raw where there is none; empty before there is a score. */
  readonly score: string;
  /** The state, where it is not simply done. */
  readonly word: string;
}

export function tileWords({ result, run, stale }: Cell): TileWords {
  if (run === null) return { score: '', word: '' };
  if (WITHOUT_PICTURE.includes(result.state)) return { score: '', word: result.state };
  const { score } = result;
  const ratio = ratioToReal(result);
  return {
    score: score === null ? '' : ratio === null ? fixed(score) : times(ratio),
    word: stale ? 'old' : '',
  };
}

/** "Unit 37 3.08×, converged": what is seen on the tile, then what is not. */
export function spokenTile(cell: Cell, name: string): string {
  const { score, word } = tileWords(cell);
  const state = cell.run === null ? 'not run' : cell.result.state;
  const seen = ['Unit', name, score, word].filter(Boolean).join(' ');
  return word === state ? seen : `${seen}, ${state}`;
}
