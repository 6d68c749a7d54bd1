// Compares every layer of an opened model with what its maker computed for one image.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tf } from '../../../src-main/native/tensorflow';
import { forward, forwardAll } from '../../../src-main/network/forward';
import type { Network } from '../../../src-main/network/network';

export const fixtures = join(import.meta.dirname, 'fixtures');

interface Entry {
  readonly name: string;
  readonly shape: number[];
  readonly at: number;
}

export interface Reference {
  readonly name: string;
  /** Without the batch. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The image and the layers' outputs in a fixture's folder. */
export function references(folder: string): Reference[] {
  const { values } = JSON.parse(readFileSync(join(folder, 'values.json'), 'utf8')) as { values: Entry[] };
  const bytes = readFileSync(join(folder, 'values.bin'));
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  return values.map(({ name, shape, at }) => {
    const size = shape.reduce((product, side) => product * side, 1);
    return { name, shape: shape.slice(1), data: all.slice(at, at + size) };
  });
}

/** The greatest difference over the elements; Infinity where there are not as many, or one is no number. */
export function worst(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  const difference = a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);
  return Number.isNaN(difference) ? Infinity : difference;
}

/** The node that is a layer's output: the last that has its name, or is within it. */
export const nodeOfLayer = (network: Network, layer: string): string | undefined =>
  network.nodes.findLast(({ name }) => name === layer || name.startsWith(`${layer}/`))?.name;

/** The greatest difference of each layer, by name. */
export function differences(network: Network, folder: string): Map<string, number> {
  const [image, ...layers] = references(folder);
  if (image === undefined) throw new Error('no image');
  const found = layers.map(({ name }) => nodeOfLayer(network, name));
  const outputs = tf.tidy(() => {
    const x = tf.tensor4d(image.data, [1, ...network.input]);
    const known = found.filter((name) => name !== undefined);
    return forwardAll(network, x, known).map((value) => value.dataSync<'float32'>());
  });
  return new Map(
    layers.map(({ name, data }, i) => [
      name,
      found[i] === undefined ? Infinity : worst(outputs.shift() ?? new Float32Array(0), data),
    ]),
  );
}

/** Numbers of channels, rows, columns (or of channels and places) with the channels last; others as they are. */
export function channelsLast({ shape, data }: Reference): Float32Array {
  if (shape.length === 2) {
    return tf.tidy(() =>
      tf
        .tensor2d(data, shape as [number, number])
        .transpose()
        .dataSync<'float32'>(),
    );
  }
  if (shape.length !== 3) return data;
  return tf.tidy(() =>
    tf
      .tensor3d(data, shape as [number, number, number])
      .transpose([1, 2, 0])
      .dataSync<'float32'>(),
  );
}

/** A node of the network for a fixture image; a sequence stands as its file has it. */
export const compute = (network: Network, image: Reference, name: string): Float32Array =>
  tf.tidy(() => {
    const pixels = image.shape.length === 2 ? image.data : channelsLast(image);
    return forward(network, tf.tensor4d(pixels, [1, ...network.input]), name).dataSync<'float32'>();
  });

const ORDERS = [
  [0, 2, 1],
  [1, 0, 2],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/** The greatest difference where a node may stand as its file has it, with its channels last, or otherwise turned. */
export function worstEitherWay(found: Float32Array, expected: Reference): number {
  const usual = Math.min(worst(found, expected.data), worst(found, channelsLast(expected)));
  const { shape, data } = expected;
  if (usual < 1e-3 || shape.length < 3) return usual;
  if (shape.length > 3) {
    const [channels, ...others] = shape.map((_, axis) => axis);
    const last = tf.tidy(() =>
      tf
        .tensor(data, [...shape])
        .transpose([...others, channels as number])
        .dataSync<'float32'>(),
    );
    return Math.min(usual, worst(found, last));
  }
  const turned = tf.tidy(() => {
    const value = tf.tensor3d(data, shape as [number, number, number]);
    return ORDERS.map((order) => value.transpose([...order]).dataSync<'float32'>());
  });
  return Math.min(usual, ...turned.map((values) => worst(found, values)));
}
