// What "best real" means for a layer: the greatest answers to all training images once they were looked through, else to a
// sample. One of the two at a time, and it is said which.
import type { RealBest } from '../engine-link';
import { bestScores } from '../evidence/real-scores';
import type { Network } from '../network/network';
import type { Handler } from './job';
import { withNetwork } from './networks';
import { withLayerData, type LayerData } from './real';
import { knownScan } from './scans';

export async function realBest(
  dataset: string,
  network: Network,
  layer: string,
  { scores }: LayerData,
): Promise<RealBest> {
  const scan = await knownScan(dataset, network, layer);
  if (scan === null) return { best: bestScores(scores), of: { windows: scores.count, all: false } };
  return {
    best: Float32Array.from(scan.best, (found) => found[0]?.score ?? NaN),
    of: { windows: scan.looked, all: true },
  };
}

/** Costs a moment where the layer was looked at before. */
export const reference: Handler<'reference'> = ({ model, layer, dataset }) =>
  withNetwork(model, (network) =>
    withLayerData(dataset, network, layer, (data) => realBest(dataset, network, layer, data)),
  );
