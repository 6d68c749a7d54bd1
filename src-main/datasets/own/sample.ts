// Which images of data of one's own are taken: all in a seeded order, a sample of what is too much, a part of them for testing.
import { createRng } from '../../network/rng';

/** Training images that are kept in memory, and their bytes. */
const MOST_IMAGES = 60_000;
const MOST_BYTES = 256e6;
/** Picture files that are decoded, of training and test images together: each takes a millisecond or more. */
export const MOST_PICTURES = 20_000;
/** One image of so many is kept for testing where the data does not say which. */
const TEST_SHARE = 10;
const SEED = 1;

/** Of `count` images, indices of at most `most` in a seeded order: data often stands sorted by class. */
export function seededSample(count: number, most: number, stream = 0): number[] {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const rng = createRng(SEED).fork(stream);
  const wanted = Math.min(count, most);
  for (let i = 0; i < wanted; i++) {
    const j = i + rng.below(count - i);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return Array.from(order.subarray(0, wanted));
}

/** How many images of that many bytes are taken at most. */
export const mostOf = (bytes: number, most = MOST_IMAGES): number =>
  Math.max(1, Math.min(most, Math.floor(MOST_BYTES / bytes)));

/** How many of `count` images are for testing. */
export const testCount = (count: number): number => Math.floor(count / TEST_SHARE);

/** What was left out, in words; none where nothing was. */
export const sampledNote = (taken: number, of: number, what: string): string[] =>
  taken === of
    ? []
    : [`A seeded sample of ${taken} of ${of} ${what} is used: more would not fit into memory.`];
