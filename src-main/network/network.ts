// A trained CNN as the rest of the program sees it: a graph of plain operations with their weights.
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import type { Activation } from './activations';
import type { ConvGeometry, ExplicitPadding, PoolGeometry } from './kernels';
import type { AxisResampling } from './resampling';

/** Element-wise combination of inputs of the same shape, or of one that broadcasts. */
export type Arithmetic =
  'add' | 'subtract' | 'multiply' | 'divide' | 'maximum' | 'minimum' | 'average' | 'power';

/** What becomes of the elements along some axes. 'l2' is the Euclidean norm. */
export type Reduction = 'mean' | 'max' | 'min' | 'sum' | 'l1' | 'l2';

/**
 * What a node computes. Values are [n, …]: features of up to three dimensions stand as [n, height, width, channels],
 * missing ones being 1; features of more dimensions as they are. Axes count from 0 after the batch.
 * Weights belong to the network and live until `dispose`.
 */
export type Operation =
  | { readonly op: 'input' }
  /** What trains differently and evaluates as nothing: dropout, noise, a layer's name. */
  | { readonly op: 'identity' }
  | {
      readonly op: 'conv2d';
      /** [kernel rows, kernel columns, channels in / groups, channels out] */
      readonly kernel: Tensor4D;
      readonly bias: Tensor1D | null;
      readonly geometry: ConvGeometry;
      /** Channels are convolved within each of so many groups; 1 when it is not said. */
      readonly groups?: number;
    }
  | {
      readonly op: 'depthwiseConv2d';
      /** [kernel rows, kernel columns, channels, multiplier]: output channel c·multiplier + m sees channel c. */
      readonly kernel: Tensor4D;
      readonly bias: Tensor1D | null;
      readonly geometry: ConvGeometry;
    }
  | {
      readonly op: 'convTranspose2d';
      /** [kernel rows, kernel columns, channels out / groups, channels in] */
      readonly kernel: Tensor4D;
      readonly bias: Tensor1D | null;
      readonly strides: readonly [number, number];
      readonly dilations: readonly [number, number];
      readonly groups: number;
      /** First row and column of the full output that is kept; the output's height and width. */
      readonly crop: readonly [number, number];
      readonly output: readonly [number, number];
    }
  | {
      readonly op: 'dense';
      /** [inputs, units]: the inputs stand along the last axis. */
      readonly kernel: Tensor2D;
      readonly bias: Tensor1D | null;
    }
  | { readonly op: 'maxPool'; readonly geometry: PoolGeometry }
  | {
      readonly op: 'averagePool';
      readonly geometry: PoolGeometry;
      /** Padding that counts as elements of the mean; none when it is not said. */
      readonly countPadding?: ExplicitPadding;
    }
  | { readonly op: 'relu' }
  | { readonly op: 'softmax'; /** The last when it is not said. */ readonly axis?: number }
  | { readonly op: 'activation'; readonly activation: Activation }
  /** x where it is positive, else x·slope; the slope broadcasts over the features. */
  | { readonly op: 'prelu'; readonly slope: Tensor }
  /** x·scale + offset along the last axis: batch normalisation, rescaling, standardising. */
  | { readonly op: 'affine'; readonly scale: Tensor1D; readonly offset: Tensor1D }
  | {
      /** (x − mean) / √(variance + epsilon) over `axes`, then ·scale + offset, which broadcast. */
      readonly op: 'normalise';
      readonly axes: readonly number[];
      /** The last axis is first split into so many groups, and the mean taken within each. */
      readonly groups: number;
      /** False leaves the mean in, and divides by the root of the mean square (RMS normalisation). */
      readonly centred: boolean;
      readonly epsilon: number;
      readonly scale: Tensor | null;
      readonly offset: Tensor | null;
    }
  /** x / ‖x‖ over `axes`. */
  | { readonly op: 'unitNorm'; readonly axes: readonly number[]; readonly epsilon: number }
  /** Local response normalisation over 2·radius + 1 channels (Krizhevsky et al. 2012, § 3.3). */
  | {
      readonly op: 'localResponse';
      readonly radius: number;
      readonly bias: number;
      readonly alpha: number;
      readonly beta: number;
    }
  | { readonly op: 'merge'; readonly function: Arithmetic }
  | {
      readonly op: 'constant';
      readonly function: Arithmetic;
      /** The other operand; it broadcasts over the features. */
      readonly value: Tensor;
      /** True where the value comes first: value − x. */
      readonly first: boolean;
    }
  | { readonly op: 'concatenate'; readonly axis: number }
  | { readonly op: 'reduce'; readonly function: Reduction; readonly axes: readonly number[] }
  | { readonly op: 'flatten' }
  | { readonly op: 'reshape'; readonly to: readonly number[] }
  /** Axis i of the output is axis order[i] of the input. */
  | { readonly op: 'permute'; readonly order: readonly number[] }
  | {
      readonly op: 'pad';
      readonly mode: 'constant' | 'reflect' | 'symmetric' | 'edge';
      readonly value: number;
      /** Elements before and after each axis. */
      readonly amounts: readonly (readonly [number, number])[];
    }
  | {
      readonly op: 'slice';
      readonly begin: readonly number[];
      /** Elements kept along each axis, a `stride` apart. */
      readonly size: readonly number[];
      readonly strides: readonly number[];
    }
  | { readonly op: 'resample'; readonly rows: AxisResampling; readonly columns: AxisResampling };

/** An operation that has units: what can be visualised, read before its activation. */
export type UnitOperation = Extract<
  Operation,
  { readonly op: 'conv2d' | 'depthwiseConv2d' | 'convTranspose2d' | 'dense' }
>;

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

/** A layer that cannot be evaluated: it and what follows from it are left out. */
export interface Unsupported {
  readonly name: string;
  /** What the file calls it: a class or an operator. */
  readonly kind: string;
  /** Layers that it comes after. */
  readonly after: readonly string[];
  /** Why, where more is known than its kind. */
  readonly reason: string | null;
}

/**
 * What the model's own input is made of: pixels 0..1 times `scale` plus `offset`, one number for all channels or one
 * each. The network does this itself, so that its input is pixels 0..1 whatever the model expects.
 */
export interface InputScaling {
  readonly name: string;
  readonly scale: readonly number[];
  readonly offset: readonly number[];
  /** 'found' in the model's first layers, 'stated' by whoever opened it, or 'assumed'. */
  readonly source: 'found' | 'stated' | 'assumed';
}

/** A network ready to be evaluated. Nodes stand in an order in which each follows its inputs. */
export interface Network {
  readonly name: string;
  /** sha256 of the files that it was read from. */
  readonly sha256: string;
  readonly nodes: readonly Node[];
  readonly input: FeatureShape;
  /** True where the file leaves the input's height and width open. */
  readonly anySize: boolean;
  /** Class names in the order of the output's units. */
  readonly classes: readonly string[];
  readonly parameters: number;
  readonly scaling: InputScaling;
  readonly unsupported: readonly Unsupported[];
  /** Sentences about what is odd in the file, such as weights that are no numbers. */
  readonly warnings: readonly string[];
  dispose(): void;
}

/** Nodes by name, made once for each network. */
const indices = new WeakMap<Network, ReadonlyMap<string, Node>>();

/** The node of that name. Throws a RangeError for a name that the network does not have. */
export function nodeOf(network: Network, name: string): Node {
  let index = indices.get(network);
  if (index === undefined) {
    index = new Map(network.nodes.map((node) => [node.name, node]));
    indices.set(network, index);
  }
  const found = index.get(name);
  if (found === undefined) throw new RangeError(`The network has no node "${name}".`);
  return found;
}

/** The node that stands for the image. */
export function inputOf(network: Network): Node {
  const found = network.nodes.find(({ operation }) => operation.op === 'input');
  if (found === undefined) throw new RangeError('The network has no input.');
  return found;
}

/** The first node that `node` takes its input from. */
export function sourceOf(network: Network, node: Node): Node {
  const [first] = node.inputs;
  if (first === undefined) throw new RangeError(`"${node.name}" is the input.`);
  return nodeOf(network, first);
}

/** The nodes that `names` need, themselves included, in an order in which each follows its inputs. */
export function nodesFor(network: Network, names: readonly string[]): Node[] {
  const needed = new Set<Node>();
  const open = names.map((name) => nodeOf(network, name));
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (needed.has(node)) continue;
    needed.add(node);
    open.push(...node.inputs.map((name) => nodeOf(network, name)));
  }
  return network.nodes.filter((node) => needed.has(node));
}

/** The operation's own type where it has units, else null. */
export function unitOperation({ operation }: Node): UnitOperation | null {
  switch (operation.op) {
    case 'conv2d':
    case 'depthwiseConv2d':
    case 'convTranspose2d':
    case 'dense':
      return operation;
    default:
      return null;
  }
}

/** The nodes whose units can be visualised: convolutions and dense layers, read before their activation. */
export function unitLayers(network: Network): Node[] {
  return network.nodes.filter((node) => unitOperation(node) !== null);
}
