// Where an axis has its ticks: round values inside a range, on a linear or a logarithmic scale.
import { grouped } from '../../src-main/contract/grouped';

/** Steps of 1, 2, 2.5 or 5 times a power of ten. */
const STEPS = [1, 2, 2.5, 5, 10];

/** The smallest round step that cuts `span` (> 0) into at most `most` parts. */
export function roundStep(span: number, most: number): number {
  const least = span / most;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = STEPS.find((step) => step * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** Multiples of a round step in [low, high]: at most `most` + 1 of them. Empty for an empty range. */
export function linearTicks(low: number, high: number, most = 5): number[] {
  if (!(high > low)) return [];
  const step = roundStep(high - low, most);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // the product is rounded, so that 3 × 0.1 is 0.3
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** 1 and 3 times powers of ten in [low, high], both above 0; every nth power alone where that is more than `most`. */
export function logTicks(low: number, high: number, most = 6): number[] {
  if (!(low > 0 && high > low)) return [];
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const inside = (value: number): boolean => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const fine = powers.flatMap((power) => [10 ** power, 3 * 10 ** power]).filter(inside);
  if (fine.length <= most + 1) return fine.map((value) => Number(value.toPrecision(1)));
  const every = Math.ceil(powers.length / most);
  return powers
    .filter((power) => power % every === 0)
    .map((power) => Number((10 ** power).toPrecision(1)))
    .filter(inside);
}

/** A tick's number as it is written: thousands apart, true minus sign, no needless zeros. */
export function tickLabel(value: number): string {
  const [whole = '', part] = String(Number(Math.abs(value).toPrecision(6))).split('.');
  return `${value < 0 ? '\u2212' : ''}${grouped(Number(whole))}${part === undefined ? '' : `.${part}`}`;
}
