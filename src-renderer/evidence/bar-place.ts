// Where a bar lies on its scale.

/** Start and end of a bar from `base` to `value` in percent of the scale low..high, cut at its ends. NaN: no bar. */
export function barPlace(
  value: number,
  base: number,
  low: number,
  high: number,
): { from: number; to: number } {
  const at = (of: number): number => (100 * (Math.min(high, Math.max(low, of)) - low)) / (high - low);
  const end = at(Number.isFinite(value) ? value : base);
  return { from: Math.min(at(base), end), to: Math.max(at(base), end) };
}
