// How many units climb at once, and the rows of a batch in which a unit's starts stand.
import { freemem } from 'node:os';
import type { Network } from '../network/network';
import type { PictureSize } from './parametrisations';

/** Floats that one picture's forward pass and its gradient hold at once, roughly. */
function floatsPerPicture(network: Network, layer: string, { height, width }: PictureSize): number {
  const share = (height * width) / (network.input[0] * network.input[1]);
  const upTo = network.nodes.findIndex(({ name }) => name === layer);
  const all = network.nodes
    .slice(0, upTo)
    .reduce((sum, { shape }) => sum + shape[0] * shape[1] * shape[2], 0);
  return Math.ceil(all * share * 3);
}
/** Floats that a batch may take: 400 MB, or a quarter of the free memory where that is less. */
const mostFloats = (): number => Math.min(1e8, freemem() / 16);

/** Units of a layer that memory allows to climb at once, with `starts` starts each; at least 1. */
export function unitsAtOnce(network: Network, layer: string, size: PictureSize, starts: number): number {
  const pixels = size.height * size.width * size.channels;
  const perUnit = Math.max(floatsPerPicture(network, layer, size), pixels * 6) * starts;
  return Math.max(1, Math.floor(mostFloats() / perUnit));
}

/** Rows of `values` [n × size] in the given order. */
export function gather(values: Float32Array, size: number, rows: readonly number[]): Float32Array {
  const out = new Float32Array(rows.length * size);
  rows.forEach((row, i) => {
    out.set(values.subarray(row * size, (row + 1) * size), i * size);
  });
  return out;
}

/** The row of the best start of each of `count` units; rows are ordered by start, then unit. */
export function bestRows(scores: Float32Array, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    let best = i;
    for (let row = i; row < scores.length; row += count) {
      if ((scores[row] as number) > (scores[best] as number)) best = row;
    }
    return best;
  });
}
