// How the commands write numbers.

/** 0.9867 as "98.67 %". */
export const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

/** The middle of sorted values; NaN of none. */
export function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}
