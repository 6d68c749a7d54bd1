// What is known of the shipped model before it is opened, written by `npm run shipped-runs`.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelInfoSchema, type ModelInfo } from '../contract/model';
import { resourceFolder } from '../resources';

/** Beside the folder `runs`, which holds its finished runs as they are kept on disk. */
export const SHIPPED_INFO = join(resourceFolder(), 'model-info.json');

/** Facts of the shipped model; null in a checkout where they were not made yet. */
export async function readShipped(): Promise<ModelInfo | null> {
  const text = await readFile(SHIPPED_INFO, 'utf8').catch(() => null);
  return text === null ? null : modelInfoSchema.parse(JSON.parse(text));
}
