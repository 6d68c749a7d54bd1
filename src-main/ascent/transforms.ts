// Small random movements of the pictures on the way, so that an optimum must survive them.
import type { Scalar, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import { relu } from '../network/kernels';
import type { Rng } from '../network/rng';

/** A movement of which the numbers are drawn anew at each step, the same for every picture of the batch. */
export interface Transform {
  /** The numbers of one step; always as many. */
  readonly draw: (rng: Rng) => number[];
  readonly draws: number;
  /** Pictures x [n, h, w, c] moved by what was drawn, which comes as scalars: steps are alike but for these. */
  readonly of: (x: Tensor4D, drawn: readonly Scalar[]) => Tensor4D;
}

/** What was drawn for a step, as scalars; none for nothing. */
export const asScalars = (drawn: readonly number[] = []): Scalar[] => drawn.map((value) => tf.scalar(value));

/** Pictures x by one transform after another, each taking its part of what was drawn. */
export function transformed(
  x: Tensor4D,
  transforms: readonly Transform[],
  drawn: readonly Scalar[],
): Tensor4D {
  let from = 0;
  return transforms.reduce((moved, { of, draws }) => of(moved, drawn.slice(from, (from += draws))), x);
}

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

/** The numbers from −(size − 1)/2 to (size − 1)/2, a column. */
function fromMiddle(size: number): Tensor2D {
  const values = Float32Array.from({ length: size }, (_, i) => i - (size - 1) / 2);
  return tf.tensor2d(values, [size, 1]);
}

/** Weights [p, size] with which an axis is read bilinearly at p places [p, 1], told from its middle; outside is 0. */
const weightsAt = (places: Tensor2D, size: number): Tensor2D =>
  relu(tf.sub<Tensor2D>(1, places.sub(fromMiddle(size).transpose()).abs()));

interface Drawn {
  readonly dy: Scalar;
  readonly dx: Scalar;
  /** 1 / the change of size. */
  readonly step: Scalar;
  readonly cos: Scalar;
  readonly sin: Scalar;
}

function stretched(x: Tensor4D, { dy, dx, step }: Drawn): Tensor4D {
  const [n, height, width, channels] = x.shape;
  const axis = (size: number, shift: Scalar): Tensor2D =>
    weightsAt(fromMiddle(size).sub(shift).mul(step), size);
  const tall = tf.matMul(axis(height, dy), x.reshape([n, height, width * channels]));
  // rows of one channel each, so that it is one product: with the channels last there would be one for every row
  const rows = tall
    .reshape([n * height, width, channels])
    .transpose([0, 2, 1])
    .reshape<Tensor2D>([-1, width]);
  const wide = tf.matMul(rows, axis(width, dx), false, true);
  return wide
    .reshape([n * height, channels, width])
    .transpose([0, 2, 1])
    .reshape([n, height, width, channels]);
}

/** As resamplingMatrix says, whose rows are products of the weights of rows and columns. */
function turned(x: Tensor4D, { dy, dx, step, cos, sin }: Drawn): Tensor4D {
  const [n, height, width, channels] = x.shape;
  const pixels = height * width;
  const down = fromMiddle(height).tile([1, width]).reshape<Tensor2D>([pixels, 1]).sub<Tensor2D>(dy);
  const across = fromMiddle(width)
    .transpose()
    .tile([height, 1])
    .reshape<Tensor2D>([pixels, 1])
    .sub<Tensor2D>(dx);
  const fromY = down.mul(cos).sub<Tensor2D>(across.mul(sin)).mul<Tensor2D>(step);
  const fromX = down.mul(sin).add<Tensor2D>(across.mul(cos)).mul<Tensor2D>(step);
  const matrix = weightsAt(fromY, height)
    .reshape([pixels, height, 1])
    .mul(weightsAt(fromX, width).reshape([pixels, 1, width]))
    .reshape<Tensor2D>([pixels, pixels]);
  const rows = x
    .reshape([n, pixels, channels])
    .transpose([0, 2, 1])
    .reshape<Tensor2D>([n * channels, pixels]);
  const moved = tf.matMul(rows, matrix, false, true).reshape([n, channels, pixels]);
  return moved.transpose([0, 2, 1]).reshape([n, height, width, channels]);
}

/** Jitter, scale and, of small pictures, rotation as one resampling: one or two matrix products a step. */
export function movement({ jitter, scale, rotate }: Movement): Transform {
  return {
    draws: 5,
    draw: (rng) => {
      const between = (most: number): number => (2 * rng.uniform() - 1) * most;
      const [dy, dx, factor] = [between(jitter), between(jitter), 1 + between(scale)];
      const angle = (between(rotate) * Math.PI) / 180;
      return [dy, dx, 1 / factor, Math.cos(angle), Math.sin(angle)];
    },
    of: (x, drawn) => {
      const [dy, dx, step, cos, sin] = drawn as [Scalar, Scalar, Scalar, Scalar, Scalar];
      const move = x.shape[1] * x.shape[2] > MOST_PIXELS ? stretched : turned;
      return move(x, { dy, dx, step, cos, sin });
    },
  };
}
