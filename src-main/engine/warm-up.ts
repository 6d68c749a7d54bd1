// Makes the first job of a user as fast as the next: loads, allocates and compiles what it will need.
import { tf } from '../native/tensorflow';
import { shippedModel } from '../resources';
import { turn } from '../turn';
import { withNetwork } from './networks';
import { tryOut } from './prepare';
import { respondTo } from './respond';

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
      for (const layer of ['conv2', 'conv1', 'classes']) await tryOut(network, layer, 'mnist');
    });
  } catch {
    tf.tensor1d([1]).add(1).dispose();
    ready();
  }
}
