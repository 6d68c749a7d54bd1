// Small models with seeded random weights, written as a user would have them on disk.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeTfjsLayers, type NamedWeight } from '../../src-main/network/formats/tfjs-layers';
import { createRng } from '../../src-main/network/rng';

/** A normal array of the given shape, a function of its name alone. */
export function weight(name: string, shape: readonly number[], scale = 0.3): NamedWeight {
  const rng = createRng(Buffer.from(name).reduce((hash, letter) => (hash * 31 + letter) >>> 0, 7));
  const size = shape.reduce((product, side) => product * side, 1);
  return { name, shape, data: Float32Array.from({ length: size }, () => scale * rng.normal()) };
}

const layer = (class_name: string, config: Record<string, unknown>): unknown => ({ class_name, config });

/** The question's architecture with few filters: the geometry is the same. */
export const QUESTION_LAYERS: readonly unknown[] = [
  layer('Conv2D', {
    name: 'conv1',
    filters: 4,
    kernel_size: [5, 5],
    strides: [1, 1],
    padding: 'same',
    activation: 'relu',
    batch_input_shape: [null, 28, 28, 1],
  }),
  layer('MaxPooling2D', { name: 'pool1', pool_size: [2, 2], strides: [2, 2], padding: 'same' }),
  layer('Conv2D', {
    name: 'conv2',
    filters: 6,
    kernel_size: [5, 5],
    strides: [1, 1],
    padding: 'same',
    activation: 'relu',
  }),
  layer('MaxPooling2D', { name: 'pool2', pool_size: [2, 2], strides: [2, 2], padding: 'same' }),
  layer('Flatten', { name: 'flatten' }),
  layer('Dense', { name: 'dense', units: 16, activation: 'relu' }),
  layer('Dropout', { name: 'dropout', rate: 0.5 }),
  layer('Dense', { name: 'classes', units: 10, activation: 'softmax' }),
];

export const QUESTION_WEIGHTS: readonly NamedWeight[] = [
  weight('conv1/kernel', [5, 5, 1, 4]),
  weight('conv1/bias', [4]),
  weight('conv2/kernel', [5, 5, 4, 6]),
  weight('conv2/bias', [6]),
  weight('dense/kernel', [7 * 7 * 6, 16], 0.1),
  weight('dense/bias', [16]),
  weight('classes/kernel', [16, 10]),
  weight('classes/bias', [10]),
];

/** A folder of files below the system's temporary folder. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'filterscope-model-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** The folder of a Sequential LayersModel. */
export function layersModel(layers: readonly unknown[], weights: readonly NamedWeight[]): string {
  const { json, bin } = encodeTfjsLayers(layers, weights);
  return folderOf({ 'model.json': json, 'weights.bin': bin });
}
