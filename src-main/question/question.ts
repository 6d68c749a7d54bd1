// The question's own method, faults and all: gradient descent on −mean(conv2d(noise, kernel + bias, SAME)).
import type { Rank, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node';
import { UserError } from '../contract/errors';
import type { Repairs } from '../contract/method';
import { tf } from '../native/tensorflow';
import { conv2d, relu } from '../network/convolutions';
import { forward } from '../network/forward';
import * as kernels from '../network/kernels';
import { nodeOf, sourceOf, type Network } from '../network/network';
import { createRng } from '../network/rng';
import { turn } from '../turn';

export interface QuestionOptions {
  readonly network: Network;
  /** A convolution. */
  readonly layer: string;
  readonly iterations: number;
  /** true: every iteration in float32; false: the closed form x_T = x_0 + rate·T·g where there is one. */
  readonly iterated: boolean;
  readonly removeNegatives: boolean;
  /** true: (x − mean)/std; false: rescale to 0..255. */
  readonly normalize: boolean;
  /** The sheet is n × n. */
  readonly n: number;
  readonly seed: number;
  readonly repairs: Repairs;
  /** Iterations after which the whole pictures are kept as well, ascending. */
  readonly frames?: readonly number[];
}

export interface QuestionPicture {
  readonly filter: number;
  /** Channel 0 of the optimised noise before any normalisation, [height × width]. */
  readonly raw: Float32Array;
  readonly normalised: Float32Array;
  readonly kept: boolean;
  /** Sum of channel 0 at the start, then after iterations 0, 200, 400 … */
  readonly curve: number[];
  /** −loss at the end: the mean over the convolution's output; NaN for the empty kernel of fault 1. */
  readonly score: number;
  /** Channel 0 after each of the asked iterations. */
  readonly frames: Float32Array[];
}

const RATE = 0.5;
/** Iterations between two points of the curve. */
export const EVERY = 200;
const SAME: kernels.ConvGeometry = { strides: [1, 1], padding: 'same', dilations: [1, 1] };

/** The convolution in question, as plain arrays. */
interface Layer {
  /** [rows, columns, channels, filters], row-major. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly filters: number;
}

function layerOf({ network, layer }: QuestionOptions): Layer {
  const { operation } = nodeOf(network, layer);
  if (operation.op !== 'conv2d') {
    throw new UserError(
      `${layer} is no convolution; the question's method needs one.`,
      'Choose a convolution.',
    );
  }
  const [rows, columns, channels, filters] = operation.kernel.shape;
  const bias = operation.bias?.dataSync<'float32'>().slice() ?? new Float32Array(filters);
  return { kernel: operation.kernel.dataSync<'float32'>().slice(), bias, rows, columns, channels, filters };
}

/**
 * The kernel that filter `index` is drawn with, [rows × columns × channels]: the slice [index − 1 : index] picks the
 * filter before (fault 1), and the bias of `index` is added to each weight (fault 2). For filter 0 the slice
 * [−1 : 0] is empty: null.
 */
function kernelOf(
  { kernel, bias, rows, columns, channels, filters }: Layer,
  index: number,
  repairs: Repairs,
): Float32Array | null {
  const picked = repairs.filterIndex ? index : index - 1;
  if (picked < 0) return null;
  const added = repairs.biasPlace ? 0 : (bias[index] ?? 0);
  return Float32Array.from(
    { length: rows * columns * channels },
    (_, i) => (kernel[i * filters + picked] ?? 0) + added,
  );
}

/** Filters that are drawn: layer 1's count for layer 2 too (fault 4). */
export function drawnFilters({
  network,
  layer,
  repairs,
}: Pick<QuestionOptions, 'network' | 'layer' | 'repairs'>): number {
  const own = nodeOf(network, layer).shape[2];
  const first = network.nodes.find(({ operation }) => operation.op === 'conv2d');
  return repairs.allFilters ? own : Math.min(own, first?.shape[2] ?? own);
}

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((total, value, i) => total + value * (b[i] ?? 0), 0);
const sumOf = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);

/** Channel 0 of [pixels × channels]. */
const channel0 = (values: Float32Array, channels: number): Float32Array =>
  Float32Array.from({ length: values.length / channels }, (_, i) => values[i * channels] ?? 0);

/** Where the noise lives: the image for the real layers, else a feature map as deep as the kernel. */
interface Canvas {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** What a descent leaves behind, before it is normalised. */
type Descent = Pick<QuestionPicture, 'raw' | 'curve' | 'frames' | 'score'>;

/**
 * The closed form for a loss that is linear in x with gradient −g: x_t = a·x_0 + b·g. Unbounded a = 1, b = rate·t;
 * on the sphere of x_0's norm a and b follow from three inner products.
 */
function closedForm(
  noise: Float32Array,
  g: Float32Array,
  offset: number,
  channels: number,
  options: QuestionOptions,
): Descent {
  const { iterations, repairs, frames = [] } = options;
  const [xx, xg, gg] = [dot(noise, noise), dot(noise, g), dot(g, g)];
  const [start, gradient] = [channel0(noise, channels), channel0(g, channels)];
  let [a, b] = [1, 0];
  const picture = (): Float32Array => start.map((value, i) => a * value + b * (gradient[i] ?? 0));
  const curve = [sumOf(start)];
  const kept: Float32Array[] = [];
  for (let i = 0; i < iterations; i++) {
    b += RATE;
    if (repairs.bounded) {
      const shrink = Math.sqrt(xx / (a * a * xx + 2 * a * b * xg + b * b * gg));
      [a, b] = [a * shrink, b * shrink];
    } else b = RATE * (i + 1);
    if (i % EVERY === 0) curve.push(sumOf(picture()));
    if (frames.includes(i + 1)) kept.push(picture());
  }
  return { raw: picture(), curve, frames: kept, score: a * xg + b * gg + offset };
}

/** Every iteration in float32: x ← x + rate·∂score/∂x, on the sphere of its start where that is repaired. */
function iterate(
  noise: Float32Array,
  canvas: Canvas,
  score: (x: Tensor4D) => Tensor1D,
  options: QuestionOptions,
): Descent {
  const { iterations, repairs, frames = [] } = options;
  const { height, width, channels } = canvas;
  const norm = Math.sqrt(dot(noise, noise));
  const gradient = tf.grad((x) => score(x as Tensor4D).sum());
  const read = (x: Tensor4D): Float32Array => channel0(x.dataSync<'float32'>(), channels);
  let x: Tensor4D = tf.tensor4d(noise, [1, height, width, channels]);
  const curve = [sumOf(read(x))];
  const kept: Float32Array[] = [];
  for (let i = 0; i < iterations; i++) {
    const moved = tf.tidy(() => {
      const next = x.add<Tensor4D>(gradient(x).mul(RATE));
      return repairs.bounded ? next.mul<Tensor4D>(tf.div(norm, next.norm())) : next;
    });
    x.dispose();
    x = moved;
    if (i % EVERY === 0) curve.push(sumOf(read(x)));
    if (frames.includes(i + 1)) kept.push(read(x));
  }
  const found = { raw: read(x), curve, frames: kept, score: tf.tidy(() => score(x).dataSync()[0] ?? NaN) };
  x.dispose();
  return found;
}

/** The optimised noise of one filter. */
function descend(options: QuestionOptions, layer: Layer, filter: number): Descent {
  const { network, repairs, seed, iterated } = options;
  const through = repairs.throughTheNetwork;
  const [height, width, inputChannels] = network.input;
  const canvas: Canvas = { height, width, channels: through ? inputChannels : layer.channels };
  const rng = createRng(seed).fork(filter);
  const length = height * width * canvas.channels;
  const noise = Float32Array.from({ length }, () => 0.1 * rng.truncatedNormal());
  const kernel = kernelOf(layer, filter, repairs);
  const offset = repairs.biasPlace ? (layer.bias[filter] ?? 0) : 0;
  if (kernel === null) {
    // an empty slice has a NaN loss, and no output channel through which a gradient could come: the noise stays
    const none = new Float32Array(length);
    return closedForm(noise, none, NaN, canvas.channels, options);
  }
  const weights = tf.tensor4d(kernel, [layer.rows, layer.columns, layer.channels, 1]);
  const bias = tf.tensor1d([offset]);
  try {
    if (through) {
      const below = sourceOf(network, nodeOf(network, options.layer)).name;
      const real = (x: Tensor4D): Tensor1D =>
        relu(conv2d(forward(network, x, below), weights, bias, SAME)).mean<Tensor1D>([1, 2, 3]);
      return iterate(noise, canvas, real, options);
    }
    const linear = (x: Tensor4D): Tensor1D => conv2d(x, weights, bias, SAME).mean<Tensor1D>([1, 2, 3]);
    if (iterated) return iterate(noise, canvas, linear, options);
    const g = tf.tidy(() => {
      const dy = tf.fill<Rank.R4>([1, height, width, 1], 1 / (height * width));
      const shape = [1, height, width, layer.channels] as [number, number, number, number];
      return kernels.conv2dInputGradient(shape, weights, dy, SAME).dataSync<'float32'>();
    });
    return closedForm(noise, g, offset, canvas.channels, options);
  } finally {
    tf.dispose([weights, bias]);
  }
}

/** The question's normalisation, in double precision as its numpy vectorize computes, on the scale of `scale`. */
function normalise(
  raw: Float32Array,
  { removeNegatives, normalize }: Pick<QuestionOptions, 'removeNegatives' | 'normalize'>,
  scale: Float32Array = raw,
): Float64Array {
  const cut = (values: Float32Array): Float64Array =>
    Float64Array.from(values, (value) => (removeNegatives ? Math.max(value, 0) : value));
  const [x, all] = [cut(raw), cut(scale)];
  if (!normalize) {
    let [low, high] = [Infinity, -Infinity];
    for (const value of all) [low, high] = [Math.min(low, value), Math.max(high, value)];
    return x.map((value) => ((value - low) * 255) / (high - low));
  }
  const mean = all.reduce((total, value) => total + value, 0) / all.length;
  const std = Math.sqrt(all.reduce((total, value) => total + (value - mean) ** 2, 0) / all.length);
  return x.map((value) => (value - mean) / std);
}

/**
 * Runs the question's code over its filters, one picture at a time. A picture is kept when its sum after the
 * normalisation is above 0, which rounding decides (fault 7); repaired, when its score is. An abort ends it with
 * the pictures so far. Throws a UserError for a layer that is no convolution.
 */
export async function* runQuestion(
  options: QuestionOptions,
  signal?: AbortSignal,
): AsyncGenerator<QuestionPicture, void> {
  const layer = layerOf(options);
  const count = drawnFilters(options);
  for (let filter = 0; filter < count && signal?.aborted !== true; filter++) {
    const found = descend(options, layer, filter);
    const normalised = normalise(found.raw, options);
    const sum = normalised.reduce((total, value) => total + value, 0);
    const kept = options.repairs.selection ? found.score > 0 : sum > 0;
    yield { filter, ...found, normalised: Float32Array.from(normalised), kept };
    await turn();
  }
}

/** The question's sheet: the first n × n kept pictures with 5 px of 0 between them. */
export interface QuestionSheet {
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
  /** How many of the n × n places are filled; the question's code stops with an IndexError when it is not all. */
  readonly filled: number;
}

const MARGIN = 5;

/** Stitches the sheet TF_vis_nxn: 94 × 94 for n = 3. Repaired, all pictures share one scale (fault 8). */
export function questionSheet(pictures: readonly QuestionPicture[], options: QuestionOptions): QuestionSheet {
  const { n, network, repairs } = options;
  const [rows, columns] = network.input;
  const height = n * rows + (n - 1) * MARGIN;
  const width = n * columns + (n - 1) * MARGIN;
  const values = new Float32Array(height * width);
  const kept = pictures.filter((picture) => picture.kept).slice(0, n * n);
  const all = Float32Array.from(kept.flatMap(({ raw }) => [...raw]));
  kept.forEach(({ raw, normalised }, index) => {
    const top = Math.floor(index / n) * (rows + MARGIN);
    const left = (index % n) * (columns + MARGIN);
    const shown = repairs.sharedScale ? normalise(raw, options, all) : normalised;
    for (let i = 0; i < rows * columns; i++) {
      values[(top + Math.floor(i / columns)) * width + left + (i % columns)] = shown[i] ?? 0;
    }
  });
  return { height, width, values, filled: kept.length };
}
