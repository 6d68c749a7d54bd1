// A network of the question's shape as it was before its first update, made again from its seed.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainingConfiguration } from '../contract/training';
import { openModel } from '../network/formats/open';
import type { OpenOptions } from '../network/formats/options';
import { encodeTfjsLayers } from '../network/formats/tfjs-layers';
import { unitLayers, type Network } from '../network/network';
import { initialWeights, topology } from './question-network';

/**
 * The untrained network that a card's configuration and seed describe, for images and classes such as the trained one has:
 * what it is judged by later may have others, or none. The caller disposes of it.
 */
export async function initialNetwork(
  configuration: TrainingConfiguration,
  trained: Network,
  opening: Pick<OpenOptions, 'scaling'>,
): Promise<Network> {
  const [height, width, channels] = trained.input;
  const outputs = unitLayers(trained).at(-1)?.shape[2] ?? 0;
  const task = { height, width, channels, classes: Array.from({ length: outputs }, (_, i) => String(i)) };
  const { json, bin } = encodeTfjsLayers(
    topology(task, configuration, configuration.keepProbability),
    initialWeights(task, configuration, configuration.seed),
  );
  const folder = await mkdtemp(join(tmpdir(), 'filterscope-initial-'));
  try {
    await writeFile(join(folder, 'model.json'), json);
    await writeFile(join(folder, 'weights.bin'), bin);
    return await openModel(folder, opening);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
