// Makes the first job of a user as fast as the next: loads, allocates and compiles what it will need.
import { methodSchema } from '../contract/method';
import { visualize } from '../ascent/visualize';
import { tf } from '../native/tensorflow';
import type { Network } from '../network/network';
import { shippedModel } from '../resources';
import { turn } from './job';
import { withNetwork } from './networks';
import { withLayerData } from './real';
import { respondTo } from './respond';

const plain = methodSchema.options[1].parse({ name: 'plain', norm: 1, steps: 2 });

/** A forward pass and a few gradients of two units. */
async function tryOut(network: Network, layer: string): Promise<void> {
  const options = { network, layer, units: [0, 1], method: plain, seed: 0 };
  const run = visualize({ ...options, windows: new Float32Array(0), best: new Float32Array(1024).fill(1) });
  while ((await run.next()).done !== true) await turn();
}

/**
 * Calls `ready` once the shipped model answers; goes on with its real data in slices, between which jobs are
 * done. A model or data that cannot be had is told to whoever asks for it.
 */
export async function warmUp(ready: () => void): Promise<void> {
  try {
    await withNetwork(shippedModel(), async (network) => {
      const [height, width, channels] = network.input;
      respondTo(network, new Uint8Array(height * width * channels));
      ready();
      await turn();
      for (const layer of ['conv2', 'conv1', 'classes']) {
        if (layer !== 'classes') await tryOut(network, layer);
        await withLayerData('mnist', network, layer, () => undefined);
      }
    });
  } catch {
    tf.tensor1d([1]).add(1).dispose();
    ready();
  }
}
