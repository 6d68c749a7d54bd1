// Whether class pictures made for one network are read the same way by networks trained independently of it.
import type { Tensor2D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import { forward } from '../network/forward';
import { nodeOf, unitLayers, type Network } from '../network/network';

/** Probabilities that a network gives to pictures [n × h × w × c], [n × classes]: the softmax of its last layer with units. */
export function probabilities(
  network: Network,
  images: Float32Array,
): { values: Float32Array; classes: number } {
  const output = unitLayers(network).at(-1)?.name ?? '';
  const classes = nodeOf(network, output).shape[2];
  const [height, width, channels] = network.input;
  const values = tf.tidy(() => {
    const x = tf.tensor4d(images, [images.length / (height * width * channels), ...network.input]);
    return tf.softmax(forward(network, x, output).reshape<Tensor2D>([-1, classes])).dataSync<'float32'>();
  });
  return { values, classes };
}

/** How a network reads pictures of its classes. */
export interface Reading {
  /** Share of pictures read as the class they were made for. */
  readonly accuracy: number;
  /** Mean probability of that class. */
  readonly confidence: number;
}

/** Pictures [n × h × w × c] made for classes units[i]. */
export function reading(network: Network, units: readonly number[], images: Float32Array): Reading {
  const { values, classes } = probabilities(network, images);
  let [right, confidence] = [0, 0];
  units.forEach((unit, i) => {
    const row = values.subarray(i * classes, (i + 1) * classes);
    if (row.indexOf(Math.max(...row)) === unit) right += 1;
    confidence += row[unit] ?? 0;
  });
  return { accuracy: right / units.length, confidence: confidence / units.length };
}
