// What real data says of one unit: its best and worst windows, the spread of its answers, the labels it answers to.
import type { UnitEvidence } from '../contract/evidence';
import type { Dataset } from '../datasets/dataset';
import type { Network } from '../network/network';
import { decompose } from './decomposition';
import { histogram, type RealScores } from './real-scores';
import { cut, placed, type Scan } from './scan';

/** What the labels say of a unit: nothing where there are none. */
function byClass(
  { means, areas, explained }: Scan,
  unit: number,
  classes: readonly string[],
): Pick<UnitEvidence, 'classes' | 'byLabel' | 'answersTo' | 'selectivity'> {
  const none = new Float32Array(0);
  if (explained.length === 0) return { classes: [], byLabel: none, answersTo: none, selectivity: null };
  const own = (values: Float32Array): Float32Array =>
    values.slice(unit * classes.length, (unit + 1) * classes.length);
  return {
    ...{ classes: [...classes], byLabel: own(means), answersTo: own(areas) },
    selectivity: explained[unit] ?? NaN,
  };
}

/** Everything that is known of a unit beside its picture. `sample`: the scores from which the histogram is made. */
export function unitEvidence(
  network: Network,
  layer: string,
  unit: number,
  scan: Scan,
  sample: RealScores,
  dataset: Dataset,
): UnitEvidence {
  const best = scan.best[unit] ?? [];
  const explained =
    best.length === 0 ? null : decompose(network, layer, unit, cut(scan, best.slice(0, 1), dataset));
  const shares = new Map<number, number>();
  for (const { unit: below, share } of explained?.all ?? []) {
    shares.set(below, (shares.get(below) ?? 0) + share);
  }
  return {
    looked: scan.looked,
    images: scan.images,
    best: placed(best, dataset),
    worst: placed(scan.worst[unit] ?? [], dataset),
    histogram: histogram(sample, unit),
    ...byClass(scan, unit, dataset.classes),
    builtFrom: [...shares.entries()]
      .map(([below, share]) => ({ layer: explained?.layer ?? '', unit: below, share }))
      .sort((a, b) => Math.abs(b.share) - Math.abs(a.share))
      .slice(0, 12),
  };
}
