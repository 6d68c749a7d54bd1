// What is known of a unit once its picture is kept: whether the climb arrived, and by how much it missed.
import type { GalleryUnit, UnitState } from '../contract/gallery';
import type { Ascent } from './ascend';

/** Limits on the first-order gap: at most 1 % is converged (a cosine of 0.99), at most 5 % close. */
const CONVERGED = 0.01;
const CLOSE = 0.05;

/** A picture of an ascent, and the layer and the method that it was made for. */
export interface Kept {
  readonly unit: number;
  readonly found: Ascent;
  /** The picture's row in it. */
  readonly row: number;
  /** Greatest objective of a real window; not finite where there is no data. */
  readonly bestReal: number;
  readonly budget: number;
  readonly startScores: number[];
  /** True for a unit that is linear in its picture. */
  readonly linear: boolean;
  readonly output: boolean;
  readonly inBox: boolean;
}

export function unitOf({
  unit,
  found,
  row,
  bestReal,
  budget,
  startScores,
  linear,
  output,
  inBox,
}: Kept): GalleryUnit {
  const gap = found.gaps[row] as number;
  const idle = bestReal <= 0 && Number.isFinite(bestReal) && !output;
  const dead = found.gradientNorms[row] === 0 || idle;
  let state: UnitState = 'climbing';
  if (dead) state = 'dead';
  else if (linear && gap <= 1e-4) state = 'exact';
  else if (gap <= CONVERGED) state = 'converged';
  else if (gap <= CLOSE) state = 'close';
  return {
    unit,
    state,
    score: dead ? null : (found.scores[row] as number),
    bestReal: Number.isFinite(bestReal) ? bestReal : null,
    certificate: dead ? null : { cosine: inBox ? null : 1 - gap, gap },
    norm: inBox ? null : budget,
    startScores,
  };
}
