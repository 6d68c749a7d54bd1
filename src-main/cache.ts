// Files of the user's cache folder that can be made again: found by name, the oldest thrown away when they grow too many.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { appFolders } from './native/site';

/** Bytes that the files of one kind may take together. */
const MOST_BYTES = 2e9;

const folderOf = (kind: string): string => join(appFolders().cache, kind);

/** The bytes that were kept under a name; null where there are none. What is used stays longest. */
export function readCached(kind: string, name: string): Buffer | null {
  const path = join(folderOf(kind), name);
  try {
    const bytes = readFileSync(path);
    utimesSync(path, new Date(), new Date());
    return bytes;
  } catch {
    return null;
  }
}

/** Keeps bytes under a name. A cache that cannot be written is none: that is no error. */
export function writeCached(kind: string, name: string, parts: readonly Uint8Array[]): void {
  const folder = folderOf(kind);
  const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
  try {
    mkdirSync(folder, { recursive: true });
    makeRoom(folder, bytes);
    if (bytes <= MOST_BYTES) writeFileAtomic.sync(join(folder, name), Buffer.concat(parts));
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
