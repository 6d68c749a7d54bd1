// A layer's best real windows: of a sample, or of all training images once they were looked through.
import type { RealBest, WindowPlace } from '../contract/best-of';
import type { Dataset, Windows } from '../datasets/dataset';
import { bestRows, bestScores, type RealScores } from './real-scores';
import type { Scan } from './scan';

const placeOf = (
  { train }: Pick<Dataset, 'train'>,
  { image, top, left }: Omit<WindowPlace, 'file'>,
): WindowPlace => ({ image, file: train.files?.[image] ?? null, top, left });

/** Costs one pass over the scores. */
export function bestOfSample(
  scores: RealScores,
  { images, tops, lefts }: Windows,
  dataset: Pick<Dataset, 'train'>,
): RealBest {
  return {
    best: bestScores(scores),
    windows: Array.from(bestRows(scores), (row) => {
      const [image, top, left] = [images[row], tops[row], lefts[row]];
      return image === undefined || top === undefined || left === undefined
        ? null
        : placeOf(dataset, { image, top, left });
    }),
    of: { windows: scores.count, all: false },
  };
}

export function bestOfScan({ best, looked }: Scan, dataset: Pick<Dataset, 'train'>): RealBest {
  return {
    best: Float32Array.from(best, ([found]) => found?.score ?? NaN),
    windows: best.map(([found]) => (found === undefined ? null : placeOf(dataset, found))),
    of: { windows: looked, all: true },
  };
}
