// How far an axis reaches: the data's range, widened to round values.
import { roundStep } from './ticks';

export type Range = readonly [low: number, high: number];

const finite = (values: Iterable<number | null>): number[] =>
  [...values].filter((value): value is number => value !== null && Number.isFinite(value));

/** Lowest and highest value, null and NaN left out; null when nothing is left. */
export function extent(values: Iterable<number | null>): Range | null {
  const kept = finite(values);
  if (kept.length === 0) return null;
  return kept.reduce<Range>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
}

/** The range widened to multiples of a round step; a single value gets room on both sides. */
export function linearRange(values: Iterable<number | null>, most = 5): Range {
  const found = extent(values);
  if (found === null) return [0, 1];
  const [low, high] = found;
  if (low === high) return low === 0 ? [0, 1] : [Math.min(0, 2 * low), Math.max(0, 2 * low)];
  const step = roundStep(high - low, most);
  const round = (value: number): number => Number(value.toPrecision(12));
  return [round(Math.floor(low / step + 1e-9) * step), round(Math.ceil(high / step - 1e-9) * step)];
}

/** The range widened to 1 or 3 times a power of ten; values that are not above 0 have no place on it. */
export function logRange(values: Iterable<number | null>): Range {
  const found = extent(finite(values).filter((value) => value > 0));
  if (found === null) return [0.01, 1];
  const marks = (value: number): number[] => {
    const power = Math.floor(Math.log10(value));
    return [0.3, 1, 3, 10].map((factor) => Number((factor * 10 ** power).toPrecision(1)));
  };
  const low = marks(found[0]).findLast((mark) => mark <= found[0] * (1 + 1e-9)) ?? found[0];
  const high = marks(found[1]).find((mark) => mark >= found[1] * (1 - 1e-9)) ?? found[1];
  return low === high ? [low / 3, high * 3] : [low, high];
}
