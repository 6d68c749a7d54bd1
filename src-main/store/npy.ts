// Writes and reads NumPy's .npy files, version 1.0, float32 (numpy.lib.format).
import { UserError } from '../contract/errors';

/** A C-ordered little-endian float32 array. */
export function encodeNpy(values: Float32Array, shape: readonly number[]): Buffer {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = `${dictionary.padEnd(Math.ceil((dictionary.length + 11) / 64) * 64 - 11)}\n`;
  const prefix = Buffer.from([
    0x93,
    0x4e,
    0x55,
    0x4d,
    0x50,
    0x59,
    1,
    0,
    header.length & 255,
    header.length >> 8,
  ]);
  return Buffer.concat([
    prefix,
    Buffer.from(header, 'latin1'),
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  ]);
}

/** Reads what encodeNpy writes. Throws a UserError for another type or a length that its header belies. */
export function decodeNpy(bytes: Buffer): { values: Float32Array; shape: number[] } {
  const remedy = 'Make the gallery again.';
  if (bytes.length < 10 || bytes.toString('latin1', 1, 6) !== 'NUMPY') {
    throw new UserError('This is not a .npy file.', remedy);
  }
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, start);
  const shape = /'descr': '<f4', 'fortran_order': False, 'shape': \(([\d, ]*)\)/.exec(header)?.[1];
  if (shape === undefined) throw new UserError('This .npy file does not hold float32 in C order.', remedy);
  const sides = shape
    .split(',')
    .filter((side) => side.trim() !== '')
    .map(Number);
  const count = sides.reduce((product, side) => product * side, 1);
  if (bytes.length - start !== count * 4) {
    throw new UserError(
      `This .npy file holds ${bytes.length - start} bytes; its header says ${count * 4}.`,
      remedy,
    );
  }
  return {
    values: new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length)),
    shape: sides,
  };
}
