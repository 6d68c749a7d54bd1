// The real data that the engine has at hand: datasets, the windows of a layer, and every unit's score on each.
import { isAbsolute } from 'node:path';
import type { Dataset, Windows } from '../datasets/dataset';
import { openSource, targetFor } from '../datasets/own/source';
import type { ReadOptions } from '../datasets/own/reading';
import type { Target } from '../datasets/target';
import { realScores, type RealScores } from '../evidence/real-scores';
import { realWindows } from '../evidence/real-windows';
import type { Watch } from '../evidence/watch';
import type { Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { turn } from '../turn';
import { Recent } from './recent';
import { Shared } from './shared';

/** What a layer is judged by. */
export interface LayerData {
  readonly sample: Windows;
  readonly scores: RealScores;
}

/** Of so many pictures, so many are read. */
interface Read {
  readonly done: number;
  readonly total: number;
}

const datasets = new Shared<Dataset, Read>(2);
/** Data on their way whose size is not known before they are read. */
const unsized = new Shared<Dataset, Read>(0);
/** The size that data of one's own turned out to have, by path and the side that was asked for. */
const sizes = new Map<string, Target>();
const samples = new Recent<Windows>(4);
const layers = new Recent<LayerData>(4);

/**
 * A dataset at the size that is wanted; one that the app knows has its own. Where no size is wanted, data of one's own have
 * that of `side` or their own, and are found again by whoever wants just that. Throws the signal's reason when it is aborted
 * while data are read; others who wait for the same go on.
 */
export async function withDataset<R>(
  id: string,
  target: Target | null,
  work: (dataset: Dataset) => Promise<R> | R,
  { side, ...watch }: Watch<Read> & Pick<ReadOptions, 'side'> = {},
): Promise<R> {
  const open =
    (size: Target | null) =>
    ({ signal, progress }: Watch<Read>): Promise<Dataset> =>
      openSource(id, {
        ...{ target: size, side, signal },
        progress: (done, total) => progress?.({ done, total }),
      });
  if (!isAbsolute(id)) return datasets.use(id, watch, open(null), work);
  const keyOf = ({ height, width, channels }: Target): string =>
    JSON.stringify([id, height, width, channels]);
  const asked = JSON.stringify([id, side ?? null]);
  const known = target ?? sizes.get(asked) ?? null;
  if (known !== null && (target !== null || datasets.has(keyOf(known))))
    return datasets.use(keyOf(known), watch, open(known), work);
  const found = await unsized.use(asked, watch, open(null), (dataset) => dataset);
  sizes.set(asked, { height: found.height, width: found.width, channels: found.channels });
  return datasets.use(keyOf(found), {}, () => Promise.resolve(found), work);
}

/** A dataset at the size that a network takes. */
export const withDataFor = <R>(
  id: string,
  { input: [height, width, channels] }: Network,
  work: (dataset: Dataset) => Promise<R> | R,
): Promise<R> => withDataset(id, targetFor([height, width, channels]), work);

/** Windows of a layer's size; the same for all layers that see as much. */
export function withSample<R>(
  id: string,
  network: Network,
  layer: string,
  work: (sample: Windows) => Promise<R> | R,
): Promise<R> {
  const { height, width, whole } = windowOf(network, layer);
  const key = [id, ...network.input, height, width, whole].join('|');
  const make = (): Promise<Windows> =>
    withDataFor(id, network, (dataset) => realWindows(dataset, network, layer));
  return samples.use(key, make, work);
}

/** What is known of a layer is known by. */
export const layerKey = (id: string, network: Network, layer: string): string =>
  [id, network.sha256, network.scaling.name, network.input.join(), layer].join('|');

/** The layer's sample with every unit's score on it: made once, in slices between which other jobs come. */
export function withLayerData<R>(
  id: string,
  network: Network,
  layer: string,
  work: (data: LayerData) => Promise<R> | R,
): Promise<R> {
  const make = (): Promise<LayerData> =>
    withSample(id, network, layer, async (sample) => ({
      sample,
      scores: await realScores(network, layer, sample, turn),
    }));
  return layers.use(layerKey(id, network, layer), make, work);
}
