// Models that Keras and TensorFlow.js' converter wrote: every layer computes what it computed there.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../src-main/network/formats/open';
import { receptiveField, windowOf } from '../../../src-main/network/receptive-field';
import { folderOf, layersModel, weight } from '../models';
import { onnxBytes } from './onnx-bytes';
import { differences, fixtures } from './parity';

const KINDS = ['model.keras', 'keras3.h5', 'keras2.h5', 'tfjs'];
const names = readdirSync(fixtures);

describe.each(KINDS)('%s', (kind) => {
  const present = names.filter((name) => existsSync(join(fixtures, name, kind)));
  it.each(present)('%s: every layer', async (name) => {
    const folder = join(fixtures, name);
    const network = await openModel(join(folder, kind), { scaling: '0..1', inputSize: 10 });
    expect(network.unsupported).toEqual([]);
    const old = kind === 'keras2.h5' || kind === 'tfjs';
    const two = join(folder, 'keras2');
    const found = differences(network, old && existsSync(two) ? two : folder);
    for (const [layer, difference] of found) expect(difference, layer).toBeLessThan(1e-4);
    if (process.env.PARITY !== undefined) console.log(kind, name, Math.max(...found.values()));
    network.dispose();
  });
});

it('The range of the pixels is found behind layers that are there for training, and a pipeline', async () => {
  const network = await openModel(join(fixtures, 'adaptive', 'model.keras'));
  expect(network.scaling).toMatchObject({ name: '0..1', source: 'found' });
  network.dispose();
});

describe('A single series of numbers is one row, of which each layer sees a window', () => {
  const bytes = (data: Float32Array): Buffer => Buffer.from(data.buffer);
  const kernel = weight('conv/kernel', [5, 1, 3]);
  it.each([
    [
      'Keras, steps before channels',
      () =>
        join(
          layersModel(
            [
              {
                class_name: 'Conv1D',
                config: {
                  ...{ name: 'conv', filters: 3, kernel_size: [5], strides: [2], use_bias: false },
                  batch_input_shape: [null, 30, 1],
                },
              },
            ],
            [kernel],
          ),
          'model.json',
        ),
    ],
    [
      'ONNX, channels before steps',
      () => {
        const turned = { shape: [3, 1, 5], data: kernel.data };
        const model = onnxBytes(
          [{ op: 'Conv', inputs: ['image', 'kernel'], output: 'conv' }],
          [{ name: 'kernel', dims: turned.shape, bytes: bytes(turned.data) }],
          'conv',
          [1, 1, 30],
        );
        return join(folderOf({ 'model.onnx': model }), 'model.onnx');
      },
    ],
  ])('%s', async (_, path) => {
    const network = await openModel(path());
    expect(network.input).toEqual([1, 30, 1]);
    expect(receptiveField(network, 'conv')?.columns.size).toBe(5);
    expect(windowOf(network, 'conv')).toEqual({ height: 1, width: 5, whole: false });
    network.dispose();
  });
});
