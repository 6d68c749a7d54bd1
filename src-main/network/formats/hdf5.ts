// HDF5 files as trees of numbers and texts, read by the HDF5 library itself, as WebAssembly in a thread that can be ended.
import { Worker } from 'node:worker_threads';
import { UserError } from '../../contract/errors';
import { extract, type Extract } from './hdf5-extract';
import { whenTired } from './hdf5-patience';
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
  /** A dataset's numbers; null where there is no dataset of numbers. */
  weight(path: string): Weight | null;
}

/** In an installed app the library lies beside the archive: a thread's imports need real files. */
const unpacked = (address: string): string => address.replace(/app\.asar(?=\/)/, 'app.asar.unpacked');

const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
import(workerData.library).then(async ({ default: library }) => {
  await library.ready;
  let thread = null;
  try {
    // "12/task/34", of which the work can be read from outside while it goes round in circles
    thread = require('node:fs').readlinkSync('/proc/thread-self');
  } catch {}
  parentPort.postMessage({ thread });
  parentPort.postMessage(await (${extract.toString()})(library, workerData.bytes));
});`;

/** The content of a file, which lies in memory of the thread's own: external links and files lead nowhere. */
function read(bytes: Uint8Array, name: string): Promise<Extract> {
  const library = unpacked(import.meta.resolve('h5wasm'));
  const thread = new Worker(PROGRAM, { eval: true, workerData: { bytes, library } });
  let stop = (): void => undefined;
  return new Promise<Extract>((resolve, reject) => {
    thread.on('message', (message: Extract | { readonly thread: string | null }) => {
      if (!('thread' in message)) resolve(message);
      else {
        stop = whenTired(message.thread, bytes.length, () => {
          reject(new UserError(`${name} is damaged such that reading it does not end.`, REMEDY));
        });
      }
    });
    thread.on('error', (cause) => {
      reject(new UserError(`${name} is a damaged HDF5 file.`, REMEDY, { cause }));
    });
    thread.on('exit', () => {
      reject(new UserError(`${name} is a damaged HDF5 file.`, REMEDY));
    });
  }).finally(() => {
    stop();
    return thread.terminate();
  });
}

/** Reads a file's content. Throws a UserError for a damaged file. */
export async function openHdf5(bytes: Uint8Array, name: string): Promise<Hdf5> {
  const { texts, groups, datasets, error } = await read(bytes, name);
  if (error !== null) throw new UserError(`${name} is a damaged HDF5 file.`, REMEDY, { cause: error });
  const attributes = new Map(texts.map(([path, attribute, values]) => [`${path}\n${attribute}`, values]));
  const numbers = new Map(datasets.map(([path, shape, values]) => [path, { shape, values }]));
  const known = new Set([...groups, ...numbers.keys()]);
  const plain = (path: string): string => path.replace(/^\/+/, '');
  const list = (path: string, attribute: string): string[] | null =>
    attributes.get(`${plain(path)}\n${attribute}`) ?? null;
  return {
    text: (path, attribute) => list(path, attribute)?.[0] ?? null,
    // Keras splits lists over 64 kB into name0, name1, …
    texts: (path, attribute) => {
      const whole = list(path, attribute);
      if (whole !== null) return whole;
      const parts: string[] = [];
      for (let i = 0; ; i++) {
        const part = list(path, `${attribute}${i}`);
        if (part === null) return i === 0 ? null : parts;
        parts.push(...part);
      }
    },
    has: (path) => known.has(plain(path)),
    weight: (path) => {
      const found = numbers.get(plain(path));
      if (found === undefined || found.values instanceof DataView) return null;
      const { shape, values } = found;
      if (values instanceof Float32Array) return { shape, data: values };
      const stored = values as unknown as ArrayLike<number | bigint>;
      if (stored.length !== elementsOf(shape)) return null;
      return { shape, data: Float32Array.from({ length: stored.length }, (_, i) => Number(stored[i])) };
    },
  };
}
