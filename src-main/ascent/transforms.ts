// Small random movements of the pictures on the way, so that an optimum must survive them.
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import type { Rng } from '../network/rng';

/** A movement drawn anew at each step, the same for every picture of the batch. */
export type Transform = (rng: Rng) => (x: Tensor4D) => Tensor4D;

export interface Movement {
  /** Shift in pixels, each way. */
  readonly jitter: number;
  /** Greatest relative change of size: 0.1 draws from 0.9 to 1.1. */
  readonly scale: number;
  /** Greatest turn in degrees, either way. */
  readonly rotate: number;
}

/**
 * The matrix [h·w, h·w] that resamples a picture shifted by (dy, dx), scaled and turned clockwise (radians) about its
 * centre, bilinearly; outside is 0. Row i holds the weights of the source pixels of pixel i.
 */
export function resamplingMatrix(
  height: number,
  width: number,
  { dy, dx, factor, angle }: { dy: number; dx: number; factor: number; angle: number },
): Float32Array {
  const matrix = new Float32Array((height * width) ** 2);
  const cos = Math.cos(angle) / factor;
  const sin = Math.sin(angle) / factor;
  const [cy, cx] = [(height - 1) / 2, (width - 1) / 2];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromY = cy + cos * (y - cy - dy) - sin * (x - cx - dx);
      const fromX = cx + sin * (y - cy - dy) + cos * (x - cx - dx);
      const [top, left] = [Math.floor(fromY), Math.floor(fromX)];
      for (const [row, weightY] of [
        [top, top + 1 - fromY],
        [top + 1, fromY - top],
      ] as const) {
        for (const [column, weightX] of [
          [left, left + 1 - fromX],
          [left + 1, fromX - left],
        ] as const) {
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          const at = (y * width + x) * height * width + row * width + column;
          matrix[at] = (matrix[at] ?? 0) + weightY * weightX;
        }
      }
    }
  }
  return matrix;
}

/** Pictures of more pixels are moved and stretched along rows and columns, and not turned: their matrix would be huge. */
const MOST_PIXELS = 1600;

/** The matrix [size, size] of one axis: shifted, and stretched about the middle, bilinearly; outside is 0. */
function axisMatrix(size: number, shift: number, factor: number): Tensor2D {
  const values = new Float32Array(size * size);
  const middle = (size - 1) / 2;
  for (let to = 0; to < size; to++) {
    const from = middle + (to - middle - shift) / factor;
    const below = Math.floor(from);
    if (below >= 0 && below < size) values[to * size + below] = below + 1 - from;
    if (below + 1 >= 0 && below + 1 < size) values[to * size + below + 1] = from - below;
  }
  return tf.tensor2d(values, [size, size]);
}

function stretched(x: Tensor4D, { dy, dx, factor }: { dy: number; dx: number; factor: number }): Tensor4D {
  const [n, height, width, channels] = x.shape;
  const tall = tf.matMul(axisMatrix(height, dy, factor), x.reshape([n, height, width * channels]));
  // rows of one channel each, so that it is one product: with the channels last there would be one for every row
  const rows = tall
    .reshape([n * height, width, channels])
    .transpose([0, 2, 1])
    .reshape<Tensor2D>([-1, width]);
  const wide = tf.matMul(rows, axisMatrix(width, dx, factor), false, true);
  return wide
    .reshape([n * height, channels, width])
    .transpose([0, 2, 1])
    .reshape([n, height, width, channels]);
}

/** Jitter, scale and, of small pictures, rotation as one resampling: one or two matrix products a step. */
export function movement({ jitter, scale, rotate }: Movement): Transform {
  return (rng) => {
    const between = (most: number): number => (2 * rng.uniform() - 1) * most;
    const drawn = {
      dy: between(jitter),
      dx: between(jitter),
      factor: 1 + between(scale),
      angle: (between(rotate) * Math.PI) / 180,
    };
    return (x) => {
      const [n, height, width, channels] = x.shape;
      const pixels = height * width;
      if (pixels > MOST_PIXELS) return stretched(x, drawn);
      const matrix = tf.tensor2d(resamplingMatrix(height, width, drawn), [pixels, pixels]);
      const rows = x
        .reshape([n, pixels, channels])
        .transpose([0, 2, 1])
        .reshape<Tensor2D>([n * channels, pixels]);
      const moved = tf.matMul(rows, matrix, false, true).reshape([n, channels, pixels]);
      return moved.transpose([0, 2, 1]).reshape([n, height, width, channels]);
    };
  };
}
