// Makes the first job of a user as fast as the next: loads, allocates and compiles what it will need.
import { methodSchema } from '../contract/method';
import { visualize } from '../ascent/visualize';
import { bestScores } from '../evidence/real-scores';
import { tf } from '../native/tensorflow';
import type { Network } from '../network/network';
import { shippedModel } from '../resources';
import { turn } from './job';
import { withNetwork } from './networks';
import { withLayerData } from './real';
import { respondTo } from './respond';

const method = methodSchema.options[0].parse({ name: 'whitened', steps: 1 });

/** Looks at the real data of a layer, and takes a first step: prior and radius are worked out once. */
async function tryOut(network: Network, layer: string): Promise<void> {
  await withLayerData('mnist', network, layer, async ({ sample, scores }) => {
    const options = { network, layer, units: null, method, seed: 0 };
    const run = visualize({ ...options, windows: sample.values, best: bestScores(scores) });
    while ((await run.next()).done !== true) await turn();
  });
}

/**
 * Calls `ready` once the shipped model answers; goes on with its real data in slices, between which jobs are
 * done. A model or data that cannot be had is told to whoever asks for it.
 */
export async function warmUp(ready: () => void): Promise<void> {
  try {
    await withNetwork({ path: shippedModel(), range: null, size: null }, async (network) => {
      const [height, width, channels] = network.input;
      respondTo(network, new Uint8Array(height * width * channels));
      ready();
      await turn();
      for (const layer of ['conv2', 'conv1', 'classes']) await tryOut(network, layer);
    });
  } catch {
    tf.tensor1d([1]).add(1).dispose();
    ready();
  }
}
