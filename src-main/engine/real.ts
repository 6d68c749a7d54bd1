// The real data that the engine has at hand: datasets, the windows of a layer, and every unit's score on each.
import { isAbsolute } from 'node:path';
import type { Dataset, Windows } from '../datasets/dataset';
import { openSource, targetFor } from '../datasets/own/source';
import type { ReadOptions } from '../datasets/own/reading';
import type { Target } from '../datasets/target';
import { realScores, type RealScores } from '../evidence/real-scores';
import { realWindows } from '../evidence/real-windows';
import type { Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { turn } from './job';
import { Recent } from './recent';

/** What a layer is judged by. */
export interface LayerData {
  readonly sample: Windows;
  readonly scores: RealScores;
}

const datasets = new Recent<Dataset>(2);
const samples = new Recent<Windows>(4);
const layers = new Recent<LayerData>(4);

/** A dataset at the size that is wanted; one that the app knows has its own. */
export function withDataset<R>(
  id: string,
  target: Target | null,
  work: (dataset: Dataset) => Promise<R> | R,
  watch: Omit<ReadOptions, 'target'> = {},
): Promise<R> {
  const key = isAbsolute(id)
    ? JSON.stringify([id, target, target === null ? (watch.side ?? null) : null])
    : id;
  return datasets.use(key, () => openSource(id, { target, ...watch }), work);
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
