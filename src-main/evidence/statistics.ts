// The few statistics beyond those of simple-statistics that evidence needs.
import { mean, quantile } from 'simple-statistics';
import type { Rng } from '../network/rng';

/**
 * For each of `classes` groups the probability that a value of it is above one of the others, ties counting half (Hanley &
 * McNeil 1982); NaN for a group that is empty or has all values.
 */
export function rocAreas(
  values: Float32Array,
  groups: ArrayLike<number>,
  classes: number,
): Float32Array<ArrayBuffer> {
  const n = values.length;
  // a float32 leaves the low bits of a double free: with the group in them, plain sorting keeps both together
  const sorted = Float64Array.from(values);
  const low = new Uint32Array(sorted.buffer);
  for (let i = 0; i < n; i++) low[2 * i] = (low[2 * i] as number) | (groups[i] as number);
  sorted.sort();
  const [sums, counts] = [new Float64Array(classes), new Float64Array(classes)];
  for (let i = 0; i < n;) {
    const value = Math.fround(sorted[i] as number);
    let end = i + 1;
    while (end < n && Math.fround(sorted[end] as number) === value) end++;
    for (let k = i; k < end; k++) {
      const group = (low[2 * k] as number) & 0xffff;
      sums[group] = (sums[group] as number) + (i + end + 1) / 2;
      counts[group] = (counts[group] as number) + 1;
    }
    i = end;
  }
  return Float32Array.from(sums, (sum, group) => {
    const own = counts[group] as number;
    return own === 0 || own === n ? NaN : (sum - (own * (own + 1)) / 2) / (own * (n - own));
  });
}

/** The same of one group alone, given by the indices of its values. */
export function rocArea(values: Float32Array, inside: (index: number) => boolean): number {
  const groups = Uint8Array.from(values, (_, i) => (inside(i) ? 1 : 0));
  return rocAreas(values, groups, 2)[1] as number;
}

/** η², the share of the variance that the groups explain (Pearson's correlation ratio), 0..1; 0 of a constant. */
export function correlationRatio(values: Float32Array, groups: Uint8Array | Uint16Array): number {
  const all = values.reduce((sum, value) => sum + value, 0) / values.length;
  let last = 0;
  for (const group of groups) last = Math.max(last, group);
  const [sums, counts] = [new Float64Array(last + 1), new Float64Array(last + 1)];
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const off = (values[i] as number) - all;
    const group = groups[i] as number;
    sums[group] = (sums[group] as number) + off;
    counts[group] = (counts[group] as number) + 1;
    total += off * off;
  }
  let between = 0;
  sums.forEach((sum, group) => {
    if (counts[group] !== 0) between += (sum * sum) / (counts[group] as number);
  });
  return total === 0 ? 0 : between / total;
}

/** Rows [n × size] less their means, at length 1; flat rows are 0. */
export function standardised(values: Float32Array, n: number): Float64Array[] {
  const size = values.length / n;
  return Array.from({ length: n }, (_, i) => {
    const row = values.subarray(i * size, (i + 1) * size);
    const middle = row.reduce((sum, value) => sum + value, 0) / size;
    const centred = Float64Array.from(row, (value) => value - middle);
    const length = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
    return length < 1e-12 ? centred.fill(0) : centred.map((value) => value / length);
  });
}

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};

/** Pearson correlations of all pairs of rows, [n][n]. */
export function correlations(values: Float32Array, n: number): number[][] {
  const rows = standardised(values, n);
  return rows.map((a) => rows.map((b) => dot(a, b)));
}

export type Interval = [low: number, high: number];

/** Resamples of a bootstrap. */
const RESAMPLES = 400;

/** 95 % percentile interval of a statistic of n things, drawn with replacement (Efron & Tibshirani 1993, ch. 13). */
export function bootstrap(n: number, statistic: (chosen: readonly number[]) => number, rng: Rng): Interval {
  const found = Array.from({ length: RESAMPLES }, () =>
    statistic(Array.from({ length: n }, () => rng.below(n))),
  ).filter((value) => !Number.isNaN(value));
  return found.length === 0 ? [NaN, NaN] : [quantile(found, 0.025), quantile(found, 0.975)];
}

/** Mean of |r| over the pairs of different things among the chosen ones. */
export function meanAbsolute(matrix: readonly (readonly number[])[], chosen: readonly number[]): number {
  let [sum, pairs] = [0, 0];
  chosen.forEach((a, i) => {
    for (const b of chosen.slice(i + 1)) {
      if (a === b) continue;
      sum += Math.abs(matrix[a]?.[b] ?? 0);
      pairs += 1;
    }
  });
  return pairs === 0 ? NaN : sum / pairs;
}

/** Mean and 95 % bootstrap interval of values. */
export function meanWithInterval(values: readonly number[], rng: Rng): { value: number; interval: Interval } {
  const at = (chosen: readonly number[]): number => mean(chosen.map((i) => values[i] as number));
  return { value: mean([...values]), interval: bootstrap(values.length, at, rng) };
}
