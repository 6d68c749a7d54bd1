// What a "best real" score is the best of, and how that is said wherever a score is a multiple of it.
import { z } from 'zod';
import { grouped } from './grouped';

/** The windows among which the best real ones were found: a sample, or all that lie in the training images. */
export const bestOfSchema = z.object({ windows: z.int().min(0), all: z.boolean() });
export type BestOf = z.infer<typeof bestOfSchema>;

/** A real window: image of the training set, its file below the data's folder (null where it is none), row and column of its first pixel. */
export const windowPlaceSchema = z.object({
  image: z.int().min(0),
  file: z.string().nullable(),
  top: z.int().min(0),
  left: z.int().min(0),
});
export type WindowPlace = z.infer<typeof windowPlaceSchema>;

/** A layer's best real scores, where their windows lie, and what they are the best of. */
export interface RealBest {
  /** [units]; NaN where no window counts. */
  readonly best: Float32Array;
  /** [units]; null where no window counts. */
  readonly windows: readonly (WindowPlace | null)[];
  readonly of: BestOf;
}

/**
 * "best of 30 000 sampled real windows", "best of all 6 000 real images"; null: a sample whose size was not recorded.
 * `whole`: the units see the whole image; `write`: how a count is written.
 */
export function bestOfWords(
  of: BestOf | null,
  { whole = false, write = grouped }: { whole?: boolean; write?: (count: number) => string } = {},
): string {
  const what = `real ${whole ? 'images' : 'windows'}`;
  if (of === null) return `best of a sample of ${what}`;
  return `best of ${of.all ? `all ${write(of.windows)}` : `${write(of.windows)} sampled`} ${what}`;
}

/** A unit with the best real score that is known by now; one that was not held to real data is left alone. */
export function heldTo<U extends { readonly unit: number; readonly bestReal: number | null }>(
  { best }: Pick<RealBest, 'best'>,
  unit: U,
): U {
  const known = best[unit.unit] ?? NaN;
  return unit.bestReal === null || !Number.isFinite(known) ? unit : { ...unit, bestReal: known };
}

/** A unit's score over its best real one; null where either is not known, or no real window excites the unit. */
export const ratioToReal = ({
  score,
  bestReal,
}: {
  readonly score: number | null;
  readonly bestReal: number | null;
}): number | null => (score === null || bestReal === null || bestReal <= 0 ? null : score / bestReal);
