// Animated PNG: a still PNG to readers that know no better (PNG specification, third edition, 11.3.4).
import { crc32 } from 'node:zlib';
import { png, type Pixels } from './sheet';

const SIGNATURE_BYTES = 8;

function chunk(type: string, data: Uint8Array): Buffer {
  const out = Buffer.alloc(data.length + 12);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  out.set(data, 8);
  out.writeUInt32BE(crc32(out.subarray(4, data.length + 8)), data.length + 8);
  return out;
}

/** The bodies of a PNG's chunks of one type, joined. */
function bodies(file: Uint8Array, type: string): Buffer {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const found: Buffer[] = [];
  for (let at = SIGNATURE_BYTES; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    if (bytes.toString('latin1', at + 4, at + 8) === type)
      found.push(bytes.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return Buffer.concat(found);
}

/**
 * An animation that repeats for ever. All frames have the size of the first, which readers without animation show.
 * `delays` in milliseconds, 0..65535, one a frame.
 */
export function encodeApng(frames: readonly Pixels[], delays: readonly number[]): Uint8Array {
  const files = frames.map(png);
  const [first] = files;
  const [size] = frames;
  if (first === undefined || size === undefined) throw new RangeError('An animation needs a frame.');
  const plays = Buffer.alloc(8);
  plays.writeUInt32BE(frames.length, 0);
  const parts: Buffer[] = [
    Buffer.from(first.subarray(0, SIGNATURE_BYTES)),
    chunk('IHDR', bodies(first, 'IHDR')),
    chunk('acTL', plays),
  ];
  let sequence = 0;
  files.forEach((file, i) => {
    const control = Buffer.alloc(26); // offsets, disposal and blending are 0: each frame replaces the whole
    control.writeUInt32BE(sequence++, 0);
    control.writeUInt32BE(size.width, 4);
    control.writeUInt32BE(size.height, 8);
    control.writeUInt16BE(delays[i] ?? 100, 20);
    control.writeUInt16BE(1000, 22);
    parts.push(chunk('fcTL', control));
    const data = bodies(file, 'IDAT');
    if (i === 0) {
      parts.push(chunk('IDAT', data));
    } else {
      const numbered = Buffer.alloc(data.length + 4);
      numbered.writeUInt32BE(sequence++, 0);
      numbered.set(data, 4);
      parts.push(chunk('fdAT', numbered));
    }
  });
  return Buffer.concat([...parts, chunk('IEND', new Uint8Array(0))]);
}
