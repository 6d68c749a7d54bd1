// Lucid's parametrisation and transforms as linear maps, for which TensorFlow.js has gradients.
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import type { Rng } from '../network/rng';

/** NumPy's fftfreq: frequencies of an n-point DFT in cycles per sample. */
const frequency = (k: number, n: number): number => (k < Math.ceil(n / 2) ? k : k - n) / n;

/**
 * fft_image as a matrix [coefficients, h·w]: the inverse real FFT of real and imaginary parts, each scaled by
 * √(w·h) / max(f, 1/max(w, h)), divided by 4. Coefficients are ordered real then imaginary, row-major.
 */
export function fourierBasis(height: number, width: number): Tensor2D {
  const columns = width % 2 === 1 ? Math.floor(width / 2) + 2 : width / 2 + 1;
  // an odd width gets one more frequency and loses the last column of a picture one wider
  const wide = 2 * (columns - 1);
  const lowest = 1 / Math.max(height, width);
  const rows = 2 * height * columns;
  const out = new Float32Array(rows * height * width);
  for (let ky = 0; ky < height; ky++) {
    for (let kx = 0; kx < columns; kx++) {
      const f = Math.hypot(frequency(ky, height), frequency(kx, width));
      const scale = Math.sqrt(width * height) / Math.max(f, lowest) / 4;
      // the half spectrum stands for both halves; the first and last columns stand for themselves
      const twice = kx === 0 || kx === columns - 1 ? 1 : 2;
      const amount = (scale * twice) / (height * wide);
      const real = (ky * columns + kx) * height * width;
      const imaginary = real + height * columns * height * width;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const phase = 2 * Math.PI * ((ky * y) / height + (kx * x) / wide);
          out[real + y * width + x] = amount * Math.cos(phase);
          out[imaginary + y * width + x] = -amount * Math.sin(phase);
        }
      }
    }
  }
  return tf.tensor2d(out, [rows, height * width]);
}

interface Drawn {
  /** First rows and columns kept by the two jitters. */
  readonly first: readonly [number, number];
  readonly second: readonly [number, number];
  readonly scale: number;
  /** Radians. */
  readonly angle: number;
}

const PAD = 12;
const GREY = 0.5;
const JITTERS = [8, 4] as const;

/** Draws as standard_transforms do: jitter 8, one of 11 scales 0.9..1.1, one of 26 angles, jitter 4. */
export function drawMovement(rng: Rng): Drawn {
  const angles = [...Array.from({ length: 21 }, (_, i) => i - 10), 0, 0, 0, 0, 0];
  return {
    first: [rng.below(JITTERS[0] + 1), rng.below(JITTERS[0] + 1)],
    scale: 1 + (rng.below(11) - 5) / 50,
    angle: (3.14 * (angles[rng.below(angles.length)] ?? 0)) / 180,
    second: [rng.below(JITTERS[1] + 1), rng.below(JITTERS[1] + 1)],
  };
}

/** A moved picture as out = matrix·x + offset; matrix is [out pixels, h·w]. */
export interface Moved {
  readonly height: number;
  readonly width: number;
  readonly matrix: Float32Array;
  readonly offset: Float32Array;
}

/**
 * pad(12, 0.5) → crop → resize_bilinear (TensorFlow 1: source = target·in/out) → rotate about the centre (nearest
 * pixel, 0 outside) → crop, all in one.
 */
export function movedBy(height: number, width: number, { first, second, scale, angle }: Drawn): Moved {
  const inner = [height, width].map((side) => side + 2 * PAD - JITTERS[0]) as [number, number];
  const resized = inner.map((side) => Math.trunc(Math.fround(scale) * side)) as [number, number];
  const [rows, columns] = resized.map((side) => side - JITTERS[1]) as [number, number];
  const matrix = new Float32Array(rows * columns * height * width);
  const offset = new Float32Array(rows * columns);
  const [cy, cx] = resized.map((side) => (side - 1) / 2) as [number, number];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const out = y * columns + x;
      const [dy, dx] = [y + second[0] - cy, x + second[1] - cx];
      const ry = Math.round(cy + sin * dx + cos * dy);
      const rx = Math.round(cx + cos * dx - sin * dy);
      if (ry < 0 || ry >= resized[0] || rx < 0 || rx >= resized[1]) continue;
      const fy = (ry * inner[0]) / resized[0];
      const fx = (rx * inner[1]) / resized[1];
      for (const [iy, wy] of neighbours(fy, inner[0])) {
        for (const [ix, wx] of neighbours(fx, inner[1])) {
          const [sy, sx] = [iy + first[0] - PAD, ix + first[1] - PAD];
          if (sy < 0 || sy >= height || sx < 0 || sx >= width) {
            offset[out] = (offset[out] ?? 0) + GREY * wy * wx;
          } else {
            const at = (out * height + sy) * width + sx;
            matrix[at] = (matrix[at] ?? 0) + wy * wx;
          }
        }
      }
    }
  }
  return { height: rows, width: columns, matrix, offset };
}

/** The two samples about a position and their weights; the last sample repeats beyond the end. */
function neighbours(position: number, size: number): [number, number][] {
  const low = Math.floor(position);
  return [
    [low, 1 - (position - low)],
    [Math.min(low + 1, size - 1), position - low],
  ];
}

/** One drawing of Lucid's standard transforms on pictures [n, h, w, c]; `fixed` cuts or fills back to h × w. */
export function lucidTransform(
  { height, width, channels }: { height: number; width: number; channels: number },
  rng: Rng,
  fixed: boolean,
): (x: Tensor4D) => Tensor4D {
  const moved = movedBy(height, width, drawMovement(rng));
  return (x) => {
    const matrix = tf.tensor2d(moved.matrix, [moved.height * moved.width, height * width]);
    const planes = x.transpose([0, 3, 1, 2]).reshape<Tensor2D>([-1, height * width]);
    const out = tf.matMul(planes, matrix, false, true).add(tf.tensor1d(moved.offset));
    const images = out.reshape([-1, channels, moved.height, moved.width]).transpose<Tensor4D>([0, 2, 3, 1]);
    if (!fixed) return images;
    const [top, left] = [(moved.height - height) >> 1, (moved.width - width) >> 1];
    return images.slice([0, top, left, 0], [-1, height, width, channels]);
  };
}
