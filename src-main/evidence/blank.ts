// Which windows of an image are blank: no candidates for the best or the worst that a unit sees.
import { BLANK } from '../datasets/dataset';

/** Windows of one size at regular places of images. */
export interface Places {
  /** Of an image, in pixels and values of a pixel. */
  readonly image: { readonly height: number; readonly width: number; readonly channels: number };
  readonly window: { readonly height: number; readonly width: number };
  /** Pixels from one place to the next: a fraction in a layer that upsamples, none of whose windows counts as blank. */
  readonly strides: readonly [number, number];
  readonly rows: number;
  readonly columns: number;
}

/**
 * Writes 1 into `out` [rows × columns] for each place at which the image's window is blank, else 0, by a summed-area
 * table of the pixels that are lit (Crow 1984).
 */
export function blankPlaces(
  { image: { height, width, channels }, window, strides, rows, columns }: Places,
  pixels: Uint8Array,
  out: Float32Array,
): void {
  if (!strides.every(Number.isInteger)) {
    out.fill(0);
    return;
  }
  const side = width + 1;
  const table = new Uint32Array((height + 1) * side);
  for (let y = 0; y < height; y++) {
    let lit = 0;
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) {
        if ((pixels[from + c] as number) < BLANK) continue;
        lit++;
        break;
      }
      table[(y + 1) * side + x + 1] = (table[y * side + x + 1] as number) + lit;
    }
  }
  for (let row = 0; row < rows; row++) {
    const top = row * strides[0] * side;
    const bottom = top + window.height * side;
    for (let column = 0; column < columns; column++) {
      const left = column * strides[1];
      const right = left + window.width;
      const lit =
        (table[bottom + right] as number) -
        (table[bottom + left] as number) -
        (table[top + right] as number) +
        (table[top + left] as number);
      out[row * columns + column] = lit === 0 ? 1 : 0;
    }
  }
}
