// From raw floats to 8-bit grey pictures: the display mappings, and montages of many pictures.
import { encode } from 'fast-png';

/** 'contrast': minimum to black, maximum to white. 'signed': 0 is mid grey. 'ink': 0 black, 1 white, clipped. */
export type Mapping = 'contrast' | 'signed' | 'ink';

/** Maps raw values to 0..255 by the stated mapping; a flat picture becomes mid grey under 'contrast' and 'signed'. */
export function toGrey(values: Float32Array, mapping: Mapping): Uint8Array {
  let low = 0;
  let high = 1;
  if (mapping !== 'ink') {
    low = values.reduce((least, value) => Math.min(least, value), Infinity);
    high = values.reduce((most, value) => Math.max(most, value), -Infinity);
    if (mapping === 'signed') {
      high = Math.max(Math.abs(low), Math.abs(high));
      low = -high;
    }
  }
  if (high === low) return new Uint8Array(values.length).fill(128);
  return Uint8Array.from(values, (value) =>
    Math.round(Math.min(1, Math.max(0, (value - low) / (high - low))) * 255),
  );
}

export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A montage, row-major, with `gap` px of dark grey around each picture, each pixel drawn zoom × zoom. */
export function montage(
  pictures: readonly Uint8Array[],
  height: number,
  width: number,
  columns: number,
  zoom = 1,
  gap = 2,
): Grey {
  const rows = Math.ceil(pictures.length / columns);
  const sheetWidth = columns * (width * zoom + gap) + gap;
  const sheetHeight = rows * (height * zoom + gap) + gap;
  const data = new Uint8Array(sheetWidth * sheetHeight).fill(64);
  pictures.forEach((picture, index) => {
    const top = gap + Math.floor(index / columns) * (height * zoom + gap);
    const left = gap + (index % columns) * (width * zoom + gap);
    for (let y = 0; y < height * zoom; y++) {
      for (let x = 0; x < width * zoom; x++) {
        const from = Math.floor(y / zoom) * width + Math.floor(x / zoom);
        data[(top + y) * sheetWidth + left + x] = picture[from] ?? 0;
      }
    }
  });
  return { width: sheetWidth, height: sheetHeight, data };
}

/** An 8-bit greyscale PNG. */
export function png({ width, height, data }: Grey): Uint8Array {
  return encode({ width, height, data, channels: 1, depth: 8 });
}
