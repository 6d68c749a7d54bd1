// Where the files that ship with the app lie: beside the code in a checkout, beside the archive in an installed app.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder `resources`, found upwards from this very file, whatever bundle it stands in. */
export function resourceFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = join(folder, 'resources');
    if (existsSync(join(found, 'model')) || folder === dirname(folder)) return found;
  }
}

/** The model that ships with the app: the question's, made by `npm run cli -- train resources/model --snapshots 50,500`. */
export const shippedModel = (): string => join(resourceFolder(), 'model');

/**
 * Networks of the same shape and task that ship with the app, to test class pictures for transfer: made by
 * `npm run cli -- train resources/models/seed-1 --seed 1 --half`, and 2 likewise.
 */
export async function shippedOthers(): Promise<string[]> {
  const folder = join(resourceFolder(), 'models');
  return existsSync(folder) ? (await readdir(folder)).sort().map((name) => join(folder, name)) : [];
}
