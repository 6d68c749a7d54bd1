// What TensorFlow.js itself computes at every layer of a model of its own, and how far ours is from what a maker computed.
import type { GraphModel, LayersModel, Rank, Tensor } from '@tensorflow/tfjs-node';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tf } from '../../../src-main/native/tensorflow';
import { forwardAll } from '../../../src-main/network/forward';
import type { Network } from '../../../src-main/network/network';
import { channelsLast, nodeOfLayer, worstEitherWay, type Reference } from './parity';

export type Computed = Reference;

interface Topology {
  readonly format?: string;
  readonly modelTopology: { readonly node?: readonly { readonly name: string; readonly op: string }[] };
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: Parameters<typeof tf.io.decodeWeights>[1];
  }[];
}

/** Operators without a value to compare: constants, what evaluates as nothing, and those of several outputs. */
const SKIPPED = new Set([
  'Const',
  'Placeholder',
  'Identity',
  'NoOp',
  'Shape',
  'Cast',
  'Split',
  'SplitV',
  'Unpack',
]);

/** Names of a graph's nodes that stand among ours. */
function graphNames(network: Network, nodes: readonly { name: string; op: string }[]): string[] {
  const own = new Set(network.nodes.map(({ name }) => name));
  return nodes
    .filter(({ op }) => !SKIPPED.has(op))
    .map(({ name }) => name)
    .filter((name) => own.has(name));
}

const asReference = (name: string, value: Tensor): Reference => ({
  name,
  shape: value.shape.slice(1),
  data: Float32Array.from(value.dataSync()),
});

/** One image of noise and what TensorFlow.js computes for it, layer by layer. */
export async function tensorflowJs(path: string, network: Network): Promise<Reference[]> {
  const { format, modelTopology, weightsManifest } = JSON.parse(
    readFileSync(join(path, 'model.json'), 'utf8'),
  ) as Topology;
  const shards = weightsManifest.flatMap(({ paths }) => paths.map((file) => readFileSync(join(path, file))));
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
  const artifacts = tf.io.fromMemory({ modelTopology, weightSpecs, weightData });
  const isGraph = format === 'graph-model' || modelTopology.node !== undefined;
  const model: GraphModel | LayersModel = isGraph
    ? await tf.loadGraphModel(artifacts)
    : await tf.loadLayersModel(artifacts);
  try {
    const computed: Reference[] = [];
    tf.tidy(() => {
      const [input] = model.inputs;
      const noise = tf.randomUniform<Rank.R4>([1, ...network.input], 0, 1, 'float32', 1);
      // a model that takes whole numbers is given some
      const image = input?.dtype === 'int32' ? noise.mul<typeof noise>(255).floor() : noise;
      computed.push(asReference('input', image));
      if (model instanceof tf.GraphModel) {
        const channelsFirst = input?.shape?.[1] === network.input[2] && input.shape[3] !== network.input[2];
        const placed = channelsFirst ? image.transpose([0, 3, 1, 2]) : image;
        // a sequence is taken as an image without channels
        const [, ...sides] = input?.shape ?? [];
        const shaped = sides.length === 2 ? placed.reshape([1, ...(sides as number[])]) : placed;
        const given = input?.dtype === 'int32' ? shaped.cast('int32') : shaped;
        const names = graphNames(network, modelTopology.node ?? []);
        const found = model.execute(given, names);
        const values = Array.isArray(found) ? found : [found];
        values.forEach((value, i) => {
          // several images are blocks of one
          if (value.shape[0] === 1) computed.push(asReference(names[i] as string, value));
        });
        return;
      }
      const layers = model.layers.filter((layer) => layer.getClassName() !== 'InputLayer');
      const outputs = layers.flatMap(({ output }) => output);
      const found = tf.model({ inputs: model.inputs, outputs }).predict(image);
      const values = Array.isArray(found) ? found : [found];
      computed.push(...values.map((value, i) => asReference(layers[i]?.name ?? '', value)));
    });
    return computed;
  } finally {
    model.dispose();
  }
}

/** Our node for a layer of theirs: the last that has its name or is within it, but is no layer of theirs itself. */
function counterparts(network: Network, names: readonly string[]): Map<string, string> {
  const theirs = new Set(names);
  const own = network.nodes.map(({ name }) => name);
  return new Map(
    names.flatMap((name) => {
      const within = own.filter(
        (node) =>
          node === name ||
          (node.startsWith(`${name}/`) &&
            ![...theirs].some(
              (other) => other.length > name.length && (node === other || node.startsWith(`${other}/`)),
            )),
      );
      const found = within.at(-1) ?? nodeOfLayer(network, name);
      return found === undefined ? [] : [[name, found] as const];
    }),
  );
}

/** The greatest difference of a layer, as a share of its greatest value (of 0.01 where that is less), where it is and over how many layers. */
export function compareLayers(
  network: Network,
  image: Reference,
  theirs: readonly Reference[],
): { worst: number; worstAt: string; compared: number } {
  const places = counterparts(
    network,
    theirs.map(({ name }) => name),
  );
  const present = theirs.filter(({ name }) => places.has(name));
  const pixels = image.shape[2] === network.input[2] ? image.data : channelsLast(image);
  const found = tf.tidy(() =>
    forwardAll(
      network,
      tf.tensor4d(pixels, [1, ...network.input]),
      present.map(({ name }) => places.get(name) as string),
    ).map((value) => value.dataSync<'float32'>()),
  );
  let [worst, worstAt, compared] = [0, '', 0];
  present.forEach((reference, i) => {
    const own = found[i] as Float32Array;
    // a cut or squeezed node stands apart
    if (own.length !== reference.data.length) return;
    compared++;
    const scale = reference.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-2);
    const difference = worstEitherWay(own, reference) / scale;
    if (difference > worst) [worst, worstAt] = [difference, reference.name];
  });
  return { worst, worstAt, compared };
}
