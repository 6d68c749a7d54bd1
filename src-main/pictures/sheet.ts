// 8-bit pictures, grey or in colour: montages of many, enlarged ones, parts of one, and PNG.
import { decode, encode } from 'fast-png';
import { UserError } from '../contract/errors';

/** An 8-bit picture, row-major with channels last. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}

export interface MontageOptions {
  readonly columns: number;
  /** Each pixel is drawn zoom × zoom. */
  readonly zoom?: number;
  /** Pixels of dark grey around each picture. */
  readonly gap?: number;
}

const GAP_GREY = 64;

/** All pictures, of one size, row by row. Without a gap the places left over in the last row are dark grey. */
export function montage(pictures: readonly Pixels[], { columns, zoom = 1, gap = 2 }: MontageOptions): Pixels {
  const { height = 1, width = 1, channels = 1 } = pictures[0] ?? {};
  const rows = Math.max(1, Math.ceil(pictures.length / columns));
  const sheetWidth = columns * (width * zoom + gap) + gap;
  const sheetHeight = rows * (height * zoom + gap) + gap;
  const data = new Uint8Array(sheetWidth * sheetHeight * channels).fill(GAP_GREY);
  pictures.forEach((picture, index) => {
    const top = gap + Math.floor(index / columns) * (height * zoom + gap);
    const left = gap + (index % columns) * (width * zoom + gap);
    for (let y = 0; y < height * zoom; y++) {
      const from = Math.floor(y / zoom) * width;
      const to = (top + y) * sheetWidth + left;
      for (let x = 0; x < width * zoom; x++) {
        const source = (from + Math.floor(x / zoom)) * channels;
        for (let c = 0; c < channels; c++) {
          data[(to + x) * channels + c] = picture.data[source + c] ?? 0;
        }
      }
    }
  });
  return { width: sheetWidth, height: sheetHeight, channels, data };
}

/** One picture with each pixel drawn zoom × zoom. */
export const enlarge = (picture: Pixels, zoom: number): Pixels =>
  zoom === 1 ? picture : montage([picture], { columns: 1, zoom, gap: 0 });

/** The rectangle of a picture; it must lie within. */
export function crop(
  { width, channels, data }: Pixels,
  part: { top: number; left: number; height: number; width: number },
): Pixels {
  const out = new Uint8Array(part.height * part.width * channels);
  for (let y = 0; y < part.height; y++) {
    const from = ((part.top + y) * width + part.left) * channels;
    out.set(data.subarray(from, from + part.width * channels), y * part.width * channels);
  }
  return { height: part.height, width: part.width, channels, data: out };
}

/** An 8-bit PNG, grey or RGB. */
export function png({ width, height, channels, data }: Pixels): Uint8Array {
  return encode({ width, height, data, channels, depth: 8 });
}

/** Reads what `png` writes. Throws a UserError for anything else. */
export function decodePng(bytes: Uint8Array): Pixels {
  const remedy = 'Make the gallery again.';
  let found;
  try {
    found = decode(bytes, { checkCrc: true });
  } catch (cause) {
    throw new UserError('This is no PNG that can be read.', remedy, { cause });
  }
  const { width, height, channels, depth, data } = found;
  if (depth !== 8 || (channels !== 1 && channels !== 3) || !(data instanceof Uint8Array)) {
    throw new UserError(
      `This PNG has ${channels} channels of ${depth} bits; 1 or 3 of 8 were expected.`,
      remedy,
    );
  }
  return { width, height, channels, data };
}
