// Whether class pictures made for one network are read the same way by networks trained independently of it.
import type { Tensor2D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import { forward } from '../network/forward';
import { nodeOf, unitLayers, type Network } from '../network/network';

/** How a network reads pictures of its classes. */
export interface Reading {
  /** Share of pictures read as the class they were made for. */
  readonly accuracy: number;
  /** Mean probability of that class. */
  readonly confidence: number;
}

/** Pictures [n × h × w × c] made for classes units[i]; the network's logits are those of its last layer with units. */
export function reading(network: Network, units: readonly number[], images: Float32Array): Reading {
  const output = unitLayers(network).at(-1)?.name ?? '';
  const classes = nodeOf(network, output).shape[2];
  const values = tf.tidy(() => {
    const x = tf.tensor4d(images, [units.length, ...network.input]);
    return tf.softmax(forward(network, x, output).reshape<Tensor2D>([-1, classes])).dataSync<'float32'>();
  });
  let [right, confidence] = [0, 0];
  units.forEach((unit, i) => {
    const row = values.subarray(i * classes, (i + 1) * classes);
    if (row.indexOf(Math.max(...row)) === unit) right += 1;
    confidence += row[unit] ?? 0;
  });
  return { accuracy: right / units.length, confidence: confidence / units.length };
}
