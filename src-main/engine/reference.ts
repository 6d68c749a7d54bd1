// What "best real" means for a layer: the greatest answers to all training images once they were looked through, else to a
// sample. One of the two at a time, and it is said which.
import type { RealBest } from '../contract/best-of';
import { bestOfSample, bestOfScan } from '../evidence/real-best';
import type { Network } from '../network/network';
import type { Handler } from './job';
import { withNetwork } from './networks';
import { withDataFor, withLayerData, type LayerData } from './real';
import { knownScan } from './scans';

export async function realBest(
  id: string,
  network: Network,
  layer: string,
  { sample, scores }: LayerData,
): Promise<RealBest> {
  const scan = await knownScan(id, network, layer);
  return withDataFor(id, network, (dataset) =>
    scan === null ? bestOfSample(scores, sample, dataset) : bestOfScan(scan, dataset),
  );
}

/** Costs a moment where the layer was looked at before. */
export const reference: Handler<'reference'> = ({ model, layer, dataset }) =>
  withNetwork(model, (network) =>
    withLayerData(dataset, network, layer, (data) => realBest(dataset, network, layer, data)),
  );
