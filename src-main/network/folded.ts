// A network with the scales and offsets behind its convolutions taken into their kernels: the same function in fewer passes.
import type { Rank, Tensor, Tensor1D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import { nodeOf, nodesFor, type Network, type Node, type Operation } from './network';

type Affine = Extract<Operation, { readonly op: 'affine' }>;
type Weighted = Extract<Operation, { readonly op: 'conv2d' | 'depthwiseConv2d' | 'dense' }>;

const isWeighted = (operation: Operation): operation is Weighted =>
  operation.op === 'conv2d' || operation.op === 'depthwiseConv2d' || operation.op === 'dense';

/** (x·kernel + bias)·scale + offset as x·(kernel·scale) + (bias·scale + offset); the tensors are new ones. */
function scaled(operation: Weighted, { scale, offset }: Affine, channels: number): Weighted {
  const [kernel, bias] = tf.tidy((): [Tensor, Tensor1D] => {
    const each = scale.broadcastTo<Rank.R1>([channels]);
    // outputs stand last; of a depthwise kernel they are its last two axes
    const along = operation.op === 'depthwiseConv2d' ? each.reshape(operation.kernel.shape.slice(2)) : each;
    const from = offset.broadcastTo<Rank.R1>([channels]);
    return [
      operation.kernel.mul(along),
      operation.bias === null ? from.clone() : operation.bias.mul(each).add<Tensor1D>(from),
    ];
  });
  return { ...operation, kernel, bias } as Weighted;
}

export interface Folded {
  readonly network: Network;
  /** Frees what was made for it; the network that it was made of stays. */
  dispose(): void;
}

/**
 * A network in which `layers`, and what they see, are as they were, but for rounding. A convolution or dense layer whose values go
 * to nothing but a scale and an offset, such as an inference's batch normalisation, is one node with them, under the
 * name of the last.
 */
export function folded(network: Network, layers: readonly string[]): Folded {
  const users = new Map<string, number>();
  for (const { inputs } of network.nodes) {
    for (const input of inputs) users.set(input, (users.get(input) ?? 0) + 1);
  }
  const joined = new Map<string, Node>();
  const gone = new Set<string>();
  const made: Weighted[] = [];
  for (const node of nodesFor(network, layers)) {
    const { operation, shape } = node;
    const [from] = node.inputs;
    if (operation.op !== 'affine' || from === undefined || layers.includes(from) || users.get(from) !== 1)
      continue;
    const source = joined.get(from) ?? nodeOf(network, from);
    if (!isWeighted(source.operation)) continue;
    const one = scaled(source.operation, operation, shape[2]);
    made.push(one);
    gone.add(from);
    joined.set(node.name, { ...node, operation: one, inputs: source.inputs });
  }
  if (made.length === 0) return { network, dispose: () => undefined };
  const nodes = network.nodes
    .filter(({ name }) => !gone.has(name))
    .map((node) => joined.get(node.name) ?? node);
  const dispose = (): void => {
    for (const { kernel, bias } of made) tf.dispose([kernel, bias as Tensor]);
  };
  return { network: { ...network, nodes, dispose }, dispose };
}
