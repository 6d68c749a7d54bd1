// The files of a model, wherever they lie: one file, a folder, or a zip archive.
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../contract/errors';
import { openZip } from './zip';

/** Bytes that a model's files may have. */
const MOST_BYTES = 2e9;

export interface ModelFiles {
  /** What the model is called where it does not say so itself. */
  readonly name: string;
  readonly names: readonly string[];
  /** The bytes of a file. Throws a UserError where it is missing or cannot be read. */
  read(name: string): Promise<Buffer>;
}

/** Reads a file whole, by pieces, so that it can be stopped and says how far it is. */
export async function readWhole(
  path: string,
  name: string,
  {
    progress,
    signal,
  }: { progress?: ((share: number) => void) | undefined; signal?: AbortSignal | undefined } = {},
): Promise<Buffer> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new UserError(`There is no file ${name}.`, 'Check the path, or copy the whole model again.', {
      cause,
    });
  });
  try {
    const { size } = await file.stat();
    if (size > MOST_BYTES) {
      throw new UserError(
        `${name} has ${Math.round(size / 1e6)} MB; at most ${MOST_BYTES / 1e6} MB are opened.`,
        'Open a smaller model.',
      );
    }
    const bytes = Buffer.allocUnsafeSlow(size);
    const piece = 1 << 24;
    for (let at = 0; at < size;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(bytes, at, Math.min(piece, size - at), at);
      if (bytesRead === 0) return bytes.subarray(0, at);
      at += bytesRead;
      progress?.(at / size);
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** The files of a folder; its subfolders are not looked into. */
export async function folderFiles(
  path: string,
  name: string,
  options: Parameters<typeof readWhole>[2],
): Promise<ModelFiles> {
  const entries = await readdir(path, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
  return {
    name,
    names,
    read: (file) => {
      if (!names.includes(file)) {
        throw new UserError(`There is no file ${file} in ${name}.`, 'Copy the whole model folder again.');
      }
      return readWhole(join(path, file), file, options);
    },
  };
}

/** The files of an archive: those beside `inside`, where it is given, so that an archive may hold one folder. */
export async function zipFiles(bytes: Buffer, name: string, beside?: string): Promise<ModelFiles> {
  const zip = await openZip(bytes, name);
  const main = zip.names.find((entry) => entry === beside || entry.endsWith(`/${beside ?? ''}`));
  const prefix = beside === undefined || main === undefined ? '' : main.slice(0, main.length - beside.length);
  return {
    name,
    names: zip.names.filter((entry) => entry.startsWith(prefix)).map((entry) => entry.slice(prefix.length)),
    read: (file) => zip.read(prefix + file),
  };
}
