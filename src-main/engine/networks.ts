// The networks that the engine has open, by path; opened on demand, the least used closed again.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelFacts, ModelSource } from '../engine-link';
import { openModel } from '../network/formats/open';
import { unitLayers, type Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { Recent } from './recent';

const MOST_OPEN = 6;
const open = new Recent<Network>(MOST_OPEN, (network) => {
  network.dispose();
});

/** Runs `work` with the network of a file or folder, opened anew when that has changed. */
export function withNetwork<R>(
  { path, range }: ModelSource,
  work: (network: Network) => Promise<R> | R,
): Promise<R> {
  // synchronous: each wait would let a run that is at work have its slice before a drawing is answered
  const found = statSync(path, { throwIfNoEntry: false });
  const inside = found?.isDirectory() === true ? join(path, 'model.json') : path;
  const key = [path, range, found?.mtimeMs, statSync(inside, { throwIfNoEntry: false })?.mtimeMs].join('|');
  return open.use(key, () => openModel(path, range === null ? {} : { scaling: range }), work);
}

export function factsOf(network: Network): ModelFacts {
  const layers = unitLayers(network);
  const [height, width, channels] = network.input;
  return {
    name: network.name,
    sha256: network.sha256,
    input: { height, width, channels },
    layers: layers.map((node, i) => {
      const window = windowOf(network, node.name);
      return {
        name: node.name,
        kind: node.operation.op === 'dense' ? 'dense' : 'conv',
        units: node.shape[2],
        height: node.shape[0],
        width: node.shape[1],
        receptiveField: window.whole ? null : { height: window.height, width: window.width },
        isOutput: i === layers.length - 1,
      };
    }),
    parameters: network.parameters,
    scaling: { name: network.scaling.name, source: network.scaling.source },
    unsupported: network.unsupported.map((layer) => ({ ...layer, after: [...layer.after] })),
    warnings: [...network.warnings],
    classes: [...network.classes],
  };
}
