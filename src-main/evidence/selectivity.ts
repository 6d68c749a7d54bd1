// How distinct the pictures of a layer are: each unit's response to each picture, duplicates, and likeness to real data.
import { agnes } from 'ml-hclust';
import { isOutput } from '../ascent/real';
import type { BestOf } from '../contract/best-of';
import type { GalleryUnit } from '../contract/gallery';
import type { RunEvidence } from '../contract/evidence';
import type { Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { createRng } from '../network/rng';
import { certificateInWords } from './certificate';
import { pathCheck } from './path';
import { atNorm, RealSpace, responsesTo, scoresOf, strongestWindows } from './real-space';
import { responsesLeft } from './robustness';
import { bootstrap, correlations, meanAbsolute, type Interval } from './statistics';
import { probabilities } from './transfer';

/** Pictures that correlate above this on average are duplicates. */
const DUPLICATE = 0.8;
/** A start counts as agreeing when its score is within this share of the best. */
const AGREE = 0.02;

/** Mean absolute correlation between pictures with its 95 % bootstrap interval over the units. */
export function likenessOf(matrix: number[][], seed = 0): { value: number; interval: Interval } {
  const all = [...matrix.keys()];
  const at = (chosen: readonly number[]): number => meanAbsolute(matrix, chosen);
  return { value: at(all), interval: bootstrap(all.length, at, createRng(seed).fork(21)) };
}

/** Distinctness of some pictures of one size: 1 − their mean absolute correlation. */
export function distinctnessOf(pictures: readonly Float32Array[]): number {
  const matrix = correlations(Float32Array.from(pictures.flatMap((raw) => [...raw])), pictures.length);
  return 1 - meanAbsolute(matrix, [...pictures.keys()]);
}

/** Cluster of each picture, numbered by first appearance: average linkage of 1 − |r|, cut at 1 − 0.8. */
export function duplicates(matrix: number[][]): number[] {
  if (matrix.length < 2) return matrix.map((_, i) => i);
  const distances = matrix.map((row, i) => row.map((r, j) => (i === j ? 0 : 1 - Math.abs(r))));
  const tree = agnes(distances, { method: 'average', isDistanceMatrix: true });
  const clusters = new Array<number>(matrix.length).fill(0);
  const groups = tree.cut(1 - DUPLICATE).map((group) => group.indices());
  groups.sort((a, b) => Math.min(...a) - Math.min(...b));
  for (const [cluster, members] of groups.entries()) for (const member of members) clusters[member] = cluster;
  return clusters;
}

/** Response of unit column to picture row, z-scored by column: [units × units], and the share of own-best pictures. */
export function responseMatrix(
  network: Network,
  layer: string,
  units: readonly number[],
  windows: Float32Array,
): { matrix: Float32Array; ownBest: number } {
  const n = units.length;
  const all = responsesTo(network, layer, windows);
  const total = all.length / n;
  const matrix = new Float32Array(n * n);
  let own = 0;
  units.forEach((unit, column) => {
    const values = Float32Array.from({ length: n }, (_, row) => all[row * total + unit] ?? 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n) || 1;
    let best = 0;
    values.forEach((value, row) => {
      matrix[row * n + column] = (value - mean) / deviation;
      if (value > (values[best] as number)) best = row;
    });
    if (best === column) own += 1;
  });
  return { matrix, ownBest: own / n };
}

export interface RunToJudge {
  readonly network: Network;
  readonly layer: string;
  /** Units of the run in its order, and their pictures [n × shape]. */
  readonly units: readonly GalleryUnit[];
  readonly images: Float32Array;
  readonly shape: { readonly height: number; readonly width: number };
  /** Sample of real windows of the layer, none blank, [n × window]. */
  readonly real: Float32Array;
  /** The best real windows of a unit, [k × window], and what they are the best of. */
  readonly bestOf: (unit: number) => Float32Array;
  readonly among: BestOf;
  /** Networks of the same task, trained independently. */
  readonly others: readonly Network[];
}

/** How this network and others read a run's class pictures; null for a hidden layer and without others. */
function transferOf({ network, layer, units, images, others }: RunToJudge): RunEvidence['transfer'] {
  if (others.length === 0 || !isOutput(network, layer) || !windowOf(network, layer).whole) return null;
  const shown = images.map((value) => Math.min(1, Math.max(0, value)));
  const confidence = (of: Network): number[] => {
    const { values, classes } = probabilities(of, shown);
    return units.map(({ unit }, i) => values[i * classes + unit] ?? NaN);
  };
  const read = others.map(confidence);
  return {
    networks: others.length,
    own: Float32Array.from(confidence(network)),
    others: Float32Array.from(
      units,
      (_, i) => read.reduce((sum, one) => sum + (one[i] ?? NaN), 0) / read.length,
    ),
  };
}

/** How the pictures of a run compare with each other and with real data. */
export function runEvidence(run: RunToJudge): RunEvidence {
  const { network, layer, units, images, shape, real, bestOf } = run;
  const numbers = units.map(({ unit }) => unit);
  const { height, width } = windowOf(network, layer);
  const size = height * width * network.input[2];
  const windows = strongestWindows(network, layer, numbers, images, shape);
  const space = new RealSpace(real, size);
  try {
    const matrix = correlations(images, units.length);
    const { value, interval } = likenessOf(matrix);
    const { nearest, distance } = space.compare(windows);
    const best = new Float32Array(units.length * size);
    numbers.forEach((unit, i) => {
      best.set(bestOf(unit).subarray(0, size), i * size);
    });
    const own = scoresOf(network, layer, numbers, atNorm(windows, size, space.norm));
    const reference = scoresOf(network, layer, numbers, atNorm(best, size, space.norm));
    const checks = numbers.map((unit, i) =>
      pathCheck(network, layer, windows.subarray(i * size, (i + 1) * size), bestOf(unit)),
    );
    const left = (of: Float32Array): RunEvidence['robust']['real'] => {
      const { shift, noise } = responsesLeft(network, layer, numbers, of);
      return { shift: Float32Array.from(shift), noise: Float32Array.from(noise) };
    };
    const { matrix: responses, ownBest } = responseMatrix(network, layer, numbers, windows);
    const along = (key: 'picture' | 'real' | 'noise'): Float32Array =>
      Float32Array.from(checks, (check) => check?.[key] ?? NaN);
    return {
      bestOf: run.among,
      likeness: value,
      likenessInterval: interval,
      nearestReal: nearest,
      distance,
      commonBudget: own.map((score, i) => score / (reference[i] as number)),
      robust: { picture: left(windows), real: left(best) },
      transfer: transferOf(run),
      startsAgree: Float32Array.from(units, ({ startScores }) => {
        if (startScores.length < 2) return NaN;
        const most = Math.max(...startScores);
        return (
          startScores.filter((score) => score >= most - AGREE * Math.abs(most)).length / startScores.length
        );
      }),
      meaning: units.map(certificateInWords),
      responses,
      ownBest,
      clusters: duplicates(matrix),
      path:
        checks[0] == null ? null : { picture: along('picture'), real: along('real'), noise: along('noise') },
    };
  } finally {
    space.dispose();
  }
}
