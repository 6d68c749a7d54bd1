// How far pictures are from real data: the space in which real windows are white, their nearest window, one budget.
import type { Tensor2D } from '@tensorflow/tfjs-node';
import { neuron, classContrast } from '../ascent/objectives';
import { windowPrior, type Prior } from '../ascent/prior';
import { isOutput } from '../ascent/real';
import { tf } from '../native/tensorflow';
import { forward } from '../network/forward';
import { nodeOf, type Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { median } from '../contract/median';

/** Real windows that a picture is compared with. */
const NEIGHBOURS = 6000;

/** Real windows of a layer with their principal axes: coordinates in which real data has variance 1 everywhere. */
export class RealSpace {
  readonly size: number;
  /** Median Euclidean norm of the windows. */
  readonly norm: number;
  private readonly prior: Prior;
  private readonly directions: Tensor2D;
  private readonly toWhite: Tensor2D;

  /** `windows` [n × size], 0..1, none of them blank. */
  constructor(windows: Float32Array, size: number) {
    this.size = size;
    this.prior = windowPrior(windows, size);
    const count = Math.min(NEIGHBOURS, windows.length / size);
    const some = windows.subarray(0, count * size);
    this.norm = median(
      Array.from({ length: count }, (_, i) =>
        Math.sqrt(some.subarray(i * size, (i + 1) * size).reduce((sum, value) => sum + value * value, 0)),
      ),
    );
    [this.toWhite, this.directions] = tf.tidy((): [Tensor2D, Tensor2D] => {
      // the axes have the length of their standard deviations: dividing by its square gives coordinates of variance 1
      const { axes } = this.prior;
      const toWhite = axes.div<Tensor2D>(axes.square().sum(1, true));
      const white = this.whiten(tf.tensor2d(some, [count, size]), toWhite);
      return [tf.keep(toWhite), tf.keep(white.div(tf.maximum(white.norm('euclidean', 1, true), 1e-12)))];
    });
  }

  private whiten(x: Tensor2D, toWhite: Tensor2D): Tensor2D {
    return tf.matMul(x.sub<Tensor2D>(this.prior.mean), toWhite, false, true);
  }

  /** Greatest cosine to a real window, and ‖z‖/√k, of each picture [n × size]. */
  compare(images: Float32Array): { nearest: Float32Array; distance: Float32Array } {
    return tf.tidy(() => {
      const white = this.whiten(tf.tensor2d(images, [images.length / this.size, this.size]), this.toWhite);
      const length = white.norm('euclidean', 1, true);
      const cosines = tf.matMul(white.div<Tensor2D>(tf.maximum(length, 1e-12)), this.directions, false, true);
      return {
        nearest: cosines.max(1).dataSync<'float32'>().slice(),
        distance: length.div(Math.sqrt(this.toWhite.shape[0])).reshape([-1]).dataSync<'float32'>().slice(),
      };
    });
  }

  /** Random pictures of the prior, [n × size]: μ + axes·z, z of length `radius` in a random direction. */
  random(n: number, radius: number, normal: () => number): Float32Array {
    const k = this.toWhite.shape[0];
    return tf.tidy(() => {
      const z = tf.tensor2d(Float32Array.from({ length: n * k }, normal), [n, k]);
      const on = z.div<Tensor2D>(z.norm('euclidean', 1, true)).mul<Tensor2D>(radius);
      return tf.matMul(on, this.prior.axes).add(this.prior.mean).dataSync<'float32'>().slice();
    });
  }

  dispose(): void {
    this.prior.dispose();
    tf.dispose([this.directions, this.toWhite]);
  }
}

/** The objective of unit units[i] at window i of images [n × size]: pre-activation, or contrast of a class. */
export function scoresOf(
  network: Network,
  layer: string,
  units: readonly number[],
  images: Float32Array,
): Float32Array {
  const { height, width } = windowOf(network, layer);
  const objective = (isOutput(network, layer) ? classContrast : neuron)(network, layer, units);
  try {
    return tf.tidy(() =>
      objective
        .of(tf.tensor4d(images, [units.length, height, width, network.input[2]]))
        .dataSync<'float32'>()
        .slice(),
    );
  } finally {
    objective.dispose();
  }
}

/** Pictures [n × size] at one Euclidean norm; flat zeros stay. */
export function atNorm(images: Float32Array, size: number, norm: number): Float32Array {
  const out = images.slice();
  for (let i = 0; i < images.length / size; i++) {
    const row = out.subarray(i * size, (i + 1) * size);
    const factor = norm / (Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) || 1);
    row.forEach((value, j) => (row[j] = value * factor));
  }
  return out;
}

/** Every unit's pre-activation at every picture, [n × units]. */
export function responsesTo(network: Network, layer: string, images: Float32Array): Float32Array {
  const { height, width, whole } = windowOf(network, layer);
  const node = nodeOf(network, layer);
  const windowed = node.operation.op !== 'dense' && !whole;
  const size = height * width * network.input[2];
  return tf.tidy(() => {
    const x = tf.tensor4d(images, [images.length / size, height, width, network.input[2]]);
    const map = forward(network, x, layer, windowed);
    const [, h, w, units] = map.shape;
    return map
      .slice([0, h >> 1, w >> 1, 0], [-1, 1, 1, units])
      .dataSync<'float32'>()
      .slice();
  });
}

/** Where images are larger than the layer's window: the window of each in which its own unit responds most. */
export function strongestWindows(
  network: Network,
  layer: string,
  units: readonly number[],
  images: Float32Array,
  shape: { height: number; width: number },
): Float32Array {
  const { height, width } = windowOf(network, layer);
  if (shape.height === height && shape.width === width) return images;
  const channels = network.input[2];
  const from = shape.height * shape.width * channels;
  const size = height * width * channels;
  const [down, across] = [shape.height - height + 1, shape.width - width + 1];
  const out = new Float32Array(units.length * size);
  units.forEach((unit, n) => {
    const image = images.subarray(n * from, (n + 1) * from);
    const all = new Float32Array(down * across * size);
    for (let place = 0; place < down * across; place++) {
      const [top, left] = [Math.floor(place / across), place % across];
      for (let y = 0; y < height; y++) {
        const begin = ((top + y) * shape.width + left) * channels;
        all.set(image.subarray(begin, begin + width * channels), place * size + y * width * channels);
      }
    }
    const scores = scoresOf(network, layer, new Array<number>(down * across).fill(unit), all);
    let best = 0;
    scores.forEach((score, i) => {
      if (score > (scores[best] as number)) best = i;
    });
    out.set(all.subarray(best * size, (best + 1) * size), n * size);
  });
  return out;
}
