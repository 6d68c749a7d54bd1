// Every unit's objective on every real window of a sample, from which best, worst, histogram and means by label follow.
import { gather } from '../ascent/batches';
import { eachRealScore } from '../ascent/real';
import type { Windows } from '../datasets/dataset';
import { nodeOf, type Network } from '../network/network';
import { windowOf } from '../network/receptive-field';

export interface RealScores {
  /** Windows looked at. */
  readonly count: number;
  readonly units: number;
  /** [count × units] */
  readonly values: Float32Array;
}

/** Milliseconds between two calls of `pause`, about; the number of windows scored in between follows from it. */
const SLICE_MS = 15;
const FIRST_SLICE = 64;
const LARGEST_SLICE = 2000;

/** Scores all windows of a sample; `pause` is awaited between slices, so that other work can come in between. */
export async function realScores(
  network: Network,
  layer: string,
  { values: pixels, count }: Pick<Windows, 'values' | 'count'>,
  pause: () => Promise<void>,
): Promise<RealScores> {
  const units = nodeOf(network, layer).shape[2];
  const { height, width } = windowOf(network, layer);
  const size = height * width * network.input[2];
  const values = new Float32Array(count * units);
  for (let from = 0, slice = FIRST_SLICE; from < count;) {
    const began = performance.now();
    const to = Math.min(count, from + slice);
    const start = from;
    eachRealScore(network, layer, pixels.subarray(from * size, to * size), (scores, first) => {
      values.set(scores, (start + first) * units);
    });
    const took = performance.now() - began;
    if (took < SLICE_MS / 2) slice = Math.min(LARGEST_SLICE, slice * 2);
    else if (took > SLICE_MS * 2) slice = Math.max(1, slice >> 1);
    from = to;
    await pause();
  }
  return { count, units, values };
}

/** A window of the sample by its index, and what a unit makes of it. */
export interface Scored {
  readonly index: number;
  readonly score: number;
}

/** The `count` windows that excite a unit most (or least), best (or worst) first, no two from the same image. */
export function extremeWindows(
  { count: looked, units, values }: RealScores,
  sample: Windows,
  unit: number,
  count: number,
  which: 'best' | 'worst' = 'best',
): Scored[] {
  const sign = which === 'best' ? 1 : -1;
  const list: Scored[] = [];
  let least = -Infinity;
  for (let index = 0; index < looked; index++) {
    const score = values[index * units + unit] as number;
    if (list.length === count && sign * score <= least) continue;
    const same = list.findIndex((other) => sample.images[other.index] === sample.images[index]);
    if (same >= 0) {
      if (sign * (list[same]?.score ?? 0) >= sign * score) continue;
      list.splice(same, 1);
    }
    const at = list.findIndex((other) => sign * other.score < sign * score);
    list.splice(at < 0 ? list.length : at, 0, { index, score });
    if (list.length > count) list.pop();
    least = list.length === count ? sign * (list.at(-1)?.score ?? 0) : -Infinity;
  }
  return list;
}

/** The `count` windows that excite a unit most, one after the other, [n × height × width × channels]. */
export function bestWindows(scores: RealScores, sample: Windows, unit: number, count: number): Float32Array {
  const rows = extremeWindows(scores, sample, unit, count).map(({ index }) => index);
  return gather(sample.values, sample.height * sample.width * sample.channels, rows);
}

/** The window that each unit answers most, [units]; −1 where it answers none with a number. */
export function bestRows({ units, values }: RealScores): Int32Array {
  const best = new Float32Array(units).fill(-Infinity);
  const rows = new Int32Array(units).fill(-1);
  for (let i = 0; i < values.length; i++) {
    const unit = i % units;
    // false for NaN, too
    if (!((values[i] as number) > (best[unit] as number))) continue;
    best[unit] = values[i] as number;
    rows[unit] = (i - unit) / units;
  }
  return rows;
}

/** Greatest score of each unit, [units]. */
export function bestScores(scores: RealScores): Float32Array {
  return Float32Array.from(bestRows(scores), (row, unit) =>
    row < 0 ? -Infinity : (scores.values[row * scores.units + unit] as number),
  );
}

/** A unit's scores in equal bins from the least to the greatest. */
export function histogram(
  { count, units, values }: RealScores,
  unit: number,
  bins = 40,
): { low: number; high: number; counts: number[] } {
  const scores = Float32Array.from({ length: count }, (_, i) => values[i * units + unit] ?? 0);
  const low = scores.reduce((least, score) => Math.min(least, score), Infinity);
  const high = scores.reduce((most, score) => Math.max(most, score), -Infinity);
  const counts = new Array<number>(bins).fill(0);
  for (const score of scores) {
    const bin = high === low ? 0 : Math.min(bins - 1, Math.floor(((score - low) / (high - low)) * bins));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { low, high, counts };
}

/** A unit's mean score by label, [classes]; NaN for a label that no window has. */
export function meanByLabel(
  { count, units, values }: RealScores,
  { labels }: Pick<Windows, 'labels'>,
  unit: number,
  classes: number,
): Float32Array<ArrayBuffer> {
  const sums = new Float64Array(classes);
  const counts = new Float64Array(classes);
  for (let i = 0; i < count; i++) {
    const label = labels[i] as number;
    sums[label] = (sums[label] ?? 0) + (values[i * units + unit] ?? 0);
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return Float32Array.from(sums, (sum, label) => sum / (counts[label] ?? 0));
}
