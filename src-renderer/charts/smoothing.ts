// The smoothed line over a noisy curve.

/**
 * Exponential moving average whose memory is about `span` points, free of the pull to the first value
 * (the divided form of Adam's moments). NaN stays NaN and leaves the average as it was.
 */
export function smooth(values: ArrayLike<number>, span: number): number[] {
  const keep = 1 - 1 / Math.max(1, span);
  let sum = 0;
  let weight = 0;
  return Array.from(values, (value) => {
    if (Number.isNaN(value)) return Number.NaN;
    sum = keep * sum + value;
    weight = keep * weight + 1;
    return sum / weight;
  });
}
