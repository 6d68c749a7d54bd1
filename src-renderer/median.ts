// The middle of some numbers.

/** The median; NaN and infinities are left out, null when nothing is left. */
export function median(values: Iterable<number>): number | null {
  const sorted = [...values].filter(Number.isFinite).sort((a, b) => a - b);
  const high = sorted[Math.floor(sorted.length / 2)];
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  return high === undefined || low === undefined ? null : (low + high) / 2;
}
