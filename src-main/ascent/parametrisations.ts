// How a picture is made from the numbers that are searched.
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import type { Rng } from '../network/rng';
import type { Prior } from './prior';

export interface PictureSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface Parametrisation {
  readonly name: string;
  /** Numbers searched per picture. */
  readonly size: number;
  /** Standard normal starts [n, size]. */
  readonly start: (n: number, rng: Rng) => Tensor2D;
  /** Pictures [n, h, w, c] of θ [n, size]; differentiable. */
  readonly image: (theta: Tensor2D) => Tensor4D;
  /** Where image is affine in θ, the gradient in θ of what has the gradient dx in the picture. */
  readonly adjoint?: (dx: Tensor4D) => Tensor2D;
  dispose(): void;
}

const normal =
  (size: number) =>
  (n: number, rng: Rng): Tensor2D =>
    tf.tensor2d(
      Float32Array.from({ length: n * size }, () => rng.normal()),
      [n, size],
    );

/** The pixels themselves. */
export function pixel({ height, width, channels }: PictureSize): Parametrisation {
  const size = height * width * channels;
  return {
    name: 'pixel',
    size,
    start: normal(size),
    image: (theta) => theta.reshape([-1, height, width, channels]),
    adjoint: (dx) => dx.reshape([-1, size]),
    dispose: () => undefined,
  };
}

/** x = μ + z·axes: the principal axes of real windows, each scaled by its standard deviation. */
export function whitened(prior: Prior, { height, width, channels }: PictureSize): Parametrisation {
  const size = prior.axes.shape[0];
  return {
    name: 'whitened',
    size,
    start: normal(size),
    image: (z) => tf.matMul(z, prior.axes).add(prior.mean).reshape([-1, height, width, channels]),
    adjoint: (dx) => tf.matMul(dx.reshape<Tensor2D>([-1, prior.axes.shape[1]]), prior.axes, false, true),
    dispose: () => undefined,
  };
}

/** Orthonormal DCT-II [n, n]; row k is the cosine of frequency k. */
export function dctMatrix(n: number): Tensor2D {
  const values = Float32Array.from({ length: n * n }, (_, i) => {
    const k = Math.floor(i / n);
    return Math.sqrt((k === 0 ? 1 : 2) / n) * Math.cos((Math.PI * k * ((i % n) + 0.5)) / n);
  });
  return tf.tensor2d(values, [n, n]);
}

/** The scale of each DCT coefficient, 1/max(frequency, the lowest one), in cycles per pixel, as [h × w]. */
export function dctScales(height: number, width: number): Float32Array {
  const lowest = 0.5 / Math.max(height, width);
  return Float32Array.from({ length: height * width }, (_, i) => {
    const frequency = Math.hypot(Math.floor(i / width) / (2 * height), (i % width) / (2 * width));
    return lowest / Math.max(frequency, lowest);
  });
}

/**
 * Pictures of coefficients θ ∘ 1/f by the inverse DCT, their channels mixed by `mixing` [c, c]. The product that mixes the
 * channels also puts them last, so that no axis is turned by itself.
 */
function cosines(
  { height, width, channels }: PictureSize,
  mixing: Tensor2D,
): Pick<Parametrisation, 'image' | 'dispose'> {
  const rows = dctMatrix(height);
  const columns = dctMatrix(width);
  const scales = tf.tensor(dctScales(height, width), [1, height, width]);
  return {
    // θ is [n, c, h, w]
    image: (theta) => {
      const spectrum = theta.reshape([-1, height, width]).mul(scales);
      const across = tf.matMul(spectrum.reshape<Tensor2D>([-1, width]), columns);
      const mixed = tf.matMul(across.reshape([-1, channels, height * width]), mixing, true, true);
      const down = tf.matMul(rows, mixed.reshape([-1, height, width * channels]), true);
      return down.reshape([-1, height, width, channels]);
    },
    dispose: () => {
      tf.dispose([rows, columns, scales, mixing]);
    },
  };
}

/**
 * DCT coefficients θ ∘ 1/f, channel by channel: the spectrum of natural images (Olah, Mordvintsev & Schubert 2017,
 * "Feature Visualization", preconditioning; they use the FFT, for which tfjs has no gradient).
 */
export function dct(picture: PictureSize): Parametrisation {
  const { height, width, channels } = picture;
  const size = height * width * channels;
  return { name: 'dct', size, start: normal(size), ...cosines(picture, tf.eye(channels)) };
}

/**
 * Square root of the covariance of the colours of natural images, rows red, green, blue (Olah, Mordvintsev & Schubert
 * 2017; the numbers are those of Lucid, lucid/optvis/param/color.py).
 */
const COLOURS = [0.26, 0.09, 0.02, 0.27, 0, -0.05, 0.27, -0.09, 0.03];
/** Standard deviation of a pixel of other images. */
const DEVIATION = 0.25;

/**
 * What natural images look like where no data says it: mid grey plus 1/f-scaled DCT coefficients whose channels are
 * mixed as colours go together. A standard normal θ gives pixels of the deviation that natural ones have.
 */
export function natural(picture: PictureSize): Parametrisation {
  const { height, width, channels } = picture;
  const size = height * width * channels;
  const scales = dctScales(height, width);
  const power = scales.reduce((sum, scale) => sum + scale * scale, 0) / scales.length;
  const colours =
    channels === 3
      ? COLOURS
      : Array.from({ length: channels ** 2 }, (_, i) => (i % (channels + 1) === 0 ? DEVIATION : 0));
  const mixing = tf.tensor2d(
    colours.map((share) => share / Math.sqrt(power)),
    [channels, channels],
  );
  const plain = cosines(picture, mixing);
  return {
    ...{ name: 'natural', size, start: normal(size) },
    ...plain,
    image: (theta) => plain.image(theta).add(0.5),
  };
}
