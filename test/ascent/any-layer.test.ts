// Pictures of every layer with units of every kind of model: what is reported of one is what the network gives for it.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isOutput } from '../../src-main/ascent/real';
import { visualize, type Visualization } from '../../src-main/ascent/visualize';
import { methodSchema } from '../../src-main/contract/method';
import { tf } from '../../src-main/native/tensorflow';
import { openModel } from '../../src-main/network/formats/open';
import { forward } from '../../src-main/network/forward';
import { nodeOf, unitLayers, type Network } from '../../src-main/network/network';
import { windowOf } from '../../src-main/network/receptive-field';
import { fixtures } from '../network/formats/parity';
import { layersModel, weight } from '../network/models';

const FILES = ['model.keras', 'model.onnx', 'model'];
const files = readdirSync(fixtures).flatMap((name) => {
  const path = FILES.map((file) => join(fixtures, name, file)).find(existsSync);
  return path === undefined ? [] : [[name, path] as const];
});
/** So many steps that TensorFlow takes them by a graph of its own. */
const method = methodSchema.options[1].parse({ name: 'plain', norm: 2, steps: 16 });

async function pictures(network: Network, layer: string, units: number[]): Promise<Visualization> {
  const run = visualize({ network, layer, units, method, seed: 3, windows: new Float32Array(0) });
  for (;;) {
    const { done, value } = await run.next();
    if (done === true) return value;
  }
}

/** What the network itself gives for each picture: unit i of the layer for picture i, at its map's centre. */
function given(network: Network, layer: string, units: number[], found: Visualization): number[] {
  const { height, width, channels } = found.picture;
  const { whole } = windowOf(network, layer);
  const [rows, columns, count] = nodeOf(network, layer).shape;
  const maps = tf.tidy(() => {
    const x = tf.tensor4d(found.images, [units.length, height, width, channels]);
    const map = forward(network, x, layer, !whole);
    const place = whole ? [rows >> 1, columns >> 1] : [0, 0];
    return map.slice([0, ...place, 0], [-1, 1, 1, -1]).dataSync<'float32'>();
  });
  return units.map((unit, i) => {
    const all = maps.subarray(i * count, (i + 1) * count);
    const own = all[unit] ?? NaN;
    if (!isOutput(network, layer) || count === 1) return own;
    // a class's logit minus the mean of the others'
    return own - (all.reduce((sum, value) => sum + value, 0) - own) / (count - 1);
  });
}

async function check(network: Network): Promise<string[]> {
  const kinds: string[] = [];
  for (const { name, shape, operation } of unitLayers(network)) {
    const units = [...new Set([0, shape[2] - 1])];
    const found = await pictures(network, name, units);
    const own = given(network, name, units, found);
    found.units.forEach(({ score, state }, i) => {
      if (state === 'dead') return;
      const expected = own[i] as number;
      expect(
        Math.abs((score ?? NaN) - expected) / Math.max(1, Math.abs(expected)),
        `${name} ${i}`,
      ).toBeLessThan(1e-4);
    });
    kinds.push(operation.op);
  }
  return kinds;
}

describe('A picture’s score is what its unit gives', () => {
  const seen = new Set<string>();
  it.each(files)('%s', async (_, path) => {
    const network = await openModel(path, { inputSize: 16, scaling: '0..1' });
    for (const kind of await check(network)) seen.add(kind);
    network.dispose();
  });

  it('in convolutions of all kinds and dense layers', () => {
    expect([...seen].sort()).toEqual(['conv2d', 'convTranspose2d', 'dense', 'depthwiseConv2d']);
  });

  it('in a layer of one unit', async () => {
    const gate = {
      class_name: 'Conv2D',
      config: { name: 'gate', filters: 1, kernel_size: [3, 3], batch_input_shape: [null, 8, 8, 3] },
    };
    const flat = { class_name: 'Flatten', config: { name: 'flat' } };
    const score = { class_name: 'Dense', config: { name: 'score', units: 1 } };
    const weights = [weight('gate/kernel', [3, 3, 3, 1]), weight('gate/bias', [1])];
    const last = [weight('score/kernel', [36, 1]), weight('score/bias', [1])];
    const folder = layersModel([gate, flat, score], [...weights, ...last]);
    const network = await openModel(join(folder, 'model.json'));
    expect(await check(network)).toEqual(['conv2d', 'dense']);
    const fourier = methodSchema.options[3].parse({ name: 'fourier', steps: 2 });
    const run = visualize({
      network,
      layer: 'score',
      units: [0],
      method: fourier,
      seed: 0,
      windows: new Float32Array(0),
    });
    let next = await run.next();
    while (next.done !== true) next = await run.next();
    expect(next.value.images.every(Number.isFinite)).toBe(true);
    expect(nodeOf(network, 'score').shape).toEqual([1, 1, 1]);
    network.dispose();
  });
});
