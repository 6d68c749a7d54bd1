// What the first bytes of a PNG, JPEG or WebP file say of the picture: its format, size and colours, before it is decoded.
import { UserError } from '../../contract/errors';

export interface PictureHeader {
  readonly format: 'png' | 'jpeg' | 'webp';
  readonly height: number;
  readonly width: number;
  readonly colour: boolean;
}

const REMEDY = 'Save the picture again, or take it out of the folder.';

/** IHDR: the first chunk (PNG, third edition, 11.2.2). Colour types 0 and 4 are grey. */
function png(bytes: Buffer): PictureHeader | null {
  if (bytes.length < 26 || bytes.toString('latin1', 12, 16) !== 'IHDR') return null;
  const type = bytes[25] ?? 0;
  return {
    format: 'png',
    width: bytes.readUInt32BE(16),
    height: bytes.readUInt32BE(20),
    colour: type !== 0 && type !== 4,
  };
}

/** Start-of-frame markers: 0xC0 … 0xCF but for tables (C4), the reserved C8 and arithmetic conditioning (CC) (ITU-T T.81, B.1). */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

function jpeg(bytes: Buffer): PictureHeader | null {
  for (let at = 2; at + 9 < bytes.length;) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (isFrame(marker)) {
      const [height, width] = [bytes.readUInt16BE(at + 5), bytes.readUInt16BE(at + 7)];
      return { format: 'jpeg', height, width, colour: bytes[at + 9] !== 1 };
    }
    const length = bytes.readUInt16BE(at + 2);
    if (length < 2) return null;
    at += 2 + length;
  }
  return null;
}

/** The first chunk of a RIFF container: 'VP8 ' lossy, 'VP8L' lossless, 'VP8X' either with more (RFC 9649, 2.5 – 2.7). */
function webp(bytes: Buffer): PictureHeader | null {
  if (bytes.length < 30) return null;
  const side = (value: number): number => value + 1;
  const found = { format: 'webp', colour: true } as const;
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { ...found, width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return { ...found, width: side(bits & 0x3fff), height: side((bits >>> 14) & 0x3fff) };
    }
    case 'VP8X':
      return { ...found, width: side(bytes.readUIntLE(24, 3)), height: side(bytes.readUIntLE(27, 3)) };
    default:
      return null;
  }
}

/** Throws a UserError for bytes that are no picture of these formats. `name` is what the file is called. */
export function pictureHeader(bytes: Buffer, name: string): PictureHeader {
  let found: PictureHeader | null = null;
  if (bytes.length > 8 && bytes.readUInt32BE(0) === 0x89504e47) found = png(bytes);
  else if (bytes.length > 2 && bytes.readUInt16BE(0) === 0xffd8) found = jpeg(bytes);
  else if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP')
    found = webp(bytes);
  if (found === null)
    throw new UserError(`${name} is no PNG, JPEG or WebP picture, or is cut short.`, REMEDY);
  if (found.height === 0 || found.width === 0) throw new UserError(`${name} has no pixels.`, REMEDY);
  return found;
}
