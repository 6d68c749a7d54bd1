// The question's own method, faults and all: plain gradient descent on −mean(conv2d(noise, kernel + bias, SAME)).
import type { Rank, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import * as kernels from '../network/kernels';
import { createRng } from '../network/rng';

/** A convolution layer as plain arrays. */
export interface QuestionLayer {
  /** [5, 5, channels, filters], row-major. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  /** Kernel rows and columns. */
  readonly size: number;
  readonly channels: number;
  readonly filters: number;
}

export interface QuestionOptions {
  readonly layer: QuestionLayer;
  /** Filters of layer 1: the question's loop runs over these for layer 2 too (fault 4). */
  readonly loop: number;
  readonly iterations: number;
  readonly removeNegatives: boolean;
  /** true: (x − mean)/std; false: rescale to 0..255. */
  readonly normalize: boolean;
  /** The sheet is n × n. */
  readonly n: number;
  readonly seed: number;
  /** true: every iteration in float32; false: the closed form x_T = x_0 + rate·T·g. */
  readonly iterated: boolean;
}

export interface QuestionPicture {
  readonly filter: number;
  /** Channel 0 of the optimised noise before any normalisation, [28 × 28]. */
  readonly raw: Float32Array;
  readonly normalised: Float32Array;
  readonly kept: boolean;
  /** Sum of channel 0 at the start, then after iterations 0, 200, 400 … */
  readonly curve: number[];
}

/** Height and width of the question's images. */
export const SIDE = 28;
const RATE = 0.5;
const EVERY = 200;
const SAME: kernels.ConvGeometry = { strides: [1, 1], padding: 'same', dilations: [1, 1] };

/**
 * The kernel that filter `index` is drawn with: the slice [index − 1 : index] picks the filter before (fault 1),
 * and the bias of `index` is added to each weight (fault 2). For filter 0 the slice [−1 : 0] is empty: null.
 */
function kernelOf(
  { kernel, bias, size, channels, filters }: QuestionLayer,
  index: number,
): Float32Array | null {
  if (index === 0) return null;
  const out = new Float32Array(size * size * channels);
  for (let i = 0; i < out.length; i++) out[i] = (kernel[i * filters + index - 1] ?? 0) + (bias[index] ?? 0);
  return out;
}

/** ∂mean/∂x of a SAME convolution with one output channel, [1, 28, 28, channels]: constant in x (fault 5). */
function constantGradient(kernel: Float32Array, { size, channels }: QuestionLayer): Tensor4D {
  const weights = tf.tensor4d(kernel, [size, size, channels, 1]);
  const dy = tf.fill<Rank.R4>([1, SIDE, SIDE, 1], 1 / (SIDE * SIDE));
  return kernels.conv2dInputGradient([1, SIDE, SIDE, channels], weights, dy, SAME);
}

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);

/** Channel 0 of [28, 28, channels]. */
function channel0(values: Float32Array, channels: number): Float32Array {
  return Float32Array.from({ length: SIDE * SIDE }, (_, i) => values[i * channels] ?? 0);
}

/** The optimised noise of one filter and the curve on the way. */
function descend(options: QuestionOptions, filter: number): { raw: Float32Array; curve: number[] } {
  const { layer, iterations, seed, iterated } = options;
  const rng = createRng(seed).fork(filter);
  const noise = Float32Array.from(
    { length: SIDE * SIDE * layer.channels },
    () => 0.1 * rng.truncatedNormal(),
  );
  const begin = channel0(noise, layer.channels);
  const curve = [sum(begin)];
  const kernel = kernelOf(layer, filter);
  return tf.tidy(() => {
    // an empty slice has a NaN loss, and no output channel through which a gradient could come: the noise stays
    const gradient =
      kernel === null ? tf.zeros<Rank.R4>([1, SIDE, SIDE, layer.channels]) : constantGradient(kernel, layer);
    if (!iterated) {
      const g = channel0(gradient.dataSync<'float32'>(), layer.channels);
      const after = (steps: number): Float32Array =>
        begin.map((value, i) => value + RATE * steps * (g[i] ?? 0));
      for (let i = 0; i < iterations; i += EVERY) curve.push(sum(after(i + 1)));
      return { raw: after(iterations), curve };
    }
    let x: Tensor4D = tf.tensor4d(noise, [1, SIDE, SIDE, layer.channels]);
    for (let i = 0; i < iterations; i++) {
      x = tf.tidy(() =>
        x.add<Tensor4D>((kernel === null ? gradient : constantGradient(kernel, layer)).mul(RATE)),
      );
      if (i % EVERY === 0) curve.push(sum(channel0(x.dataSync<'float32'>(), layer.channels)));
    }
    return { raw: channel0(x.dataSync<'float32'>(), layer.channels), curve };
  });
}

/** The question's normalisation, in double precision as its numpy vectorize computes. */
function normalise(raw: Float32Array, { removeNegatives, normalize }: QuestionOptions): Float64Array {
  const x = Float64Array.from(raw, (value) => (removeNegatives ? Math.max(value, 0) : value));
  if (!normalize) {
    const low = Math.min(...x);
    const range = Math.max(...x) - low;
    return x.map((value) => ((value - low) * 255) / range);
  }
  const mean = x.reduce((total, value) => total + value, 0) / x.length;
  const std = Math.sqrt(x.reduce((total, value) => total + (value - mean) ** 2, 0) / x.length);
  return x.map((value) => (value - mean) / std);
}

/**
 * Runs the question's code over its filters, one picture at a time. A picture is kept when its sum after the
 * normalisation is above 0, which rounding decides (fault 7). An abort ends it with the pictures so far.
 */
export async function* runQuestion(
  options: QuestionOptions,
  signal?: AbortSignal,
): AsyncGenerator<QuestionPicture, void> {
  for (let filter = 0; filter < options.loop && signal?.aborted !== true; filter++) {
    const { raw, curve } = descend(options, filter);
    const normalised = normalise(raw, options);
    const kept = normalised.reduce((total, value) => total + value, 0) > 0;
    yield { filter, raw, normalised: Float32Array.from(normalised), kept, curve };
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** The question's sheet: the first n × n kept pictures with 5 px of 0 between them. */
export interface QuestionSheet {
  readonly side: number;
  readonly values: Float32Array;
  /** How many of the n × n places are filled; the question's code stops with an IndexError when it is not all. */
  readonly filled: number;
}

/** Stitches the sheet TF_vis_nxn: 94 × 94 for n = 3. */
export function questionSheet(pictures: readonly QuestionPicture[], n: number): QuestionSheet {
  const side = n * SIDE + (n - 1) * 5;
  const values = new Float32Array(side * side);
  const kept = pictures.filter((picture) => picture.kept).slice(0, n * n);
  kept.forEach(({ normalised }, index) => {
    const top = Math.floor(index / n) * (SIDE + 5);
    const left = (index % n) * (SIDE + 5);
    for (let i = 0; i < SIDE * SIDE; i++) {
      values[(top + Math.floor(i / SIDE)) * side + left + (i % SIDE)] = normalised[i] ?? 0;
    }
  });
  return { side, values, filled: kept.length };
}
