// Receptive fields: the question's network's known ones, and any network's against its gradients.
import { join } from 'node:path';
import type { Rank, Tensor, Tensor4D } from '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { tf } from '../../src-main/native/tensorflow';
import { forward } from '../../src-main/network/forward';
import { openModel } from '../../src-main/network/formats/open';
import { nodeOf, type Network } from '../../src-main/network/network';
import { receptiveField, windowOf } from '../../src-main/network/receptive-field';
import { layersModel, QUESTION_LAYERS, QUESTION_WEIGHTS, weight } from './models';

const question = await openModel(join(layersModel(QUESTION_LAYERS, QUESTION_WEIGHTS), 'model.json'));

/** First and last row and column of the input that move the unit at (row, column) of a node for any of 8 images. */
function seenBy(network: Network, name: string, row: number, column: number): number[] {
  return tf.tidy(() => {
    const x = tf.randomNormal<Rank.R4>([8, ...network.input], 0, 1, 'float32', 3);
    const of = (input: Tensor): Tensor =>
      forward(network, input as Tensor4D, name)
        .slice([0, row, column, 0], [-1, 1, 1, -1])
        .sum();
    const moved = tf
      .grad((input) => of(input))(x)
      .abs()
      .max([0, 3])
      .greater(0);
    const ends = (axis: number): number[] => {
      const hit = [...moved.any(axis).dataSync()];
      return [hit.indexOf(1), hit.lastIndexOf(1)];
    };
    return [...ends(1), ...ends(0)];
  });
}

describe("The question's network", () => {
  it.each([
    ['conv1', 5, 1],
    ['conv1/relu', 5, 1],
    ['pool1', 6, 2],
    ['conv2', 14, 2],
    ['pool2', 16, 4],
  ])('%s sees %i pixels at stride %i', (name, size, stride) => {
    const field = receptiveField(question, name);
    expect([field?.rows.size, field?.rows.stride]).toEqual([size, stride]);
    expect(field?.columns).toEqual(field?.rows);
    expect(windowOf(question, name)).toEqual({ height: size, width: size, whole: false });
  });

  it('sees the whole image from the flattening on', () => {
    for (const name of ['flatten', 'dense', 'classes']) {
      expect(receptiveField(question, name)).toBeNull();
      expect(windowOf(question, name)).toEqual({ height: 28, width: 28, whole: true });
    }
  });

  it.each(['conv1', 'pool1', 'conv2', 'pool2'])(
    '%s agrees with the gradients, inside and at the edge',
    (name) => {
      const field = receptiveField(question, name);
      if (field === null) throw new Error('no field');
      const [height] = nodeOf(question, name).shape;
      for (const position of [0, height >> 1, height - 1]) {
        const first = field.rows.start + position * field.rows.stride;
        const clipped = [Math.max(0, first), Math.min(27, first + field.rows.size - 1)];
        expect(seenBy(question, name, position, position)).toEqual([...clipped, ...clipped]);
      }
    },
  );
});

it('Strides, dilations, odd sizes and oblong kernels agree with the gradients', async () => {
  const layers = [
    {
      class_name: 'Conv2D',
      config: {
        name: 'a',
        filters: 3,
        kernel_size: [3, 5],
        strides: [2, 1],
        padding: 'same',
        batch_input_shape: [null, 33, 30, 2],
      },
    },
    {
      class_name: 'Conv2D',
      config: { name: 'b', filters: 3, kernel_size: [3, 3], dilation_rate: [2, 3], padding: 'valid' },
    },
    {
      class_name: 'MaxPooling2D',
      config: { name: 'c', pool_size: [3, 2], strides: [2, 3], padding: 'same' },
    },
  ];
  const folder = layersModel(layers, [
    weight('a/kernel', [3, 5, 2, 3]),
    weight('a/bias', [3]),
    weight('b/kernel', [3, 3, 3, 3]),
    weight('b/bias', [3]),
  ]);
  const network = await openModel(join(folder, 'model.json'));
  for (const name of ['a', 'b', 'c']) {
    const field = receptiveField(network, name);
    if (field === null) throw new Error('no field');
    const [height, width] = nodeOf(network, name).shape;
    const [row, column] = [height >> 1, width >> 1];
    const top = field.rows.start + row * field.rows.stride;
    const left = field.columns.start + column * field.columns.stride;
    expect(seenBy(network, name, row, column)).toEqual([
      top,
      top + field.rows.size - 1,
      left,
      left + field.columns.size - 1,
    ]);
  }
  network.dispose();
});
