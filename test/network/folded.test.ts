// A network with its batch normalisations folded in computes what it computed, with fewer nodes, and leaves nothing behind.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Rank, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../../src-main/native/tensorflow';
import { folded } from '../../src-main/network/folded';
import { openModel } from '../../src-main/network/formats/open';
import { forward } from '../../src-main/network/forward';
import { unitLayers, type Network } from '../../src-main/network/network';
import { layersModel, weight } from './models';

const layer = (class_name: string, config: Record<string, unknown>): unknown => ({ class_name, config });
const normalisation = (name: string, channels: number) =>
  (['gamma', 'beta', 'moving_mean', 'moving_variance'] as const).map((part) => {
    const made = weight(`${name}/${part}`, [channels]);
    return part === 'moving_variance' ? { ...made, data: made.data.map((value) => 0.5 + value ** 2) } : made;
  });

/** Depthwise with two outputs a channel and no bias; a convolution with one; a dense layer: each normalised. */
const normalised = (): string =>
  layersModel(
    [
      layer('DepthwiseConv2D', {
        name: 'depthwise',
        kernel_size: [3, 3],
        depth_multiplier: 2,
        use_bias: false,
        padding: 'same',
        batch_input_shape: [null, 9, 9, 2],
      }),
      layer('BatchNormalization', { name: 'bn1' }),
      layer('ReLU', { name: 'relu', max_value: 6 }),
      layer('Conv2D', { name: 'conv', filters: 5, kernel_size: [3, 3], strides: [2, 2] }),
      layer('BatchNormalization', { name: 'bn2' }),
      layer('Flatten', { name: 'flat' }),
      layer('Dense', { name: 'dense', units: 4 }),
      layer('BatchNormalization', { name: 'bn3' }),
      layer('Dense', { name: 'out', units: 3 }),
    ],
    [
      weight('depthwise/depthwise_kernel', [3, 3, 2, 2]),
      ...normalisation('bn1', 4),
      weight('conv/kernel', [3, 3, 4, 5]),
      weight('conv/bias', [5]),
      ...normalisation('bn2', 5),
      weight('dense/kernel', [80, 4]),
      weight('dense/bias', [4]),
      ...normalisation('bn3', 4),
      weight('out/kernel', [4, 3]),
      weight('out/bias', [3]),
    ],
  );

const fixture = (name: string): string =>
  join(import.meta.dirname, 'formats', 'fixtures', name, 'model.keras');

/** The layer's map for an image, and the gradient of its sum of squares in the image. */
function computed(network: Network, name: string): Float32Array[] {
  return tf.tidy(() => {
    const x = tf.randomUniform<Rank.R4>([2, ...network.input], 0, 1, 'float32', 3);
    const gradient = tf.grad((image) =>
      forward(network, image as Tensor4D, name)
        .square()
        .sum(),
    )(x);
    return [forward(network, x, name), gradient].map((found) => found.dataSync<'float32'>());
  });
}

test.each([
  ['normalised', normalised, 3],
  ['residual', () => fixture('residual'), 2],
])('%s: every layer’s map and gradient, with fewer nodes', async (_, make, fewer) => {
  const network = await openModel(make(), { inputSize: 32 });
  const before = tf.memory().numTensors;
  const layers = unitLayers(network).map(({ name }) => name);
  for (const name of layers) {
    const plain = computed(network, name);
    const other = folded(network, [name]);
    computed(other.network, name).forEach((values, i) => {
      const expected = plain[i] ?? new Float32Array(0);
      const greatest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      const off = values.map((value, k) => Math.abs(value - (expected[k] ?? NaN)));
      expect(off).toHaveLength(expected.length);
      expect(Math.max(...off)).toBeLessThan(1e-5 * greatest);
    });
    other.dispose();
  }
  const last = folded(network, layers.slice(-1));
  expect(network.nodes.length - last.network.nodes.length).toBe(fewer);
  last.dispose();
  expect(tf.memory().numTensors).toBe(before);
  network.dispose();
});

test('a network without normalisations is itself', async () => {
  const network = await openModel(fixture('plain'), { inputSize: 32 });
  expect(folded(network, ['dense']).network).toBe(network);
  network.dispose();
});
