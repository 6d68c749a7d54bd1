// The stamp of a set of native files: which there are, with their sizes, and who brought them.
import { readFileSync, statSync } from 'node:fs';
import { rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Stamp {
  /** Who brought the files. */
  readonly provider: string;
  /** As the library itself says it. */
  readonly tensorflow: string;
  /** Size of each file in bytes, by path relative to the folder. */
  readonly files: Readonly<Record<string, number>>;
}

const PATH = join('deps', 'provisioned.json');

/** The folder's stamp when every file that it names is there with its size, else null. Costs a few `stat` calls. */
export function readStamp(folder: string): Stamp | null {
  try {
    const stamp = JSON.parse(readFileSync(join(folder, PATH), 'utf8')) as Stamp;
    const files = Object.entries(stamp.files);
    const whole = files.every(([path, size]) => statSync(join(folder, path)).size === size);
    return whole && files.length > 0 ? stamp : null;
  } catch {
    return null;
  }
}

/** Writes the stamp of files that are all there. It is the last thing written, so a killed start leaves none. */
export async function writeStamp(
  folder: string,
  { provider, tensorflow }: Omit<Stamp, 'files'>,
  paths: readonly string[],
): Promise<void> {
  const files: Record<string, number> = {};
  for (const path of paths) files[path] = (await stat(join(folder, path))).size;
  const stamp: Stamp = { provider, tensorflow, files };
  await writeFile(join(folder, `${PATH}.new`), JSON.stringify(stamp, null, 1));
  await rename(join(folder, `${PATH}.new`), join(folder, PATH));
}
