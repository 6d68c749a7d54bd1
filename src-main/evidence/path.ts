// Whether a picture takes the same path through the earlier layers as the real windows that excite its unit most.
import { sampleRankCorrelation } from 'simple-statistics';
import type { Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import { forward } from '../network/forward';
import { nodeOf, nodesFor, unitOperation, type Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { createRng } from '../network/rng';

/** Elements of a path that are compared: a fixed random choice of longer ones. */
const MOST = 2000;

/** The unit layers that feed a layer, nearest the image first. */
function earlier(network: Network, layer: string): string[] {
  return nodesFor(network, [layer])
    .filter((node) => node.name !== layer && unitOperation(node) !== null)
    .map(({ name }) => name);
}

/** Pre-activations of all earlier layers at each window, [n][elements]. */
function paths(network: Network, layer: string, images: Float32Array): number[][] {
  const { height, width, whole } = windowOf(network, layer);
  const windowed = !whole && nodeOf(network, layer).operation.op !== 'dense';
  const size = height * width * network.input[2];
  const n = images.length / size;
  const rows: number[][] = Array.from({ length: n }, () => []);
  for (const [i, name] of earlier(network, layer).entries()) {
    const values = tf.tidy(() => {
      const x: Tensor4D = tf.tensor4d(images, [n, height, width, network.input[2]]);
      return forward(network, x, name, windowed && !windowOf(network, name).whole).dataSync<'float32'>();
    });
    const length = values.length / n;
    const rng = createRng(7).fork(i);
    const chosen = Array.from({ length: Math.min(MOST, length) }, (_, k) =>
      length <= MOST ? k : rng.below(length),
    );
    rows.forEach((row, k) => {
      for (const at of chosen) row.push(values[k * length + at] ?? 0);
    });
  }
  return rows;
}

const meanOf = (values: readonly number[]): number =>
  values.length === 0 ? NaN : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Rank correlations of one unit's path. */
export interface PathCheck {
  readonly picture: number;
  readonly real: number;
  readonly noise: number;
}

/**
 * Spearman correlation of the earlier layers' pre-activations (Geirhos et al. 2024, "Don't trust your eyes", §4):
 * of the picture with each of its unit's best real windows [k × size] that it is not itself, between those windows, and of
 * noise of the windows' norm with them; means. Null on a layer that nothing stands before.
 */
export function pathCheck(
  network: Network,
  layer: string,
  picture: Float32Array,
  best: Float32Array,
  seed = 0,
): PathCheck | null {
  if (earlier(network, layer).length === 0) return null;
  const size = picture.length;
  const count = best.length / size;
  const rng = createRng(seed).fork(11);
  const noise = Float32Array.from({ length: size }, () => rng.normal());
  const norm = Math.hypot(...best.subarray(0, size)) / Math.hypot(...noise);
  const all = new Float32Array((count + 2) * size);
  all.set(picture);
  all.set(
    noise.map((value) => value * norm),
    size,
  );
  all.set(best, 2 * size);
  const [own = [], random = [], ...real] = paths(network, layer, all);
  const pairs = real.flatMap((a, i) => real.slice(i + 1).map((b) => sampleRankCorrelation(a, b)));
  return {
    picture: meanOf(
      real.flatMap((other, k) => {
        const window = best.subarray(k * size, (k + 1) * size);
        return window.every((value, i) => value === picture[i]) ? [] : [sampleRankCorrelation(own, other)];
      }),
    ),
    real: meanOf(pairs),
    noise: meanOf(real.map((other) => sampleRankCorrelation(random, other))),
  };
}
