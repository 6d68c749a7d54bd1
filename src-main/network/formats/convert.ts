// Converts a model to a TensorFlow.js LayersModel, and has TensorFlow.js say whether it computes the same.
import type { LayersModel, Rank } from '@tensorflow/tfjs-node';
import { UserError } from '../../contract/errors';
import { tf } from '../../native/tensorflow';
import { forward } from '../forward';
import type { Network } from '../network';
import { tfjsConfig } from './keras/tfjs-config';
import { translateKeras, type KerasModel } from './keras/translate';
import { layersOfNetwork } from './graph-layers';
import { DEFAULT_INPUT_SIZE, readModel, type Content } from './open';
import type { OpenOptions } from './options';
import { encodeTfjsModel, TFJS, type NamedWeight, type Precision } from './tfjs-layers';
import type { Weight } from './weights';

/** What TensorFlow.js makes of the model that was written. */
export interface Reading {
  /** The greatest difference of its outputs for one image of noise, relative to the greatest output; null where it has none. */
  readonly difference: number | null;
  /** Why it has none. */
  readonly reason: string | null;
}

export interface Converted {
  readonly name: string;
  readonly parameters: number;
  readonly json: string;
  readonly bin: Buffer;
  readonly reading: Reading;
}

/** The model, keeping each weight that its layers ask for under the name that TensorFlow.js gives it. */
function recorded(keras: KerasModel): { keras: KerasModel; weights: () => NamedWeight[] } {
  const found = new Map<string, { layer: string; part: string; weight: Weight }>();
  const weights = () => {
    const owners = new Map<string, Set<string>>();
    for (const [key, { layer, part }] of found) {
      const name = `${layer}/${part}`;
      owners.set(name, (owners.get(name) ?? new Set()).add(key));
    }
    // the layer's own name is enough, unless several models have a layer of that name
    return [...found].map(([key, { layer, part, weight }]) => {
      const name = `${layer}/${part}`;
      return { ...weight, name: owners.get(name)?.size === 1 ? name : key };
    });
  };
  const weightsOf: KerasModel['weightsOf'] = (path) => {
    const own = keras.weightsOf(path);
    const names = path.map(({ name }) => name);
    return {
      find: (wanted, index) => {
        const weight = own.find(wanted, index);
        const [part = String(index)] = wanted;
        const layer = names.at(-1) ?? '';
        if (weight !== undefined) found.set([...names, part].join('/'), { layer, part, weight });
        return weight;
      },
    };
  };
  return { keras: { ...keras, weightsOf }, weights };
}

/** The greatest difference for one image of noise, relative to the greatest output. */
const compare = (network: Network, model: LayersModel): number =>
  tf.tidy(() => {
    const x = tf.randomUniform<Rank.R4>([1, ...network.input], 0, 1, 'float32', 1);
    const shape = model.inputs[0]?.shape.slice(1) ?? [];
    const fitting = shape.map((side, axis) => side ?? network.input[axis] ?? 1);
    const output = model.predict(x.reshape([1, ...fitting]));
    const theirs = (Array.isArray(output) ? output[0] : output)?.flatten();
    const ours = forward(network, x, network.nodes.at(-1)?.name ?? '').flatten();
    if (theirs?.size !== ours.size) return Infinity;
    return ours.sub(theirs).abs().max().div(ours.abs().max().maximum(1e-6)).dataSync<'float32'>()[0] ?? NaN;
  });

/** Has TensorFlow.js read the model and compute one image of noise. */
async function readBack(network: Network, { json, bin }: { json: string; bin: Buffer }): Promise<Reading> {
  const { modelTopology, weightsManifest } = JSON.parse(json) as {
    modelTopology: object;
    weightsManifest: [{ weights: Parameters<typeof tf.io.decodeWeights>[1] }];
  };
  const weightData = new Uint8Array(bin).buffer;
  const artifacts = { modelTopology, weightSpecs: weightsManifest[0].weights, weightData };
  let model: LayersModel | undefined;
  try {
    model = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    const difference = compare(network, model);
    return Number.isFinite(difference)
      ? { difference, reason: null }
      : { difference: null, reason: 'its outputs are of another size, or no numbers' };
  } catch (error) {
    const [sentence = 'it does not say why'] = (error instanceof Error ? error.message : '').split(
      /\.? This may be due|\n/,
    );
    return { difference: null, reason: sentence };
  } finally {
    model?.dispose();
  }
}

/** Throws a UserError where part of the model is left out, since a part is not the model. */
function mustBeWhole({ unsupported: [unknown] }: Network): void {
  if (unknown === undefined) return;
  throw new UserError(
    `Layer "${unknown.name}" is a ${unknown.kind}, ${unknown.reason ?? 'which is not known'}.`,
    'Convert a model without it; what comes before it can be looked at in the model as it is.',
  );
}

/** A graph of operations, as ONNX and TensorFlow write it. */
async function convertGraph(
  content: Extract<Content, { translate: unknown }>,
  precision: Precision,
): Promise<Converted> {
  const network = await content.translate({ inputSize: DEFAULT_INPUT_SIZE, scaling: '0..1' });
  try {
    mustBeWhole(network);
    const { config, weights } = layersOfNetwork(network);
    const written = encodeTfjsModel(config, weights, precision);
    const { name, parameters } = network;
    return { name, parameters, ...written, reading: await readBack(network, written) };
  } finally {
    network.dispose();
  }
}

/**
 * Reads a model and writes it as model.json and weights.bin of a TensorFlow.js LayersModel. What only
 * training needs (initialisers, regularisers, the optimiser) is left out. Throws a UserError for a model with a layer
 * that is not known, or for which TensorFlow.js has none.
 */
export async function convertModel(
  path: string,
  { precision, ...options }: Pick<OpenOptions, 'signal' | 'progress'> & { readonly precision: Precision },
): Promise<Converted> {
  const content = await readModel(path, options);
  if (content.kind !== 'keras') return convertGraph(content, precision);
  const { keras, weights } = recorded(content.keras);
  // pixels as the model itself takes them
  const network = translateKeras(keras, { inputSize: DEFAULT_INPUT_SIZE, scaling: '0..1' });
  try {
    mustBeWhole(network);
    const version = keras.ofTfjs ? `${TFJS} ${tf.version['tfjs-layers']}` : keras.modern ? '3.0.0' : '2.15.0';
    const written = encodeTfjsModel(tfjsConfig(keras.model), weights(), precision, version);
    const { name, parameters } = network;
    return { name, parameters, ...written, reading: await readBack(network, written) };
  } finally {
    network.dispose();
  }
}
