// Files in a zip archive, read with limits that no archive can talk its way past.
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { UserError } from '../../contract/errors';

const MOST_ENTRIES = 4096;
/** Bytes that all files of an archive may have when they are inflated. */
const MOST_BYTES = 3e9;
/** Deflate makes at most 1032 bytes of one. */
const MOST_RATIO = 1032;

const REMEDY = 'Make the archive again, or unpack it and open the folder.';

const open = promisify<Buffer, object, ZipFile>(fromBuffer);

/** The files of an archive by name. Throws a UserError for an archive that is damaged or lies about its sizes. */
export async function openZip(
  bytes: Buffer,
  name: string,
): Promise<{ readonly names: readonly string[]; read(entry: string): Promise<Buffer> }> {
  const refuse = (cause: unknown): UserError =>
    new UserError(
      `${name} is a damaged archive: ${cause instanceof Error ? cause.message : String(cause)}.`,
      REMEDY,
      { cause },
    );
  let zip: ZipFile;
  const entries = new Map<string, Entry>();
  try {
    zip = await open(bytes, {
      lazyEntries: true,
      autoClose: false,
      validateEntrySize: true,
      strictFileNames: true,
    });
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
  if (total > MOST_BYTES || total > bytes.length * MOST_RATIO) {
    throw new UserError(`${name} claims to hold ${Math.round(total / 1e6)} MB.`, REMEDY);
  }
  return {
    names: [...entries.keys()],
    read: async (entryName) => {
      const entry = entries.get(entryName);
      if (entry === undefined) throw new UserError(`There is no ${entryName} in ${name}.`, REMEDY);
      try {
        return await new Promise<Buffer>((resolve, reject) => {
          zip.openReadStream(entry, (error, stream) => {
            // the declared callback has a stream unless there is an error, which is then not null
            if (error !== null) reject(error);
            else buffer(stream).then(resolve, reject);
          });
        });
      } catch (cause) {
        throw refuse(cause);
      }
    },
  };
}
