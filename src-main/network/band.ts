// The first convolution of a network as two matrix products: rows of windows, and a band matrix along the columns.
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import type { Stage } from './chain';
import { paddingAlong } from './convolutions';
import * as k from './kernels';
import type { ConvGeometry } from './kernels';
import { flat } from './operations';

/** Greatest share of multiplications by the zeros of the band matrix that still pays, as columns / kernel columns. */
const WIDEST = 8;
/** Numbers in one of the matrices that are worth their room: 64 MB. */
const MOST_NUMBERS = 1.6e7;

export interface Band {
  /** From θ [n, size] to the convolution's output without its bias [n, rows, columns, filters]. */
  readonly stage: Stage;
  readonly dispose: () => void;
}

/** The rows that each row of output sees, one under the other: x [n, h, w, c] to [n, output rows · kernel rows · w · c]. */
function rowWindows(x: Tensor4D, taps: number, stride: number, padding: readonly [number, number]): Tensor2D {
  const padded = tf.pad4d(x, [[0, 0], [...padding], [0, 0], [0, 0]]);
  const [n, h, w, c] = padded.shape;
  const windows = Array.from({ length: Math.floor((h - taps) / stride) + 1 }, (_, row) =>
    padded.slice([0, row * stride, 0, 0], [n, taps, w, c]).reshape<Tensor2D>([n, -1]),
  );
  return tf.concat2d(windows, 1);
}

/**
 * Convolution of image(θ) with `kernel`, image being affine in θ [n, size]. TensorFlow's kernels are slow for the few
 * channels of an image, above all backwards; as products with matrices that hold the image's own map, both ways take a
 * third. Null where the image is so wide that the band's zeros, or the matrices' room, would cost more.
 */
export function bandOf(
  image: (theta: Tensor2D) => Tensor4D,
  size: number,
  kernel: Tensor4D,
  geometry: ConvGeometry,
): Band | null {
  const shape = tf.tidy(() => image(tf.zeros([1, size])).shape);
  const [, h, w, c] = shape;
  const [kh, kw, , filters] = kernel.shape;
  const vertical = paddingAlong(geometry.padding, 0, h, kh, geometry.strides[0]);
  const horizontal = paddingAlong(geometry.padding, 1, w, kw, geometry.strides[1]);
  const rows = Math.floor((h + vertical[0] + vertical[1] - kh) / geometry.strides[0]) + 1;
  const columns = Math.floor((w + horizontal[0] + horizontal[1] - kw) / geometry.strides[1]) + 1;
  const seen = kh * w * c;
  const numbers = Math.max(size * size, size * rows * seen, seen * columns * filters);
  if (w > WIDEST * kw || numbers > MOST_NUMBERS) return null;
  const parts = tf.tidy(() => {
    const windows = (theta: Tensor2D): Tensor2D =>
      rowWindows(image(theta), kh, geometry.strides[0], vertical);
    const offset = windows(tf.zeros([1, size]));
    const toRows = windows(tf.eye(size)).sub<Tensor2D>(offset);
    const unit = tf.eye(seen).reshape<Tensor4D>([seen, kh, w, c]);
    const band = flat(k.conv2d(unit, kernel, { ...geometry, padding: [0, 0, ...horizontal] }));
    return {
      toRows,
      band,
      fromRows: toRows.transpose<Tensor2D>(),
      fromBand: band.transpose<Tensor2D>(),
      offset: offset.flatten(),
    };
  });
  return {
    stage: (theta) => {
      const n = theta.shape[0];
      const windows = k.biasAdd(k.matMul(theta as Tensor2D, parts.toRows), parts.offset);
      return {
        y: k.matMul(windows.reshape([n * rows, seen]), parts.band).reshape([n, rows, columns, filters]),
        gradient: (dy: Tensor) => {
          const back = k.matMul(dy.reshape([n * rows, columns * filters]), parts.fromBand);
          return k.matMul(back.reshape([n, rows * seen]), parts.fromRows);
        },
      };
    },
    dispose: () => {
      tf.dispose(parts);
    },
  };
}
