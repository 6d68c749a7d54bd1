// What is known of the shipped model before it is opened, written by `npm run shipped-runs`.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelInfoSchema, type ModelInfo } from '../contract/model';
import { resourceFolder } from '../resources';

/** Facts of the shipped model; null in a checkout where they were not made yet. */
export async function readShipped(): Promise<ModelInfo | null> {
  const text = await readFile(join(resourceFolder(), 'runs', 'model-info.json'), 'utf8').catch(() => null);
  return text === null ? null : modelInfoSchema.parse(JSON.parse(text));
}
