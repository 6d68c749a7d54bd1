// One fresh process: until TensorFlow, data and model are ready, then a click on a layer at once, and another.
import { join } from 'node:path';
import { visualize, type AscentMethod } from '../../src-main/ascent/visualize';
import { openMnist } from '../../src-main/datasets/dataset';
import { realWindows } from '../../src-main/evidence/real-windows';
import { tf } from '../../src-main/native/tensorflow';
import { openModel } from '../../src-main/network/formats/open';
import { shippedModel } from '../../src-main/resources';

const spawned = Number(process.env['BENCH_SPAWNED'] ?? Date.now());
const moments: Record<string, number> = {};
tf.tidy(() => tf.relu(tf.tensor1d([1])).dataSync());
moments['ready: TensorFlow loaded and its first kernel run'] = Date.now() - spawned;
const dataset = openMnist();
const network = await openModel(join(shippedModel(), 'model.json'));
moments['ready: MNIST read and the model opened as well'] = Date.now() - spawned;

/** A click on layer 2: all 64 filters, whitened, 32 steps, the radius chosen. */
async function click(): Promise<number> {
  const began = performance.now();
  const { values: windows } = realWindows(dataset, network, 'conv2');
  const method: AscentMethod = { name: 'whitened', radius: 'auto', steps: 32, starts: 1 };
  const run = visualize({ network, layer: 'conv2', units: null, method, seed: 0, windows });
  while ((await run.next()).done !== true);
  return performance.now() - began;
}

moments['click on layer 2 at once: 64 pictures of 32 steps, real windows, prior and radius worked out'] =
  await click();
moments['second click: 64 pictures of 32 steps'] = await click();
process.stdout.write(JSON.stringify(moments));
process.exit(0);
