// The smoothed line over a noisy curve.

/**
 * Local lines through the 2·radius + 1 nearest points, near ones weighing more (Cleveland's LOESS of degree 1 with
 * tricube weights), kept within what these points reach. Neither lags behind a slope nor flattens at the ends.
 */
export function smooth(values: ArrayLike<number>, radius: number): number[] {
  return Array.from(values, (_, at) => {
    let [weight, x, y, xx, xy] = [0, 0, 0, 0, 0];
    let [low, high] = [Infinity, -Infinity];
    const first = Math.max(0, Math.min(at - radius, values.length - 1 - 2 * radius));
    const last = Math.min(values.length - 1, first + 2 * radius);
    const reach = Math.max(at - first, last - at) + 1;
    for (let i = first; i <= last; i++) {
      const value = values[i] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      const dx = i - at;
      const w = (1 - (Math.abs(dx) / reach) ** 3) ** 3;
      weight += w;
      x += w * dx;
      y += w * value;
      xx += w * dx * dx;
      xy += w * dx * value;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    if (weight === 0) return Number.NaN;
    const spread = weight * xx - x * x;
    const middle = spread < 1e-9 ? y / weight : (y * xx - x * xy) / spread;
    return Math.min(high, Math.max(low, middle));
  });
}
