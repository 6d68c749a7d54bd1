// What the evaluation of a network promises.
import { join } from 'node:path';
import type { Rank, Tensor, Tensor4D } from '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { tf } from '../../src-main/native/tensorflow';
import { forward, forwardAll, unitPreActivations, unitWeights } from '../../src-main/network/forward';
import { openModel } from '../../src-main/network/formats/open';
import { nodeOf, sourceOf, unitLayers } from '../../src-main/network/network';
import { receptiveField } from '../../src-main/network/receptive-field';
import { layersModel, QUESTION_LAYERS, QUESTION_WEIGHTS } from './models';

const folder = layersModel(QUESTION_LAYERS, QUESTION_WEIGHTS);
const network = await openModel(join(folder, 'model.json'));
const images = tf.randomNormal<Rank.R4>([4, 28, 28, 1], 0, 1, 'float32', 5);

const worst = (a: Tensor, b: Tensor): number => tf.tidy(() => a.sub(b).abs().max().dataSync()[0] as number);

it('The layers with units are the convolutions and the dense layers', () => {
  expect(unitLayers(network).map(({ name }) => name)).toEqual(['conv1', 'conv2', 'dense', 'classes']);
  expect(nodeOf(network, 'conv2').shape).toEqual([14, 14, 6]);
  expect(sourceOf(network, nodeOf(network, 'conv2')).name).toBe('pool1');
  expect(network.classes).toHaveLength(10);
});

describe('A window', () => {
  it.each(['conv1', 'conv2'])("gives %s the value of the whole image's interior neuron", (name) => {
    const field = receptiveField(network, name);
    if (field === null) throw new Error('no field');
    const { size, stride, start } = field.rows;
    const [row, column] = [6, 7];
    const window = images.slice([0, start + row * stride, start + column * stride, 0], [-1, size, size, -1]);
    const inside = forward(network, images, name).slice([0, row, column, 0], [-1, 1, 1, -1]);
    expect(worst(forward(network, window, name, true), inside)).toBeLessThan(1e-4);
  });

  it('shown to one unit alone gives that unit of the whole layer', () => {
    const units = [5, 0, 3, 3];
    const weights = unitWeights(network, 'conv2', units);
    const window = images.slice([0, 4, 5, 0], [-1, 14, 14, -1]);
    const all = forward(network, window, 'conv2', true).reshape([4, 6]).arraySync() as number[][];
    const alone = [...unitPreActivations(network, window, 'conv2', weights).dataSync()];
    units.forEach((unit, i) => {
      expect(alone[i]).toBeCloseTo(all[i]?.[unit] ?? NaN, 4);
    });
    weights.dispose();
  });
});

it('Dense units shown whole images give the same as the layer', () => {
  const weights = unitWeights(network, 'classes', [0, 3, 9, 9]);
  const logits = forward(network, images, 'classes').reshape([4, 10]).arraySync() as number[][];
  const alone = [...unitPreActivations(network, images, 'classes', weights).dataSync()];
  [0, 3, 9, 9].forEach((unit, i) => {
    expect(alone[i]).toBeCloseTo(logits[i]?.[unit] ?? NaN, 4);
  });
  weights.dispose();
});

it('The gradient with respect to the picture agrees with finite differences', () => {
  const weights = unitWeights(network, 'dense', [0, 1, 2, 3]);
  const score = (x: Tensor): Tensor => unitPreActivations(network, x as Tensor4D, 'dense', weights).sum();
  const gradient = tf.grad(score)(images);
  const direction = tf.randomNormal(images.shape, 0, 1, 'float32', 9);
  const along = gradient.mul(direction).sum().dataSync()[0] ?? 0;
  const at = (t: number): number => score(images.add(direction.mul(t))).dataSync()[0] as number;
  expect((at(2e-4) - at(-2e-4)) / 4e-4 / along).toBeCloseTo(1, 1);
  weights.dispose();
});

it('Several layers at once are what they are one at a time', () => {
  const names = ['conv1', 'pool2', 'classes/softmax'];
  forwardAll(network, images, names).forEach((value, i) => {
    expect(worst(value, forward(network, images, names[i] as string))).toBe(0);
  });
});

it('Evaluating leaves nothing behind', () => {
  const before = tf.memory().numTensors;
  forward(network, images, 'classes/softmax').dispose();
  tf.dispose(forwardAll(network, images, ['conv1', 'classes']));
  expect(tf.memory().numTensors).toBe(before);
});

it('An unknown layer is refused', () => {
  expect(() => forward(network, images, 'conv9')).toThrow('no node "conv9"');
  expect(() => unitWeights(network, 'pool1', [0])).toThrow('no units to visualise');
});
