// Reads IDX files, plain or gzipped: the format of MNIST (LeCun et al., http://yann.lecun.com/exdb/mnist).
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { UserError } from '../contract/errors';

const REMEDY = 'Fetch the file again, or choose the right one of the pair.';

/** An IDX file's sizes and its unsigned bytes, row-major. */
export interface Idx {
  readonly sizes: readonly number[];
  readonly data: Uint8Array;
}

function readUnzipped(path: string): Buffer {
  let raw: Buffer;
  try {
    raw = readFileSync(path);
  } catch (cause) {
    throw new UserError(`${path} cannot be read.`, 'Check the path.', { cause });
  }
  if (raw[0] !== 0x1f || raw[1] !== 0x8b) return raw;
  try {
    return gunzipSync(raw);
  } catch (cause) {
    throw new UserError(`${basename(path)} is a gzip file that is damaged or cut short.`, REMEDY, { cause });
  }
}

/** Reads unsigned bytes with `dimensions` dimensions. Throws a UserError with what was expected and found. */
export function readIdx(path: string, dimensions: number): Idx {
  const name = basename(path);
  const bytes = readUnzipped(path);
  const expected = 0x0800 + dimensions;
  const magic = bytes.length >= 4 ? bytes.readUInt32BE(0) : -1;
  if (magic !== expected) {
    throw new UserError(
      `${name} starts with ${magic}; an IDX file of ${dimensions} dimensions starts with ${expected}.`,
      REMEDY,
    );
  }
  const header = 4 + 4 * dimensions;
  if (bytes.length < header)
    throw new UserError(`${name} ends within its header, after ${bytes.length} bytes.`, REMEDY);
  const sizes = Array.from({ length: dimensions }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
  const count = sizes.reduce((product, size) => product * size, 1);
  if (bytes.length - header !== count) {
    throw new UserError(`${name} holds ${bytes.length - header} values; its header says ${count}.`, REMEDY);
  }
  return { sizes, data: new Uint8Array(bytes.buffer, bytes.byteOffset + header, count) };
}
