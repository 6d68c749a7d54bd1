// A layer at the snapshots kept while it was trained: its kernels, its pictures, how far its weights have moved.
import { visualize } from '../ascent/visualize';
import { SHEET_COLUMNS } from '../contract/media';
import type { Png, ThroughTraining } from '../contract/evidence';
import { usualDisplay, type Method } from '../contract/method';
import type { Network } from '../network/network';
import { layerBelow } from './decomposition';
import { windowOf } from '../network/receptive-field';
import { showAll } from '../pictures/display';
import { montage, png, type Pixels } from '../pictures/sheet';
import { kernelPictures, kernelOf, movement } from './kernels';
import { dot, standardised } from './statistics';
import { step, type Watch } from './watch';

/** A network as it was before the update of `step`. */
export interface Moment {
  readonly step: number;
  readonly network: Network;
}

const sheet = (pictures: readonly Pixels[]): Png => {
  const { height, width, ...rest } = montage(pictures, {
    columns: Math.min(SHEET_COLUMNS, pictures.length),
    gap: 0,
  });
  return { height, width, png: png({ height, width, ...rest }) };
};

/**
 * The layer at every moment, earliest first; the last one is the finished network. `start` are the weights before any
 * update where they are known. Pictures are made by `method`, its budget being a number, so that all moments share it.
 */
export async function throughTraining(
  moments: readonly Moment[],
  start: Network | null,
  layer: string,
  method: Method,
  windows: Float32Array,
  watch: Watch = {},
): Promise<ThroughTraining> {
  const found: { step: number; change: number | null; images: Float32Array; kernels: Float32Array | null }[] =
    [];
  let shape = { height: 1, width: 1, channels: 1 };
  const budget = method.name === 'whitened' ? method.radius : method.name === 'plain' ? method.norm : null;
  if (method.name !== 'whitened' && method.name !== 'plain')
    throw new RangeError(`${method.name} has no budget.`);
  if (typeof budget !== 'number') throw new RangeError('All moments need one budget, a number.');
  for (const [i, { step: at, network }] of moments.entries()) {
    const run = visualize({
      ...{ network, layer, units: null, method, seed: 0, windows },
      ...{ frameSteps: [], signal: watch.signal },
    });
    let next = await run.next();
    while (next.done !== true) next = await run.next();
    watch.signal?.throwIfAborted();
    shape = next.value.picture;
    const first =
      layerBelow(network, layer) === null && kernelOf(network, layer).shape[2] === network.input[2];
    found.push({
      step: at,
      change: start === null ? null : movement(network, start, layer),
      images: next.value.images,
      kernels: first ? kernelPictures(network, layer) : null,
    });
    await step(watch, (i + 1) / moments.length);
  }
  const size = shape.height * shape.width * shape.channels;
  const { network } = moments[0] as Moment;
  const display = usualDisplay(method.name, {
    whole: windowOf(network, layer).whole,
    channels: network.input[2],
  });
  const units = (found[0]?.images.length ?? 0) / size;
  const last = standardised(found.at(-1)?.images ?? new Float32Array(0), units);
  // kernels share one scale over all moments: their growth is what is to be seen
  const kernels = found.flatMap((moment) => (moment.kernels === null ? [] : [...moment.kernels]));
  const kernelShape = kernelOf((moments[0] as Moment).network, layer).shape;
  const most = kernels.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0);
  const kernelSheet = (values: Float32Array): Png => {
    const [height = 1, width = 1, channels = 1] = kernelShape;
    const scaled = values.map((value) => (most === 0 ? 0.5 : 0.5 + value / (2 * most)));
    return sheet(showAll(scaled, { height, width, channels }, 'ink'));
  };
  return {
    ...{ layer, method: method.name, budget },
    moments: found.map((moment) => ({
      step: moment.step,
      change: moment.change,
      kernels: moment.kernels === null ? null : kernelSheet(moment.kernels),
      pictures: sheet(showAll(moment.images, shape, display)),
      likenessToLast:
        standardised(moment.images, units).reduce((sum, row, i) => sum + dot(row, last[i] ?? []), 0) / units,
    })),
  };
}
