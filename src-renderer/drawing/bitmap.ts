// A grey picture that is drawn on: 8 bits a pixel, row-major, 0 is empty ground and 255 full ink.

export interface Bitmap {
  readonly height: number;
  readonly width: number;
  readonly pixels: Uint8Array<ArrayBuffer>;
}

export interface Point {
  /** In pixels from the left edge; the middle of pixel 0 is at 0.5. */
  readonly x: number;
  readonly y: number;
}

export const blank = (height: number, width: number): Bitmap => ({
  height,
  width,
  pixels: new Uint8Array(height * width),
});

/** Distance of (x, y) from the segment between two points. */
function distance(x: number, y: number, from: Point, to: Point): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / length));
  return Math.hypot(x - from.x - along * dx, y - from.y - along * dy);
}

/**
 * The picture after a stroke of a round brush `size` pixels wide from one point to the other, with soft edges as
 * scanned digits have them. Ink is never taken away by drawing, nor added by erasing.
 */
export function stroke(bitmap: Bitmap, from: Point, to: Point, size: number, erases = false): Bitmap {
  const { height, width } = bitmap;
  const pixels = bitmap.pixels.slice();
  const reach = size / 2 + 0.5;
  const first = (a: number, b: number): number => Math.max(0, Math.floor(Math.min(a, b) - reach));
  const last = (a: number, b: number, end: number): number =>
    Math.min(end - 1, Math.ceil(Math.max(a, b) + reach));
  for (let row = first(from.y, to.y); row <= last(from.y, to.y, height); row++) {
    for (let column = first(from.x, to.x); column <= last(from.x, to.x, width); column++) {
      const covered = reach - distance(column + 0.5, row + 0.5, from, to);
      const ink = Math.round(255 * Math.min(1, Math.max(0, covered)));
      const at = row * width + column;
      const now = pixels[at] ?? 0;
      pixels[at] = erases ? Math.min(now, 255 - ink) : Math.max(now, ink);
    }
  }
  return { height, width, pixels };
}

/** The picture moved by whole pixels; what leaves an edge is gone, what comes in is empty. */
export function nudge(bitmap: Bitmap, dx: number, dy: number): Bitmap {
  const { height, width } = bitmap;
  const moved = blank(height, width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = { row: row - dy, column: column - dx };
      if (from.row < 0 || from.row >= height || from.column < 0 || from.column >= width) continue;
      moved.pixels[row * width + column] = bitmap.pixels[from.row * width + from.column] ?? 0;
    }
  }
  return moved;
}

export const isBlank = (bitmap: Bitmap): boolean => bitmap.pixels.every((pixel) => pixel === 0);
