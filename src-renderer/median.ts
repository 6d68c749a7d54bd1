// The middle of some numbers, as the page shows it.
import { median as middle } from '../src-main/contract/median';

/** The median; NaN and infinities are left out, null when nothing is left. */
export function median(values: Iterable<number>): number | null {
  const found = middle([...values].filter(Number.isFinite));
  return Number.isNaN(found) ? null : found;
}
