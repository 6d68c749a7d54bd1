// The real windows that a layer is judged by: a sample of the data, and those that excite each unit most.
import { eachRealScore } from '../ascent/real';
import { UserError } from '../contract/errors';
import { sampleWindows, type Dataset, type Windows } from '../datasets/dataset';
import { nodeOf, type Network } from '../network/network';
import { windowOf } from '../network/receptive-field';

/** Windows sampled for a layer that sees a part of the image, and whole images for one that sees all of it. */
const WINDOWS = 30_000;
const IMAGES = 6000;
const SEED = 1;

/** A fixed sample of windows of the layer's size. Throws a UserError for a model whose input does not fit the data. */
export function realWindows(dataset: Dataset, network: Network, layer: string): Windows {
  const { height, width, whole } = windowOf(network, layer);
  const [rows, columns, channels] = network.input;
  if (rows !== dataset.height || columns !== dataset.width || channels !== 1) {
    throw new UserError(
      `The model takes ${network.input.join('×')} images; ${dataset.name} has ${dataset.height}×${dataset.width}×1.`,
      'Choose a dataset of that size.',
    );
  }
  return sampleWindows(dataset, { height, width }, whole ? IMAGES : WINDOWS, SEED);
}

/** The windows that excite each unit most, best first. */
export interface BestWindows {
  /** Windows looked at. */
  readonly looked: number;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** Index into the sample, [units × count]. */
  readonly indices: Uint32Array;
  /** Objectives, [units × count]. */
  readonly scores: Float32Array;
}

/** Finds the `count` best windows of every unit, no two from the same image. */
export function bestWindows(network: Network, layer: string, sample: Windows, count = 9): BestWindows {
  const units = nodeOf(network, layer).shape[2];
  const best = Array.from({ length: units }, (): { index: number; score: number }[] => []);
  eachRealScore(network, layer, sample.values, (scores, first) => {
    for (let i = 0; i < scores.length; i++) {
      const list = best[i % units] as { index: number; score: number }[];
      const score = scores[i] as number;
      if (list.length === count && score <= (list.at(-1)?.score ?? 0)) continue;
      const index = first + Math.floor(i / units);
      const same = list.findIndex((other) => sample.images[other.index] === sample.images[index]);
      if (same >= 0) {
        if ((list[same]?.score ?? 0) >= score) continue;
        list.splice(same, 1);
      }
      const at = list.findIndex((other) => other.score < score);
      list.splice(at < 0 ? list.length : at, 0, { index, score });
      if (list.length > count) list.pop();
    }
  });
  const { height, width } = sample;
  return {
    ...{ looked: sample.count, count, height, width },
    indices: Uint32Array.from(
      best.flatMap((list) => Array.from({ length: count }, (_, i) => list[i]?.index ?? 0)),
    ),
    scores: Float32Array.from(
      best.flatMap((list) => Array.from({ length: count }, (_, i) => list[i]?.score ?? NaN)),
    ),
  };
}
