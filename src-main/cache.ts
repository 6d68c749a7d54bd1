// Files of the user's cache folder that can be made again: found by name, the oldest thrown away when they grow too many.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { appFolders } from './native/site';

/** Bytes that the files of one kind may take together. */
const MOST_BYTES = 2e9;

const folderOf = (kind: string): string => join(appFolders().cache, kind);

/** Bytes of the sha256 that stands first in a file. */
const SUM = 32;

function sumOf(parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/**
 * The bytes that were kept under a name; null where there are none, or what is there was cut short or changed. What is used
 * stays longest.
 */
export function readCached(kind: string, name: string): Buffer | null {
  const path = join(folderOf(kind), name);
  try {
    const bytes = readFileSync(path);
    const body = bytes.subarray(SUM);
    if (!sumOf([body]).equals(bytes.subarray(0, SUM))) return null;
    utimesSync(path, new Date(), new Date());
    return body;
  } catch {
    return null;
  }
}

/** Keeps bytes under a name. A cache that cannot be written is none: that is no error. */
export function writeCached(kind: string, name: string, parts: readonly Uint8Array[]): void {
  const folder = folderOf(kind);
  const bytes = parts.reduce((sum, part) => sum + part.byteLength, SUM);
  if (bytes > MOST_BYTES) return;
  try {
    mkdirSync(folder, { recursive: true });
    makeRoom(folder, bytes);
    writeFileAtomic.sync(join(folder, name), Buffer.concat([sumOf(parts), ...parts]));
  } catch {
    return;
  }
}

function makeRoom(folder: string, bytes: number): void {
  const files = readdirSync(folder)
    .map((name) => ({ path: join(folder, name), ...pickStat(join(folder, name)) }))
    .sort((a, b) => b.time - a.time);
  let total = bytes;
  for (const { path, size } of files) {
    total += size;
    if (total > MOST_BYTES) rmSync(path, { force: true });
  }
}

const pickStat = (path: string): { size: number; time: number } => {
  const { size, mtimeMs } = statSync(path);
  return { size, time: mtimeMs };
};
