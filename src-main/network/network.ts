// A trained CNN as the rest of the program sees it: a graph of plain operations with their weights.
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import type { ConvGeometry, PoolGeometry } from './kernels';

/** What a node computes. Weights belong to the network and live until `dispose`. */
export type Operation =
  | { readonly op: 'input' }
  | {
      readonly op: 'conv2d';
      /** [kernel rows, kernel columns, channels in, channels out] */
      readonly kernel: Tensor4D;
      readonly bias: Tensor1D | null;
      readonly geometry: ConvGeometry;
    }
  | {
      readonly op: 'dense';
      /** [inputs, units] */
      readonly kernel: Tensor2D;
      readonly bias: Tensor1D | null;
    }
  | { readonly op: 'maxPool'; readonly geometry: PoolGeometry }
  | { readonly op: 'relu' }
  | { readonly op: 'softmax' }
  | { readonly op: 'flatten' };

/** Output shape of a node without the batch: [height, width, channels], dense outputs being [1, 1, units]. */
export type FeatureShape = readonly [height: number, width: number, channels: number];

/** One operation with its place in the graph. */
export interface Node {
  readonly name: string;
  readonly operation: Operation;
  /** Names of the nodes whose outputs this one takes. */
  readonly inputs: readonly string[];
  readonly shape: FeatureShape;
}

/** A network ready to be evaluated. Nodes stand in an order in which each follows its inputs. */
export interface Network {
  readonly name: string;
  /** sha256 of the files that it was read from. */
  readonly sha256: string;
  readonly nodes: readonly Node[];
  readonly input: FeatureShape;
  /** Class names in the order of the output's units. */
  readonly classes: readonly string[];
  readonly parameters: number;
  dispose(): void;
}

/** The node of that name. Throws a RangeError for a name that the network does not have. */
export function nodeOf(network: Network, name: string): Node {
  const found = network.nodes.find((node) => node.name === name);
  if (found === undefined) throw new RangeError(`The network has no node "${name}".`);
  return found;
}

/** The one node that `node` takes its input from. */
export function sourceOf(network: Network, node: Node): Node {
  const [first] = node.inputs;
  if (first === undefined) throw new RangeError(`"${node.name}" is the input.`);
  return nodeOf(network, first);
}

/**
 * The chain of nodes from the input to `name`, both included, input first.
 * Every network that can be opened today is such a chain.
 */
export function chainTo(network: Network, name: string): Node[] {
  const chain: Node[] = [];
  for (let node = nodeOf(network, name); ; node = sourceOf(network, node)) {
    chain.unshift(node);
    if (node.inputs.length === 0) return chain;
  }
}

/** The nodes whose units can be visualised: convolutions and dense layers, read before their activation. */
export function unitLayers(network: Network): Node[] {
  return network.nodes.filter(({ operation }) => operation.op === 'conv2d' || operation.op === 'dense');
}
