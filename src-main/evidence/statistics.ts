// The few statistics beyond those of simple-statistics that evidence needs.
import { mean, quantile } from 'simple-statistics';
import type { Rng } from '../network/rng';

/** Probability that a value of `inside` is above one of `outside`, ties counting half (Hanley & McNeil 1982). */
export function rocArea(values: Float32Array, inside: (index: number) => boolean): number {
  const order = [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number));
  let [positives, sum] = [0, 0];
  for (let i = 0; i < order.length;) {
    let end = i;
    while (end < order.length && values[order[end] as number] === values[order[i] as number]) end++;
    for (let k = i; k < end; k++) {
      if (!inside(order[k] as number)) continue;
      positives += 1;
      sum += (i + end + 1) / 2;
    }
    i = end;
  }
  const others = values.length - positives;
  return positives === 0 || others === 0
    ? NaN
    : (sum - (positives * (positives + 1)) / 2) / (positives * others);
}

/** η², the share of the variance that the groups explain (Pearson's correlation ratio), 0..1; 0 of a constant. */
export function correlationRatio(values: Float32Array, groups: ArrayLike<number>): number {
  const all = values.reduce((sum, value) => sum + value, 0) / values.length;
  const sums = new Map<number, { sum: number; count: number }>();
  let total = 0;
  values.forEach((value, i) => {
    const group = groups[i] as number;
    const known = sums.get(group) ?? { sum: 0, count: 0 };
    sums.set(group, { sum: known.sum + value, count: known.count + 1 });
    total += (value - all) ** 2;
  });
  let between = 0;
  for (const { sum, count } of sums.values()) between += count * (sum / count - all) ** 2;
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
