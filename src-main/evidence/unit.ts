// What real data says of one unit: its best and worst windows, the spread of its answers, the labels it answers to.
import type { UnitEvidence } from '../contract/evidence';
import type { Dataset } from '../datasets/dataset';
import type { Network } from '../network/network';
import { decompose } from './decomposition';
import { histogram, type RealScores } from './real-scores';
import { cut, placed, type Scan } from './scan';
import { correlationRatio, rocArea } from './statistics';

/** Strongest response of a unit in each kept image, and the images' labels where there are any. */
export function answersByImage(
  { strongest, kept, units }: Scan,
  unit: number,
  { train }: Pick<Dataset, 'train'>,
): { values: Float32Array; labels: Uint16Array | null } {
  return {
    values: Float32Array.from({ length: kept }, (_, i) => strongest[i * units + unit] ?? 0),
    labels: train.labels?.subarray(0, kept) ?? null,
  };
}

/** What the labels say of a unit: nothing where there are none. */
function byClass(
  values: Float32Array,
  labels: Uint16Array | null,
  classes: readonly string[],
): Pick<UnitEvidence, 'classes' | 'byLabel' | 'answersTo' | 'selectivity'> {
  if (labels === null) {
    return { classes: [], byLabel: new Float32Array(0), answersTo: new Float32Array(0), selectivity: null };
  }
  return {
    classes: [...classes],
    byLabel: Float32Array.from(classes, (_, label) => {
      const own = values.filter((_value, i) => labels[i] === label);
      return own.reduce((sum, value) => sum + value, 0) / own.length;
    }),
    answersTo: Float32Array.from(classes, (_, label) => rocArea(values, (i) => labels[i] === label)),
    selectivity: correlationRatio(values, labels),
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
  const { values, labels } = answersByImage(scan, unit, dataset);
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
    ...byClass(values, labels, dataset.classes),
    builtFrom: [...shares.entries()]
      .map(([below, share]) => ({ layer: explained?.layer ?? '', unit: below, share }))
      .sort((a, b) => Math.abs(b.share) - Math.abs(a.share))
      .slice(0, 12),
  };
}
