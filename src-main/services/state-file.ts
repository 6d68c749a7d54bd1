// A small JSON file of the app's own state: checked on reading, written atomically, set aside when it is damaged.
import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { z } from 'zod';

/**
 * Reads a file by its schema; `fallback` when there is none. A damaged one is renamed to `<path>.damaged-<time>`, so
 * that nothing in it is lost, and `fallback` taken.
 */
export async function readState<S extends z.ZodType>(
  path: string,
  schema: S,
  fallback: z.output<S>,
  log: (line: string) => void,
): Promise<z.output<S>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log(`${path} cannot be read: ${String(error)}`);
    return fallback;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const aside = `${path}.damaged-${Date.now()}`;
    await rename(path, aside).catch(() => undefined);
    log(`${path} is damaged and was set aside as ${aside}: ${String(error)}`);
    return fallback;
  }
}

export async function writeState(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, `${JSON.stringify(value, null, 1)}\n`);
}
