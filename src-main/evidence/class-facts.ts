// The classes' own pictures, and how this network and independent ones read them.
import { isOutput } from '../ascent/real';
import { methodSchema } from '../contract/method';
import type { Dataset } from '../datasets/dataset';
import { nodeOf, unitLayers, type Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { picturesBy } from './methods-compared';
import { realWindows } from './real-windows';
import { reading, type Reading } from './transfer';
import { step, type Watch } from './watch';

export interface ClassFacts {
  readonly layer: string;
  readonly pictures: readonly {
    readonly name: string;
    readonly images: Float32Array;
    readonly own: Reading;
    readonly others: readonly Reading[];
  }[];
}

/** `others`: networks of the same task, trained independently. Null where the model's classes are not the dataset's. */
export async function classFacts(
  {
    network,
    dataset,
    others,
    seed,
  }: { network: Network; dataset: Dataset; others: readonly Network[]; seed: number },
  watch: Watch,
): Promise<ClassFacts | null> {
  const layer = unitLayers(network).at(-1)?.name ?? '';
  const classes = nodeOf(network, layer).shape[2];
  if (!isOutput(network, layer) || classes !== dataset.classes.length || !windowOf(network, layer).whole)
    return null;
  const windows = realWindows(dataset, network, layer).values;
  const units = [...Array(classes).keys()];
  const pictures: ClassFacts['pictures'][number][] = [];
  const methods = [
    methodSchema.parse({ name: 'whitened', radius: 8, steps: 160 }),
    methodSchema.parse({ name: 'plain', steps: 160 }),
  ];
  for (const [i, method] of methods.entries()) {
    const found = await picturesBy(network, layer, method, units, windows, seed, watch);
    // what a network is shown is what a person sees: 0..1
    const images =
      method.name === 'whitened'
        ? found.images.map((value) => Math.min(1, Math.max(0, value)))
        : found.images;
    pictures.push({
      name: found.name,
      images,
      own: reading(network, units, images),
      others: others.map((other) => reading(other, units, images)),
    });
    await step(watch, (i + 1) / methods.length);
  }
  return { layer, pictures };
}
