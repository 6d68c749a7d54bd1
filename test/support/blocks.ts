// Pictures that were enlarged: whether every pixel of theirs is one square.
import type { Pixels } from '../../src-main/pictures/sheet';

/** Whether the picture is made of squares of `side` × `side`, each of one colour and not all of the same. */
export function isOfSquares({ width, height, channels, data }: Pixels, side: number): boolean {
  if (width % side !== 0 || height % side !== 0) return false;
  const colours = new Set<string>();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const corner = (y - (y % side)) * width + x - (x % side);
        if (data[(y * width + x) * channels + c] !== data[corner * channels + c]) return false;
      }
      colours.add(String(data[(y * width + x) * channels]));
    }
  }
  return colours.size > 1;
}
