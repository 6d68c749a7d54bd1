// A network of the question's shape as it was before its first update, made again from its seed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Card } from '../contract/card';
import type { Dataset } from '../datasets/dataset';
import { openModel } from '../network/formats/open';
import type { Network } from '../network/network';
import { initialWeights } from './question-network';
import { saveModel } from './save';

/** The untrained network that a card's configuration and seed describe. The caller disposes of it. */
export async function initialNetwork({ configuration }: Card, dataset: Dataset): Promise<Network> {
  const folder = await mkdtemp(join(tmpdir(), 'filterscope-initial-'));
  try {
    const weights = initialWeights(dataset, configuration, configuration.seed);
    const model = join(folder, 'model');
    await saveModel(model, { dataset, configuration, steps: 0, seconds: 0, weights, test: null });
    return await openModel(model);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
