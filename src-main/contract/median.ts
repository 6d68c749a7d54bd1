// The middle of some numbers, as everything that sums up units takes it.

/** Median of what is a number, the mean of the middle two of an even count; NaN of nothing. */
export function median(values: Iterable<number>): number {
  const sorted = Float64Array.from([...values].filter((value) => !Number.isNaN(value))).sort();
  const high = sorted[sorted.length >> 1] ?? NaN;
  const low = sorted[(sorted.length - 1) >> 1] ?? NaN;
  return low === high ? high : (low + high) / 2;
}
