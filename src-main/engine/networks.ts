// The networks that the engine has open, by path; opened on demand, the least used closed again.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../datasets/dataset';
import type { ModelFacts, ModelSource } from '../engine-link';
import { openModel } from '../network/formats/open';
import type { OpenOptions } from '../network/formats/options';
import { unitLayers, type Network } from '../network/network';
import { centreOf, receptiveField, windowOf } from '../network/receptive-field';
import { kindOf } from '../network/units';
import { shippedOthers } from '../resources';
import { kinOf } from '../training/known-model';
import { Recent } from './recent';

const MOST_OPEN = 6;
const open = new Recent<Network>(MOST_OPEN, (network) => {
  network.dispose();
});

/** What the user said of a model. */
export const openingOf = ({ range, size }: ModelSource): Pick<OpenOptions, 'scaling' | 'inputSize'> => ({
  ...(range === null ? {} : { scaling: range }),
  ...(size === null ? {} : { inputSize: size }),
});

/** Runs `work` with the network of a file or folder, opened anew when that has changed. */
export function withNetwork<R>(model: ModelSource, work: (network: Network) => Promise<R> | R): Promise<R> {
  // synchronous: each wait would let a run that is at work have its slice before a drawing is answered
  const { path, range, size } = model;
  const found = statSync(path, { throwIfNoEntry: false });
  const inside = found?.isDirectory() === true ? join(path, 'model.json') : path;
  const key = [path, range, size, found?.mtimeMs, statSync(inside, { throwIfNoEntry: false })?.mtimeMs].join(
    '|',
  );
  return open.use(key, () => openModel(path, openingOf(model)), work);
}

/** Networks like one that is open, by what they have to be like; kept as those are. */
const kin = new Recent<readonly Network[]>(1, (networks) => {
  for (const network of networks) network.dispose();
});

/** Runs `work` with the networks that ship with the app, of the same task and input, trained independently. */
export const withKin = <R>(
  network: Network,
  dataset: Dataset,
  work: (others: readonly Network[]) => Promise<R> | R,
): Promise<R> =>
  kin.use(
    [network.sha256, network.input, dataset.name].join('|'),
    async () => kinOf(network, dataset, await shippedOthers()),
    work,
  );

export function factsOf(network: Network): ModelFacts {
  const layers = unitLayers(network);
  const [height, width, channels] = network.input;
  return {
    name: network.name,
    sha256: network.sha256,
    input: { height, width, channels },
    anySize: network.anySize,
    layers: layers.map((node, i) => {
      const window = windowOf(network, node.name);
      const field = receptiveField(network, node.name);
      return {
        name: node.name,
        kind: kindOf(network, node),
        units: node.shape[2],
        height: node.shape[0],
        width: node.shape[1],
        receptiveField: window.whole ? null : { height: window.height, width: window.width },
        place:
          field === null
            ? null
            : {
                stride: [field.rows.stride, field.columns.stride],
                centre: [centreOf(field.rows), centreOf(field.columns)],
              },
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
