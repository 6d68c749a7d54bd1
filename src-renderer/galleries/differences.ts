// What is different between the pictures of two galleries, as greys or colours around mid grey.
import type { Vectors } from '../composables/useGalleryPixels';

export interface Differences {
  /** A − B by unit, both with mean 0 and length 1 (see likeness): [height × width × channels]. */
  readonly byUnit: ReadonlyMap<number, Float32Array>;
  /** The greatest magnitude over all units: full black or white. */
  readonly most: number;
}

/** Of every unit that both have, at one scale for all; a flat picture counts as mid grey. */
export function differencesOf(a: Vectors, b: Vectors): Differences {
  const byUnit = new Map<number, Float32Array>();
  let most = 0;
  for (const [unit, mine] of a) {
    const other = b.get(unit);
    if (other === undefined) continue;
    const length = mine?.length ?? other?.length;
    if (length === undefined || (mine !== null && other !== null && mine.length !== other.length)) continue;
    const difference = Float32Array.from({ length }, (_, i) => (mine?.[i] ?? 0) - (other?.[i] ?? 0));
    for (const value of difference) most = Math.max(most, Math.abs(value));
    byUnit.set(unit, difference);
  }
  return { byUnit, most };
}

/** Writes one picture into an image at a place; `most` is full black or white, 0 mid grey. */
export function paintDifference(
  into: ImageData,
  difference: Float32Array,
  most: number,
  place: { readonly left: number; readonly top: number; readonly height: number; readonly width: number },
): void {
  const channels = difference.length / (place.height * place.width);
  for (let y = 0; y < place.height; y++) {
    for (let x = 0; x < place.width; x++) {
      const to = ((place.top + y) * into.width + place.left + x) * 4;
      for (let c = 0; c < 3; c++) {
        const value = difference[(y * place.width + x) * channels + (channels === 3 ? c : 0)] ?? 0;
        into.data[to + c] = most === 0 ? 128 : 128 + Math.round((127 * value) / most);
      }
      into.data[to + 3] = 255;
    }
  }
}
