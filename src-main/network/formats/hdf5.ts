// HDF5 files as trees of numbers and attributes, read by the HDF5 library itself as WebAssembly.
import h5wasm, { type Dataset, type File, type Group } from 'h5wasm';
import { UserError } from '../../contract/errors';
import { elementsOf, type Weight } from './weights';

/** Bytes that start an HDF5 file. */
export const HDF5_MAGIC = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

const REMEDY = 'Copy the file again; it was cut short or damaged on the way.';

export interface Hdf5 {
  /** A text attribute; null where there is none. */
  text(path: string, attribute: string): string | null;
  /** An attribute that is a list of texts, also one that was split because of its length; null where there is none. */
  texts(path: string, attribute: string): string[] | null;
  has(path: string): boolean;
  /** Names of the groups in a group, in alphabetical order. */
  groups(path: string): string[];
  /** A dataset's numbers; null where there is no dataset of numbers. */
  weight(path: string): Weight | null;
}

let files = 0;

/**
 * Works with a file's content, which lies in memory of the library's own: external links and files lead nowhere.
 * Throws a UserError for a damaged file.
 */
export async function withHdf5<T>(bytes: Uint8Array, name: string, work: (file: Hdf5) => T): Promise<T> {
  const library = await h5wasm.ready;
  // what the library would print it throws
  library.activate_throwing_error_handler();
  const { FS } = library;
  const path = `/model-${++files}.h5`;
  FS.writeFile(path, bytes);
  let file: File | null = null;
  try {
    file = new h5wasm.File(path, 'r');
    // the library says that a file could not be opened by its number alone
    if (file.file_id <= 0n) throw new RangeError('it is no HDF5 file');
    return work(view(file));
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`${name} is a damaged HDF5 file.`, REMEDY, { cause });
  } finally {
    file?.close();
    FS.unlink(path);
  }
}

function view(file: File): Hdf5 {
  const entity = (path: string): Group | Dataset | null => {
    const found = path === '' ? file : file.get(path);
    return found instanceof h5wasm.Group || found instanceof h5wasm.Dataset ? found : null;
  };
  const attribute = (path: string, name: string): unknown => {
    const attributes = entity(path)?.attrs ?? {};
    return Object.hasOwn(attributes, name) ? attributes[name]?.value : null;
  };
  const list = (path: string, name: string): string[] | null => {
    const value = attribute(path, name);
    if (Array.isArray(value)) return value.map(String);
    // an empty list has no value, and a list of one may come as itself
    if (typeof value === 'string') return [value];
    return value === null || value === undefined ? null : [];
  };
  return {
    text: (path, name) => {
      const value = attribute(path, name);
      if (typeof value === 'string') return value;
      return Array.isArray(value) && typeof value[0] === 'string' ? value[0] : null;
    },
    // Keras splits lists over 64 kB into name0, name1, …
    texts: (path, name) => {
      const whole = list(path, name);
      if (whole !== null) return whole;
      const parts: string[] = [];
      for (let i = 0; ; i++) {
        const part = list(path, `${name}${i}`);
        if (part === null) return i === 0 ? null : parts;
        parts.push(...part);
      }
    },
    has: (path) => entity(path) !== null,
    groups: (path) => {
      const found = entity(path);
      return found instanceof h5wasm.Group
        ? found.keys().filter((key) => entity(`${path}/${key}`) instanceof h5wasm.Group)
        : [];
    },
    weight: (path) => {
      const found = entity(path);
      if (!(found instanceof h5wasm.Dataset)) return null;
      const shape = found.shape ?? [];
      const count = elementsOf(shape);
      const { value } = found;
      if (typeof value === 'number') return { shape, data: Float32Array.of(value) };
      if (value instanceof Float32Array) return { shape, data: value };
      if (!ArrayBuffer.isView(value) || value instanceof DataView) return null;
      const numbers = value as unknown as ArrayLike<number | bigint>;
      if (numbers.length !== count) return null;
      return { shape, data: Float32Array.from({ length: count }, (_, i) => Number(numbers[i])) };
    },
  };
}
