// The real windows that a layer is judged by: a fixed sample of the data.
import { UserError } from '../contract/errors';
import { sampleWindows, type Dataset, type Windows } from '../datasets/dataset';
import type { Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { remembered } from '../network/remembered';

/** Windows sampled for a layer that sees a part of the image, and whole images for one that sees all of it. */
const WINDOWS = 30_000;
const IMAGES = 6000;
/** Floats that a sample may have, 240 MB: of large windows there are fewer. */
const MOST_FLOATS = 6e7;
const SEED = 1;

/** A fixed sample of windows of the layer's size, the same array at each call. Throws a UserError for a model whose input does not fit the data. */
export function realWindows(dataset: Dataset, network: Network, layer: string): Windows {
  const { height, width, whole } = windowOf(network, layer);
  const [rows, columns, channels] = network.input;
  if (rows !== dataset.height || columns !== dataset.width || channels !== dataset.channels) {
    throw new UserError(
      `The model takes ${network.input.join('×')} images; ${dataset.name} has ${dataset.height}×${dataset.width}×${dataset.channels}.`,
      'Choose data of that size, or a folder of pictures: those are cropped and scaled.',
    );
  }
  const kept = remembered<Windows>([dataset], `windows of ${height}×${width}`);
  const most = Math.floor(MOST_FLOATS / (height * width * channels));
  const count = Math.max(1, Math.min(whole ? IMAGES : WINDOWS, most));
  return kept.get() ?? kept.set(sampleWindows(dataset, { height, width }, count, SEED));
}
