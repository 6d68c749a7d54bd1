// What real windows do to a layer: every unit's objective on each of them.
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import { folded } from '../network/folded';
import { forward } from '../network/forward';
import { nodeOf, unitLayers, type Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { remembered } from '../network/remembered';

/** True for the layer whose units are the classes. */
export const isOutput = (network: Network, layer: string): boolean =>
  network.unsupported.length === 0 &&
  unitLayers(network).at(-1)?.name === layer &&
  nodeOf(network, layer).shape[0] * nodeOf(network, layer).shape[1] === 1;

/**
 * The objective of every unit of a layer, [n × units], from its map: the pre-activation at the single (or centre) position,
 * for the output layer the contrast of ascent/objectives.
 */
export function objectivesOf(network: Network, layer: string, map: Tensor4D): Tensor2D {
  const [, rows, columns, units] = map.shape;
  const values = map.slice([0, rows >> 1, columns >> 1, 0], [-1, 1, 1, units]).reshape<Tensor2D>([-1, units]);
  if (!isOutput(network, layer) || units < 2) return values;
  return values
    .mul(units)
    .sub(values.sum(1, true))
    .div(units - 1);
}

/** Windows evaluated at a time, such that their pixels take at most 8 MB. */
const chunkOf = (pixels: number): number => Math.max(1, Math.min(2000, Math.floor(2e6 / pixels)));

/**
 * Calls `visit` with the objectives [rows × units] of consecutive windows, `first` being the index of the first. `windows` is [n × h × w × c] of the layer's window.
 */
export function eachRealScore(
  network: Network,
  layer: string,
  windows: Float32Array,
  visit: (scores: Float32Array, first: number) => void,
): void {
  const { height, width, whole } = windowOf(network, layer);
  const channels = network.input[2];
  const size = height * width * channels;
  const chunk = chunkOf(size);
  const windowed = nodeOf(network, layer).operation.op !== 'dense' && !whole;
  const lean = folded(network, [layer]);
  try {
    for (let first = 0; first < windows.length / size; first += chunk) {
      const part = windows.subarray(first * size, Math.min((first + chunk) * size, windows.length));
      const scores = tf.tidy(() => {
        const x = tf.tensor4d(part, [part.length / size, height, width, channels]);
        return objectivesOf(network, layer, forward(lean.network, x, layer, windowed)).dataSync<'float32'>();
      });
      visit(scores, first);
    }
  } finally {
    lean.dispose();
  }
}

/** Greatest objective of each unit over the windows, [units]; worked out once for a network and a sample. */
export function bestReal(network: Network, layer: string, windows: Float32Array): Float32Array {
  const kept = remembered<Float32Array>([network, windows], `best real of ${layer}`);
  const known = kept.get();
  if (known !== undefined) return known;
  const units = nodeOf(network, layer).shape[2];
  const best = new Float32Array(units).fill(-Infinity);
  eachRealScore(network, layer, windows, (scores) => {
    for (let i = 0, unit = 0; i < scores.length; i++) {
      if ((scores[i] as number) > (best[unit] as number)) best[unit] = scores[i] as number;
      if (++unit === units) unit = 0;
    }
  });
  return kept.set(best);
}
