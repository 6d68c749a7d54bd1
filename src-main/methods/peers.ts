// What other tools do, as they do it: their algorithms and constants, on whole images and the mean over a layer.
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { oneHot } from '../ascent/objectives';
import { adam, type Optimiser } from '../ascent/optimisers';
import { UserError } from '../contract/errors';
import type { Method } from '../contract/method';
import { tf } from '../native/tensorflow';
import { forward } from '../network/forward';
import { nodesFor, type Network } from '../network/network';
import type { Rng } from '../network/rng';
import { resamplingMatrix } from '../ascent/transforms';
import { fourierBasis, lucidTransform } from './lucid';

export type PeerMethod = Extract<Method, { name: 'kerasIo' | 'tfjsExamples' | 'lucid' | 'tfKerasVis' }>;

/** One of the others' methods on images of one size. θ is [n, size]; every function works on a batch. */
export interface Peer {
  readonly size: number;
  readonly start: (n: number, rng: Rng) => Float32Array;
  /** What the network reads, [n, h, w, c], of θ. */
  readonly image: (theta: Tensor2D) => Tensor4D;
  /** Drawn anew at each step, differentiated through. */
  readonly transform?: (rng: Rng) => (x: Tensor4D) => Tensor4D;
  /** Changes θ itself before each step, past the gradient. */
  readonly modify?: (theta: Tensor2D, rng: Rng) => Tensor2D;
  /** Value per picture that is climbed, [n]; `map` is [n, h', w', units]. */
  readonly objective: (map: Tensor4D, one: Tensor2D, theta: Tensor2D) => Tensor1D;
  /** Name of the node whose map is read. */
  readonly reads: string;
  readonly optimiser: Optimiser;
  dispose(): void;
}

interface Size {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The layer with its activation where a ReLU or the like follows it: what Keras calls the layer's output. */
export function outputOf(network: Network, layer: string): string {
  const users = network.nodes.filter(({ inputs }) => inputs.includes(layer));
  const [only] = users;
  const activations = ['relu', 'activation', 'prelu'];
  return users.length === 1 && only !== undefined && activations.includes(only.operation.op)
    ? only.name
    : layer;
}

const uniform = (n: number, rng: Rng, low: number, high: number): Float32Array =>
  Float32Array.from({ length: n }, () => low + (high - low) * rng.uniform());

/** Mean over the positions of each picture's own unit: `one` [n, units] is one-hot. */
const channelMean = (map: Tensor4D, one: Tensor2D): Tensor1D =>
  map.mean<Tensor2D>([1, 2]).mul(one).sum<Tensor1D>(1);

const pixels =
  ({ height, width, channels }: Size, scale: number) =>
  (theta: Tensor2D): Tensor4D =>
    theta.mul(scale).reshape([-1, height, width, channels]);

const plainStep = (name: string, move: (gradient: Tensor2D) => Tensor2D): Optimiser => ({
  name,
  step: (theta, gradient) => theta.add(move(gradient)),
  dispose: () => undefined,
});

/**
 * F. Chollet, "Visualizing what convnets learn", keras.io, 2020 (examples/vision/visualizing_what_convnets_learn.py):
 * uniform noise of ±0.125, the layer's output averaged without a border of 2, gradients divided by their norm
 * (l2_normalize, ε 1e-12), 30 steps of 10. The maps of small layers are averaged whole.
 */
function kerasIo(network: Network, layer: string, size: Size): Peer {
  const count = size.height * size.width * size.channels;
  return {
    size: count,
    start: (n, rng) => uniform(n * count, rng, -0.125, 0.125),
    image: pixels(size, 1),
    objective: (map, one) => {
      const [, height, width, units] = map.shape;
      if (height <= 4 || width <= 4) return channelMean(map, one);
      return channelMean(map.slice([0, 2, 2, 0], [-1, height - 4, width - 4, units]), one);
    },
    reads: outputOf(network, layer),
    optimiser: plainStep('normalised ascent', (gradient) => {
      const squares = gradient.square().sum(1, true);
      return gradient.mul<Tensor2D>(tf.rsqrt(tf.maximum(squares, 1e-12))).mul(10);
    }),
    dispose: () => undefined,
  };
}

/**
 * tensorflow/tfjs-examples, visualize-convnet/filters.js, inputGradientAscent: uniform noise in 128..148, the layer's
 * output summed over its positions, gradients divided by their root mean square (+ 1e-7), 40 steps of 1, clipped to
 * 0..255 after each. Its networks read 0..255, ours 0..1: the picture goes in divided by 255.
 */
function tfjsExamples(network: Network, layer: string, size: Size): Peer {
  const count = size.height * size.width * size.channels;
  return {
    size: count,
    start: (n, rng) => uniform(n * count, rng, 128, 148),
    image: pixels(size, 1 / 255),
    objective: (map, one) => map.sum<Tensor2D>([1, 2]).mul(one).sum<Tensor1D>(1),
    reads: outputOf(network, layer),
    optimiser: {
      name: 'normalised ascent',
      step: (theta, gradient) => {
        const norm = gradient.square().mean(1, true).sqrt().add(1e-7);
        return tf.clipByValue(theta.add(gradient.div(norm)), 0, 255);
      },
      dispose: () => undefined,
    },
    dispose: () => undefined,
  };
}

/** Operations that are for features of one size. */
const OF_ONE_SIZE = new Set(['dense', 'flatten', 'reshape', 'resample', 'slice', 'convTranspose2d']);

/** True where a layer takes images of the network's own size alone: what moves features about, or holds a number for each place. */
function needsOwnSize(network: Network, layer: string): boolean {
  return nodesFor(network, [layer]).some(({ operation }) => {
    if (OF_ONE_SIZE.has(operation.op)) return true;
    const held =
      operation.op === 'constant' ? operation.value : operation.op === 'prelu' ? operation.slope : null;
    return held?.shape.slice(0, -1).some((side) => side !== 1) ?? false;
  });
}

/**
 * tensorflow/lucid: optvis/param (image with fft, grey, so without colour decorrelation; sigmoid), optvis/transform
 * (standard_transforms), optvis/render (Adam 0.05, 512 steps), objective `channel` on the pre-activation as in its
 * README ("mixed4a_pre_relu:476"). Its gradient override of ReLUs during the first 16 steps is left out. Layers that
 * need the image's own size get the moved picture cut or filled to it, as its crop_or_pad_to does.
 */
function lucid(network: Network, layer: string, size: Size): Peer {
  const basis = fourierBasis(size.height, size.width);
  const perChannel = basis.shape[0];
  const fixed = needsOwnSize(network, layer);
  return {
    size: perChannel * size.channels,
    start: (n, rng) =>
      Float32Array.from({ length: n * perChannel * size.channels }, () => 0.01 * rng.normal()),
    image: (theta) => {
      const planes = tf.matMul(theta.reshape<Tensor2D>([-1, perChannel]), basis);
      const images = planes.reshape([-1, size.channels, size.height, size.width]);
      return tf.sigmoid(images.transpose<Tensor4D>([0, 2, 3, 1]));
    },
    transform: (rng) => lucidTransform(size, rng, fixed),
    objective: channelMean,
    reads: layer,
    optimiser: adam(0.05),
    dispose: () => {
      basis.dispose();
    },
  };
}

/** Keras' RMSprop, upwards: v ← ρv + (1 − ρ)g², θ ← θ + rate·g/(√v + 1e-7), v starting at 0 (Keras 2 and 3). */
function rmsprop(rate: number, rho: number): Optimiser {
  let mean: Tensor2D | null = null;
  return {
    name: 'RMSprop',
    step: (theta, gradient) => {
      const squares = gradient.square<Tensor2D>().mul<Tensor2D>(1 - rho);
      const next: Tensor2D = tf.keep(
        mean === null ? squares.clone() : mean.mul<Tensor2D>(rho).add<Tensor2D>(squares),
      );
      mean?.dispose();
      mean = next;
      return theta.add(gradient.mul(rate).div(next.sqrt().add(1e-7)));
    },
    dispose: () => mean?.dispose(),
  };
}

/** A matrix that rolls by whole pixels around the edges, as tf.roll, after a turn whose outside is mirrored. */
export function rollAndTurn({ height, width }: Size, dy: number, dx: number, angle: number): Float32Array {
  const pad = 4;
  const [h, w] = [height + 2 * pad, width + 2 * pad];
  const turned = resamplingMatrix(h, w, { dy: 0, dx: 0, factor: 1, angle });
  const out = new Float32Array((height * width) ** 2);
  const mirror = (i: number, n: number): number => (i < 0 ? -1 - i : i >= n ? 2 * n - 1 - i : i);
  const around = (i: number, n: number): number => ((i % n) + n) % n;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const row = turned.subarray(((y + pad) * w + x + pad) * h * w, ((y + pad) * w + x + pad + 1) * h * w);
      for (let from = row.findIndex((v) => v !== 0); from >= 0 && from < h * w; from++) {
        const weight = row[from] as number;
        if (weight === 0) continue;
        const sy = around(mirror(Math.floor(from / w) - pad, height) - dy, height);
        const sx = around(mirror((from % w) - pad, width) - dx, width);
        const at = (y * width + x) * height * width + sy * width + sx;
        out[at] = (out[at] ?? 0) + weight;
      }
    }
  }
  return out;
}

/**
 * tf-keras-vis 0.8.7, ActivationMaximization.__call__ with its defaults: uniform seed in 0..255, before each step a roll
 * of −4..3 pixels and a turn of ±1° of the picture itself (linear, mirrored outside), the unit's linear output
 * (ReplaceToLinear) averaged over positions − total variation/size − 0.3·mean|x|, RMSprop(1, ρ 0.999), 200 steps; what
 * it returns is clipped to 0..255. Our networks read 0..1: the picture goes in divided by 255.
 */
function tfKerasVis(_: Network, layer: string, size: Size): Peer {
  const { height, width, channels } = size;
  const count = height * width * channels;
  return {
    size: count,
    start: (n, rng) => uniform(n * count, rng, 0, 255),
    image: pixels(size, 1 / 255),
    modify: (theta, rng) => {
      const [dy, dx] = [rng.below(8) - 4, rng.below(8) - 4];
      const angle = ((2 * rng.uniform() - 1) * Math.PI) / 180;
      const matrix = tf.tensor2d(rollAndTurn(size, dy, dx, angle), [height * width, height * width]);
      const planes = theta.reshape([-1, height * width, channels]).transpose([0, 2, 1]);
      const moved = tf.matMul(planes.reshape<Tensor2D>([-1, height * width]), matrix, false, true);
      return moved
        .reshape([-1, channels, height * width])
        .transpose([0, 2, 1])
        .reshape([-1, count]);
    },
    objective: (map, one, theta) => {
      const x = theta.reshape<Tensor4D>([-1, height, width, channels]);
      const down = x.slice([0, 1, 0, 0], [-1, height - 1, width, channels]);
      const right = x.slice([0, 0, 1, 0], [-1, height, width - 1, channels]);
      const vertical = down.sub(x.slice([0, 0, 0, 0], [-1, height - 1, width, channels])).abs();
      const horizontal = right.sub(x.slice([0, 0, 0, 0], [-1, height, width - 1, channels])).abs();
      const variation = vertical
        .sum([1, 2, 3])
        .add(horizontal.sum([1, 2, 3]))
        .div(count);
      const norm = theta.abs().mean(1).mul(0.3);
      return channelMean(map, one).sub(variation).sub<Tensor1D>(norm);
    },
    reads: layer,
    optimiser: rmsprop(1, 0.999),
    dispose: () => undefined,
  };
}

const makers = { kerasIo, tfjsExamples, lucid, tfKerasVis };

/** Pixels of an image that is turned by a matrix of pixels × pixels: a gigabyte at this size. */
const MOST_TURNED = 128 * 128;

/**
 * The preset of that name for a layer. The caller disposes of it and of its optimiser. Throws a UserError for an image
 * that the method's movements are too large for.
 */
export function peer(name: PeerMethod['name'], network: Network, layer: string): Peer {
  const [height, width, channels] = network.input;
  if ((name === 'lucid' || name === 'tfKerasVis') && height * width > MOST_TURNED) {
    throw new UserError(
      `The method "${name}" is for images of up to 128×128 pixels; this network takes ${height}×${width}.`,
      'Choose fourier, which moves its pictures in the same ways.',
    );
  }
  return makers[name](network, layer, { height, width, channels });
}

/** Climbs for pictures of the given units as the tool would; yields θ before each step, and once at the end. */
export function* climbAs(
  preset: Peer,
  network: Network,
  units: readonly number[],
  count: number,
  steps: number,
  rng: Rng,
): Generator<{ step: number; theta: Tensor2D; values: () => Float32Array }, void> {
  const one = oneHot(units, count);
  let theta = tf.tensor2d(preset.start(units.length, rng.fork(0)), [units.length, preset.size]);
  const moves = rng.fork(1);
  const valueOf = (t: Tensor2D, move: (x: Tensor4D) => Tensor4D): Tensor1D =>
    preset.objective(forward(network, move(preset.image(t)), preset.reads), one, t);
  const still = (x: Tensor4D): Tensor4D => x;
  const seen = (step: number) => ({
    step,
    theta,
    values: () => tf.tidy(() => valueOf(theta, still).dataSync<'float32'>()),
  });
  try {
    for (let step = 0; step < steps; step++) {
      yield seen(step);
      const next = tf.tidy(() => {
        const modified = preset.modify?.(theta, moves) ?? theta;
        const move = preset.transform?.(moves) ?? still;
        const gradient = tf.grad((t) => valueOf(t as Tensor2D, move).sum())(modified) as Tensor2D;
        return preset.optimiser.step(modified, gradient, step / steps);
      });
      theta.dispose();
      theta = next;
    }
    yield seen(steps);
  } finally {
    tf.dispose([one, theta]);
  }
}
