// Every window of the training images that a layer was shown: the best and worst of each unit, looked for once.
import { scan, type Scan } from '../evidence/scan';
import type { Network } from '../network/network';
import { Recent } from './recent';
import { withDataFor } from './real';

const scans = new Recent<Scan>(4);

/** The layer's scan; about half a minute for a deep layer the first time. */
export function withScan<R>(
  id: string,
  network: Network,
  layer: string,
  work: (scan: Scan) => Promise<R> | R,
): Promise<R> {
  const make = (): Promise<Scan> => withDataFor(id, network, (dataset) => scan(network, layer, dataset));
  return scans.use(
    [id, network.sha256, network.scaling.name, network.input.join(), layer].join('|'),
    make,
    work,
  );
}
