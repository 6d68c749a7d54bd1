// Every window of the training images that a layer was shown: looked for once, kept in memory and on disk.
import { grouped } from '../contract/grouped';
import type { Dataset } from '../datasets/dataset';
import { scanLayers, type Scan } from '../evidence/scan';
import type { Watch } from '../evidence/watch';
import { unitLayers, type Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { layerKey, withDataFor } from './real';
import { keepScan, readScan, scanName } from './scan-files';
import { Shared } from './shared';

const scans = new Shared<Scan>(6);
/** Those that were finished in this process. */
const finished = new Set<string>();

/** The layers that one pass over the images is enough for: all that see the whole image, else the layer alone. */
function together(network: Network, layer: string): string[] {
  if (!windowOf(network, layer).whole) return [layer];
  const whole = unitLayers(network).filter(({ name }) => windowOf(network, name).whole);
  return [layer, ...whole.map(({ name }) => name).filter((name) => name !== layer)];
}

async function look(network: Network, layer: string, dataset: Dataset, watch: Watch): Promise<Scan> {
  const known = await readScan(scanName(network, layer, dataset), network, layer);
  if (known !== null) return known;
  watch.doing?.(`Looking through ${grouped(dataset.train.count)} images`);
  const found = await scanLayers(network, together(network, layer), dataset, watch);
  for (const [name, scan] of found) await keepScan(scanName(network, name, dataset), scan);
  return found.get(layer) as Scan;
}

/** The layer's scan: seconds the first time for the shipped model's layers, longer for larger models. */
export function withScan<R>(
  id: string,
  network: Network,
  layer: string,
  watch: Watch,
  work: (scan: Scan) => Promise<R> | R,
): Promise<R> {
  const key = layerKey(id, network, layer);
  const make = async (own: Watch): Promise<Scan> => {
    const found = await withDataFor(id, network, (dataset) => look(network, layer, dataset, own));
    finished.add(key);
    return found;
  };
  return scans.use(key, watch, make, work);
}

/** The layer's scan if it is there already; null where the images would have to be looked through first. */
export async function knownScan(id: string, network: Network, layer: string): Promise<Scan | null> {
  const key = layerKey(id, network, layer);
  if (finished.has(key)) return withScan(id, network, layer, {}, (scan) => scan);
  const known = await withDataFor(id, network, (dataset) =>
    readScan(scanName(network, layer, dataset), network, layer),
  );
  if (known === null) return null;
  finished.add(key);
  return scans.use(
    key,
    {},
    () => Promise.resolve(known),
    (scan) => scan,
  );
}
