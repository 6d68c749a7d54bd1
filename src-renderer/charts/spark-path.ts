// The line of a sparkline, as an SVG path.
import { extent } from './ranges';

interface Spark {
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  /** A value that gets a dashed line of its own and is always in view. */
  readonly reference?: number | undefined;
  readonly width: number;
  readonly height: number;
}

/** Fewest pixels between two points of the path: more cannot be seen. */
const PIXELS = 1;

/**
 * Path over logarithmic steps (step + 1, so that step 0 has a place), scaled to the box with room for a 1.5 px line;
 * `reference` is the height of the reference line. Both null where nothing is known.
 */
export function sparkPath({ steps, values, reference, width, height }: Spark): {
  path: string;
  reference: number | null;
} {
  const points = Array.from(steps, (step, i) => ({
    at: Math.log(step + 1),
    value: values[i] ?? Number.NaN,
  })).filter((point) => Number.isFinite(point.at) && Number.isFinite(point.value));
  const across = extent(points.map((point) => point.at));
  const up = extent([...points.map((point) => point.value), reference ?? null]);
  if (across === null || up === null) return { path: '', reference: null };
  const room = 1;
  const place = (value: number, [low, high]: readonly [number, number], length: number): number =>
    high === low ? length / 2 : room + ((value - low) / (high - low)) * (length - 2 * room);
  const y = (value: number): number => Number((height - place(value, up, height)).toFixed(1));
  let drawn = -Infinity;
  const path = points
    .map((point, i) => ({
      x: place(point.at, across, width),
      y: y(point.value),
      isLast: i === points.length - 1,
    }))
    .filter((point) => {
      if (!point.isLast && point.x - drawn < PIXELS) return false;
      drawn = point.x;
      return true;
    })
    .map((point, i) => `${i === 0 ? 'M' : 'L'}${point.x.toFixed(1)} ${point.y}`)
    .join('');
  return { path, reference: reference === undefined ? null : y(reference) };
}
