// The job 'prepare': works out what the first click on a layer needs, while the engine has nothing else to do.
import { setTimeout as wait } from 'node:timers/promises';
import { methodSchema } from '../contract/method';
import { visualize } from '../ascent/visualize';
import { bestScores } from '../evidence/real-scores';
import { unitLayers, type Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { turn } from '../turn';
import type { Handler } from './job';
import { withNetwork } from './networks';
import { withLayerData } from './real';
import { realBest } from './reference';

/** The way that is offered first; so many steps that TensorFlow is asked for a graph, which is kept for the run to come. */
const method = methodSchema.options[0].parse({ name: 'whitened', steps: 16 });
/** Layers that are prepared: fewer than are kept, so that none is pushed out by them. */
const MOST_LAYERS = 3;
/** Milliseconds for which the engine waits before it looks again whether it is needed. */
const PATIENCE = 50;

/** Looks at the real data of a layer, and takes first steps: prior and radius are worked out once. */
export async function tryOut(
  network: Network,
  layer: string,
  dataset: string,
  signal?: AbortSignal,
): Promise<void> {
  await withLayerData(dataset, network, layer, async (data) => {
    const { sample, scores } = data;
    // what all windows say, if they were looked through before: its name needs the checksum of the data
    await realBest(dataset, network, layer, data);
    const options = { network, layer, units: null, method, seed: 0, signal };
    const run = visualize({ ...options, windows: sample.values, best: bestScores(scores) });
    while ((await run.next()).done !== true) await turn();
  });
}

/**
 * One convolution after the other, each begun only when no other job is at work: to wait in the middle of one would hold up
 * whoever asks for the same. A cancel ends it before the next.
 */
export const prepare: Handler<'prepare'> = ({ model, dataset }, { signal, busy }) =>
  withNetwork(model, async (network) => {
    const layers = unitLayers(network).filter(({ name }) => !windowOf(network, name).whole);
    for (const { name } of layers.slice(-MOST_LAYERS).reverse()) {
      do await wait(PATIENCE);
      while (!signal.aborted && busy());
      if (signal.aborted) break;
      await tryOut(network, name, dataset, signal);
    }
    return null;
  });
