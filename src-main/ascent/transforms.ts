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

/** Jitter, scale and rotation as one resampling: one matrix product a step. */
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
