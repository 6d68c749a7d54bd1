// Reads NumPy's .npy arrays row by row from a stream, within bounds (numpy.lib.format, versions 1 to 3).
import type { Readable } from 'node:stream';
import { UserError } from '../../contract/errors';
import { half } from '../../network/formats/weights';

/** Where the bytes of an array come from; each call of `stream` begins anew. */
export interface ArraySource {
  readonly name: string;
  readonly stream: () => Promise<Readable>;
}

export interface ArrayHeader {
  readonly shape: readonly number[];
  /** Numbers of one row: all dimensions but the first. */
  readonly rowSize: number;
  readonly rowBytes: number;
  readonly isByte: boolean;
  readonly isInteger: boolean;
  /** The numbers of a row. */
  readonly values: (row: Buffer) => Float64Array;
}

const REMEDY = 'Save the array again with numpy.save, or numpy.savez for several.';
const MOST_HEADER = 65_536;
/** Numbers that an array may have; more overflow what can be counted in memory. */
const MOST_NUMBERS = 1e11;
const MOST_ROW_BYTES = 1.5e8;

type Getter = (view: DataView, at: number, little: boolean) => number;
const GETTERS: Readonly<Record<string, Getter>> = {
  b1: (view, at) => view.getUint8(at),
  u1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  i2: (view, at, little) => view.getInt16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  f2: (view, at, little) => half(view.getUint16(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
};

/** The dictionary of a header, which is never evaluated. */
function parse(text: string, name: string): ArrayHeader {
  const descr = /'descr':\s*'([<>|=]?)([A-Za-z])(\d{0,4})[^']*'/.exec(text);
  if (descr === null || descr[2] === 'O' || descr[2] === 'V') {
    throw new UserError(
      `${name} holds ${descr?.[2] === 'O' ? 'Python objects (a pickle), which are never unpickled' : 'records, not plain numbers'}.`,
      'Save an array of numbers instead, such as images.astype("uint8").',
    );
  }
  const type = `${descr[2] ?? ''}${descr[3] ?? ''}`;
  const get = Object.hasOwn(GETTERS, type) ? GETTERS[type] : undefined;
  if (get === undefined)
    throw new UserError(`${name} holds numbers of type ${type}, which are not read.`, REMEDY);
  if (!/'fortran_order':\s*False/.test(text)) {
    throw new UserError(
      `${name} stands column by column (Fortran order).`,
      'Save numpy.ascontiguousarray of it.',
    );
  }
  const sides = /'shape':\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  if (sides === undefined) throw new UserError(`${name} has a header without a shape.`, REMEDY);
  const shape = sides
    .split(',')
    .map((side) => side.replace('L', '').trim())
    .filter((side) => side !== '')
    .map(Number);
  const total = shape.reduce((product, side) => product * side, 1);
  const bytes = Number(type.slice(1));
  const rowSize = shape.slice(1).reduce((product, side) => product * side, 1);
  if (!(total <= MOST_NUMBERS) || !(rowSize * bytes <= MOST_ROW_BYTES)) {
    throw new UserError(`${name} claims the shape ${shape.join('×')}.`, 'Save a smaller array.');
  }
  const little = descr[1] !== '>';
  return {
    ...{ shape, rowSize, rowBytes: rowSize * bytes },
    isByte: type === 'u1',
    isInteger: !type.startsWith('f'),
    values: (row) => {
      const view = new DataView(row.buffer, row.byteOffset, row.byteLength);
      return Float64Array.from({ length: rowSize }, (_, i) => get(view, i * bytes, little));
    },
  };
}

/** The header at the start of `bytes` and how long it is; null where more bytes are needed to tell. */
function headerOf(bytes: Buffer, name: string): { header: ArrayHeader; length: number } | null {
  if (bytes.length < 12) return null;
  if (bytes.toString('latin1', 1, 6) !== 'NUMPY' || bytes[0] !== 0x93) {
    throw new UserError(`${name} is no .npy array.`, REMEDY);
  }
  const isFirst = bytes[6] === 1;
  const size = isFirst ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  const start = isFirst ? 10 : 12;
  if (size > MOST_HEADER) throw new UserError(`${name} claims a header of ${size} bytes.`, REMEDY);
  if (bytes.length < start + size) return null;
  return { header: parse(bytes.toString('latin1', start, start + size), name), length: start + size };
}

const cutShort = (name: string): UserError => new UserError(`${name} is cut short.`, REMEDY);

/** Reads the header alone. Throws a UserError for anything but a plain array of numbers. */
export async function readArrayHeader({ name, stream }: ArraySource): Promise<ArrayHeader> {
  let start = Buffer.alloc(0);
  const bytes = await stream();
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    start = Buffer.concat([start, chunk]);
    const found = headerOf(start, name);
    if (found !== null) {
      bytes.destroy();
      return found.header;
    }
  }
  throw cutShort(name);
}

/**
 * Calls `visit` with the bytes of every row, which are overwritten by the next; it returns false to see no more.
 * Throws a UserError where the array has another length than its header says.
 */
export async function eachRow(
  { name, stream }: ArraySource,
  visit: (row: Buffer, index: number) => Promise<boolean> | boolean,
): Promise<void> {
  let start: Buffer | null = Buffer.alloc(0);
  let header: ArrayHeader | null = null;
  let row = Buffer.alloc(0);
  let [filled, index] = [0, 0];
  const bytes = await stream();
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    let rest = chunk;
    if (start !== null) {
      start = Buffer.concat([start, chunk]);
      const found = headerOf(start, name);
      if (found === null) continue;
      header = found.header;
      rest = start.subarray(found.length);
      start = null;
      row = Buffer.alloc(header.rowBytes);
    }
    while (rest.length > 0) {
      if (row.length === 0 || index >= (header?.shape[0] ?? 0)) {
        throw new UserError(`${name} is longer than its header says.`, REMEDY);
      }
      const copied = rest.copy(row, filled);
      filled += copied;
      rest = rest.subarray(copied);
      if (filled < row.length) continue;
      filled = 0;
      if (!(await visit(row, index))) {
        bytes.destroy();
        return;
      }
      index++;
    }
  }
  if (header === null || index !== (header.shape[0] ?? 1)) throw cutShort(name);
}
