// Whether the response to a picture survives a small shift or a little noise, against that to real windows.
import type { Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { createRng } from '../network/rng';
import { scoresOf } from './real-space';
import { median } from '../contract/median';

/** Response after / before, of each unit. */
export interface ResponsesLeft {
  /** Mean over the four shifts by one pixel, black coming in. */
  readonly shift: readonly number[];
  /** Gaussian noise of a tenth of the picture's norm. */
  readonly noise: readonly number[];
}

/** Medians over the units. */
export interface Robustness {
  readonly shift: number;
  readonly noise: number;
}

function shifted(
  images: Float32Array,
  height: number,
  width: number,
  channels: number,
  dy: number,
  dx: number,
): Float32Array {
  const out = new Float32Array(images.length);
  const size = height * width * channels;
  for (let n = 0; n < images.length / size; n++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [sy, sx] = [y - dy, x - dx];
        if (sy < 0 || sy >= height || sx < 0 || sx >= width) continue;
        for (let c = 0; c < channels; c++) {
          out[n * size + (y * width + x) * channels + c] =
            images[n * size + (sy * width + sx) * channels + c] ?? 0;
        }
      }
    }
  }
  return out;
}

/** Pictures [units × window], each judged by its own unit. */
export function responsesLeft(
  network: Network,
  layer: string,
  units: readonly number[],
  images: Float32Array,
  seed = 0,
): ResponsesLeft {
  const { height, width } = windowOf(network, layer);
  const channels = network.input[2];
  const size = height * width * channels;
  const before = scoresOf(network, layer, units, images);
  const after = (moved: Float32Array): number[] =>
    [...scoresOf(network, layer, units, moved)].map((score, i) => score / (before[i] as number));
  const moves = (
    [
      [0, 1],
      [1, 0],
      [0, -1],
      [-1, 0],
    ] as const
  ).map(([dy, dx]) => after(shifted(images, height, width, channels, dy, dx)));
  const rng = createRng(seed).fork(51);
  const noisy = images.slice();
  for (let n = 0; n < units.length; n++) {
    const row = images.subarray(n * size, (n + 1) * size);
    const noise = Float32Array.from({ length: size }, () => rng.normal());
    const factor = (0.1 * Math.hypot(...row)) / Math.hypot(...noise);
    noise.forEach((value, i) => (noisy[n * size + i] = (row[i] ?? 0) + factor * value));
  }
  return {
    shift: units.map((_, i) => moves.reduce((sum, move) => sum + (move[i] ?? NaN), 0) / moves.length),
    noise: after(noisy),
  };
}

/** The same summed up over the units. */
export function robustness(...asked: Parameters<typeof responsesLeft>): Robustness {
  const { shift, noise } = responsesLeft(...asked);
  return { shift: median(shift), noise: median(noise) };
}
