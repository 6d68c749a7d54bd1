// Files in a zip archive, read with limits that no archive can talk its way past.
import { statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { fromBuffer, open as fromFile, type Entry, type ZipFile } from 'yauzl';
import { UserError } from '../../contract/errors';

const MOST_ENTRIES = 4096;
/** Bytes that all files of an archive may have when they are inflated. */
const MOST_BYTES = 3e9;
/** Deflate makes at most 1032 bytes of one. */
const MOST_RATIO = 1032;
/** Of what is inflated in memory: weights hardly shrink, texts to a thirtieth, and a few MB do no harm. */
const MOST_RATIO_IN_MEMORY = 100;
const HARMLESS_BYTES = 5e7;

const REMEDY = 'Make the archive again, or unpack it and open the folder.';

const open = promisify<Buffer, object, ZipFile>(fromBuffer);
const openFile = promisify<string, object, ZipFile>(fromFile);

/** An archive: its files by name. */
export interface Zip {
  readonly names: readonly string[];
  read(entry: string): Promise<Buffer>;
  /** The bytes of a file as they are inflated; an error of it is none for people. */
  stream(entry: string): Promise<Readable>;
  /** Frees the file of an archive that was opened by its path. */
  close(): void;
}

/**
 * The files of an archive, in memory or by its path. Throws a UserError for an archive that is damaged or lies about its
 * sizes.
 */
export async function openZip(from: Buffer | string, name: string): Promise<Zip> {
  const refuse = (cause: unknown): UserError =>
    new UserError(
      `${name} is a damaged archive: ${cause instanceof Error ? cause.message : String(cause)}.`,
      REMEDY,
      { cause },
    );
  let zip: ZipFile;
  const entries = new Map<string, Entry>();
  try {
    const options = { lazyEntries: true, autoClose: false, validateEntrySize: true, strictFileNames: true };
    zip = await (typeof from === 'string' ? openFile(from, options) : open(from, options));
    await new Promise<void>((resolve, reject) => {
      zip.on('entry', (entry: Entry) => {
        if (entries.size >= MOST_ENTRIES) {
          reject(new RangeError(`it holds more than ${MOST_ENTRIES} files`));
          return;
        }
        if (!entry.fileName.endsWith('/')) entries.set(entry.fileName, entry);
        zip.readEntry();
      });
      zip.once('end', resolve);
      zip.once('error', reject);
      zip.readEntry();
    });
  } catch (cause) {
    throw refuse(cause);
  }
  const total = [...entries.values()].reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  const size = typeof from === 'string' ? statSync(from).size : from.length;
  const shrunk = typeof from === 'string' || total < HARMLESS_BYTES ? MOST_RATIO : MOST_RATIO_IN_MEMORY;
  if (total > MOST_BYTES || total > size * shrunk) {
    throw new UserError(`${name} claims to hold ${Math.round(total / 1e6)} MB.`, REMEDY);
  }
  const stream = (entryName: string): Promise<Readable> => {
    const entry = entries.get(entryName);
    if (entry === undefined) throw new UserError(`There is no ${entryName} in ${name}.`, REMEDY);
    return new Promise((resolve, reject) => {
      zip.openReadStream(entry, (error, found) => {
        // the declared callback has a stream unless there is an error, which is then not null
        if (error !== null) reject(refuse(error));
        else resolve(found);
      });
    });
  };
  return {
    names: [...entries.keys()],
    stream,
    read: async (entryName) => {
      const found = await stream(entryName);
      try {
        return await buffer(found);
      } catch (cause) {
        throw refuse(cause);
      }
    },
    close: () => {
      if (typeof from === 'string') zip.close();
    },
  };
}
