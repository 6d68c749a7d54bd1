// What a method searches and where: the parametrisation, the constraint, and the budgets that it may choose from.
import { sphere, box, type Constraint } from './constraints';
import type { AscentMethod } from './visualize';
import { median } from '../contract/median';
import { dct, natural, pixel, whitened, type Parametrisation, type PictureSize } from './parametrisations';
import { windowPrior } from './prior';
import { movement, type Transform } from './transforms';

/** Deviation from mid grey, root mean square, that pictures are given where no data says more: that of photographs. */
export const CONTRAST = 0.2;

/** Median Euclidean norm of the first 2000 windows [n × d]; without any, that of mid grey with the usual contrast. */
function medianNorm(windows: Float32Array, d: number): number {
  if (windows.length === 0) return Math.sqrt(d * (0.25 + CONTRAST ** 2));
  const count = Math.min(2000, windows.length / d);
  return median(
    Array.from({ length: count }, (_, n) =>
      Math.sqrt(windows.subarray(n * d, n * d + d).reduce((total, value) => total + value * value, 0)),
    ),
  );
}

/** What is searched and where, for one method at one budget (radius or norm); the box has none. */
export interface Search {
  readonly parametrisation: Parametrisation;
  readonly constraint: (budget: number) => Constraint;
  /** Budgets to choose from when it is 'auto', ascending. One means that there is nothing to choose. */
  readonly budgets: readonly number[];
  /** True where there is no data to choose by: the budget is the one that gives pictures the usual contrast. */
  readonly byContrast: boolean;
  readonly transforms: readonly Transform[];
}

export function searchOf(method: AscentMethod, windows: Float32Array, size: PictureSize): Search {
  const d = size.height * size.width * size.channels;
  const jitter = Math.max(1, Math.round(Math.min(size.height, size.width) / 14));
  const moving = movement({ jitter, scale: 0.05, rotate: 5 });
  if (windows.length === 0 && (method.name === 'whitened' || method.name === 'fourier')) {
    const auto = method.radius === 'auto';
    return {
      parametrisation: natural(size),
      constraint: sphere,
      budgets: [method.radius === 'auto' ? 1 : method.radius],
      byContrast: auto,
      transforms: method.name === 'fourier' && method.robust ? [moving] : [],
    };
  }
  const byContrast = false;
  switch (method.name) {
    case 'whitened': {
      const prior = windowPrior(windows, d);
      const parametrisation = whitened(prior, size);
      const dispose = (): void => {
        parametrisation.dispose();
        prior.dispose();
      };
      const budgets =
        method.radius === 'auto' ? [1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8, 10, 12] : [method.radius];
      return {
        parametrisation: { ...parametrisation, dispose },
        constraint: sphere,
        budgets,
        byContrast,
        transforms: [],
      };
    }
    case 'plain': {
      const budget = method.norm === 'auto' ? medianNorm(windows, d) : method.norm;
      return {
        parametrisation: pixel(size),
        constraint: sphere,
        budgets: [budget],
        byContrast,
        transforms: [],
      };
    }
    case 'box':
      return { parametrisation: pixel(size), constraint: box, budgets: [1], byContrast, transforms: [] };
    case 'fourier': {
      const typical = medianNorm(windows, d);
      const ladder = [0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12].map((factor) => factor * typical);
      return {
        parametrisation: dct(size),
        constraint: sphere,
        budgets: method.radius === 'auto' ? ladder : [method.radius],
        byContrast,
        transforms: method.robust ? [moving] : [],
      };
    }
  }
}
