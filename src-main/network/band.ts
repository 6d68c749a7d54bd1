// The first convolution of a network, and the pooling after it, as matrix products: rows of windows, and bands along the columns.
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import type { Stage } from './chain';
import { paddingAlong } from './convolutions';
import * as k from './kernels';
import type { ConvGeometry, PoolGeometry } from './kernels';

/** Greatest share of multiplications by the zeros of the band matrix that still pays, as columns / kernel columns. */
const WIDEST = 8;
/** Numbers in one of the matrices that still pay: a colour image of 28×28 pixels has 12 million, and is slower for them. */
const MOST_NUMBERS = 4e6;

export interface Band {
  /** From θ [n, size] to the convolution's output without its bias, pooled where that was asked [n, rows, columns, filters]. */
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

/** The sides of the windows that are pooled, where each output is pooled once and none is left out. */
function poolOf(pool: PoolGeometry | null, rows: number, columns: number): readonly [number, number] | null {
  if (pool === null) return [1, 1];
  const [height, width] = pool.size;
  const whole = rows % height === 0 && columns % width === 0 && typeof pool.padding === 'string';
  return whole && pool.strides[0] === height && pool.strides[1] === width ? [height, width] : null;
}

/** The greatest of some tensors of one shape, and the way back, which prefers the first. */
function greatest(all: readonly Tensor[]): { y: Tensor; gradient: (dy: Tensor) => Tensor[] } {
  const sofar: Tensor[] = [];
  for (const next of all) sofar.push(sofar.length === 0 ? next : k.maximum(sofar.at(-1) as Tensor, next));
  return {
    y: sofar.at(-1) as Tensor,
    gradient: (dy) => {
      const found: Tensor[] = [];
      let left = dy;
      for (let i = all.length - 1; i > 0; i--) {
        // ReLU's gradient passes dy where its second operand is above 0: where this one beats those before it
        const won = k.reluGradient(left, k.subtract(all[i] as Tensor, sofar[i - 1] as Tensor));
        found.unshift(won);
        left = k.subtract(left, won);
      }
      return [left, ...found];
    },
  };
}

const sum = (all: readonly Tensor[]): Tensor => all.reduce((total, next) => k.add(total, next));

/**
 * Convolution of image(θ) with `kernel`, image being affine in θ [n, size], and max-pooling after it where `pool` is given.
 * TensorFlow's kernels are slow for the few channels of an image, above all backwards; as products with matrices that hold
 * the image's own map, both ways take a third. Each place in the pooled windows has a matrix of its own, so that what is
 * compared stands in tensors of its own, and pooling moves nothing. Null where the image is so wide that the band's zeros, or
 * the matrices' room, would cost more, and where the pooled windows overlap or leave something out.
 */
export function bandOf(
  image: (theta: Tensor2D) => Tensor4D,
  size: number,
  kernel: Tensor4D,
  geometry: ConvGeometry,
  pool: PoolGeometry | null = null,
): Band | null {
  const shape = tf.tidy(() => image(tf.zeros([1, size])).shape);
  const [, h, w, c] = shape;
  const [kh, kw, , filters] = kernel.shape;
  const [down, across] = geometry.strides;
  const vertical = paddingAlong(geometry.padding, 0, h, kh, down);
  const horizontal = paddingAlong(geometry.padding, 1, w, kw, across);
  const convolvedRows = Math.floor((h + vertical[0] + vertical[1] - kh) / down) + 1;
  const convolvedColumns = Math.floor((w + horizontal[0] + horizontal[1] - kw) / across) + 1;
  const pooled = poolOf(pool, convolvedRows, convolvedColumns);
  if (pooled === null) return null;
  const [rows, columns] = [convolvedRows / pooled[0], convolvedColumns / pooled[1]];
  // a row of what comes out sees so many rows of the image
  const tall = (pooled[0] - 1) * down + kh;
  const seen = tall * w * c;
  const numbers = Math.max(size * size, size * rows * seen, seen * convolvedColumns * filters);
  if (w > WIDEST * kw || numbers > MOST_NUMBERS) return null;
  const parts = tf.tidy(() => {
    const windows = (theta: Tensor2D): Tensor2D => rowWindows(image(theta), tall, down * pooled[0], vertical);
    const offset = windows(tf.zeros([1, size]));
    const toRows = windows(tf.eye(size)).sub<Tensor2D>(offset);
    const unit = tf.eye(seen).reshape<Tensor4D>([seen, tall, w, c]);
    const convolved = k.conv2d(unit, kernel, { ...geometry, padding: [0, 0, ...horizontal] });
    const places = convolved.reshape([seen, pooled[0], columns, pooled[1], filters]);
    const bands = Array.from({ length: pooled[0] * pooled[1] }, (_, i) => {
      const [row, column] = [Math.floor(i / pooled[1]), i % pooled[1]];
      const place = places.slice([0, row, 0, column, 0], [seen, 1, columns, 1, filters]);
      return place.reshape<Tensor2D>([seen, columns * filters]);
    });
    return {
      toRows,
      bands,
      fromRows: toRows.transpose<Tensor2D>(),
      fromBands: bands.map((band) => band.transpose<Tensor2D>()),
      offset: offset.flatten<Tensor1D>(),
    };
  });
  return {
    stage: (theta) => {
      const n = theta.shape[0];
      const inRows = k.biasAdd(k.matMul(theta as Tensor2D, parts.toRows), parts.offset);
      const windows = inRows.reshape<Tensor2D>([n * rows, seen]);
      const best = greatest(parts.bands.map((band) => k.matMul(windows, band)));
      return {
        y: best.y.reshape([n, rows, columns, filters]),
        gradient: (dy: Tensor) => {
          const shares = best.gradient(dy.reshape([n * rows, columns * filters]));
          const back = sum(
            shares.map((share, i) => k.matMul(share as Tensor2D, parts.fromBands[i] as Tensor2D)),
          );
          return k.matMul(back.reshape([n, rows * seen]), parts.fromRows);
        },
      };
    },
    dispose: () => {
      tf.dispose(parts);
    },
  };
}
