// The job 'respond': one drawn image through all layers, with every unit's map.
import type { Response } from '../contract/calls';
import { UserError } from '../contract/errors';
import { tf } from '../native/tensorflow';
import { forwardAll } from '../network/forward';
import { unitLayers, type Network, type Node } from '../network/network';
import type { Handler } from './job';
import { withNetwork } from './networks';

/** The node whose output is a layer's post-activation: the activation right behind it, if there is one. */
function activated(network: Network, { name }: Node): string {
  const users = network.nodes.filter(({ inputs }) => inputs.includes(name));
  const [only] = users;
  const op = only?.operation.op;
  return users.length === 1 && only !== undefined && (op === 'relu' || op === 'activation' || op === 'prelu')
    ? only.name
    : name;
}

/** Maps [h × w × units] as [units × h × w] in 0..255 of the greatest. */
function mapsOf(
  values: Float32Array,
  [height, width, units]: readonly [number, number, number],
): Pick<Response['layers'][number], 'maps' | 'scale' | 'greatest'> {
  const greatest = new Float32Array(units).fill(-Infinity);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value > (greatest[i % units] as number)) greatest[i % units] = value;
  }
  const scale = Math.max(
    0,
    greatest.reduce((most, value) => Math.max(most, value), 0),
  );
  const maps = new Uint8Array(values.length);
  const pixels = height * width;
  if (scale > 0) {
    for (let i = 0; i < values.length; i++) {
      const share = Math.max(0, values[i] as number) / scale;
      maps[(i % units) * pixels + Math.floor(i / units)] = Math.round(share * 255);
    }
  }
  return { maps, scale, greatest };
}

/** exp(x)/Σexp(x), safe for large values. */
function softmax(logits: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const most = logits.reduce((greatest, value) => Math.max(greatest, value), -Infinity);
  const powers = logits.map((value) => Math.exp(value - most));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}

/** Throws a UserError for an image that is not of the model's size. `image` is [height × width × channels], 0..255. */
export function respondTo(network: Network, image: Uint8Array): Response {
  const began = performance.now();
  const [height, width, channels] = network.input;
  if (image.length !== height * width * channels) {
    throw new UserError(
      `The image has ${image.length} values; the model takes ${height}×${width}×${channels}.`,
      'Draw on a canvas of the size of the model.',
    );
  }
  const nodes = unitLayers(network);
  const last = nodes.at(-1);
  const names = nodes.map((node) => (node === last ? node.name : activated(network, node)));
  const values = tf.tidy(() => {
    const x = tf.tensor4d(
      Float32Array.from(image, (value) => value / 255),
      [1, height, width, channels],
    );
    return forwardAll(network, x, names).map((output) => Float32Array.from(output.dataSync()));
  });
  const logits = values.at(-1) ?? new Float32Array(0);
  return {
    logits,
    probabilities: softmax(logits),
    layers: nodes.map((node, i) => {
      const [rows, columns, units] = node.shape;
      return {
        ...{ name: node.name, height: rows, width: columns, units },
        ...mapsOf(values[i] as Float32Array, node.shape),
      };
    }),
    milliseconds: performance.now() - began,
  };
}

export const respond: Handler<'respond'> = ({ model, image }) =>
  withNetwork(model, (network) => respondTo(network, image));
