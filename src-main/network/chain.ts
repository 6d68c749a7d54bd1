// A chain of layers with its way back written out: the tape's gradients for fewer and greater kernels, without the tape.
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node';
import * as k from './kernels';
import { pooled } from './max-pool';
import { nodeOf, nodesFor, sourceOf, type Network, type Node, type Operation } from './network';
import { flat } from './operations';
import { windowOf } from './receptive-field';

/** A value with the way back: dy of its shape to the gradient in what it was made of. */
export interface Passed {
  readonly y: Tensor;
  readonly gradient: (dy: Tensor) => Tensor;
}

/** One step of the way, of x [n, …]. What it makes belongs to the caller's scope. */
export type Stage = (x: Tensor) => Passed;

/**
 * The nodes below layer `name`, the input first, when each feeds the next alone and the layer's units are weighed as
 * they stand: a dense layer, or an undilated convolution on its window. Null for any other layer.
 */
export function chainBelow(network: Network, name: string): Node[] | null {
  const node = nodeOf(network, name);
  const { operation } = node;
  const plain =
    operation.op === 'dense' ||
    (operation.op === 'conv2d' && isPlain(operation) && !windowOf(network, name).whole);
  if (!plain || node.inputs.length !== 1) return null;
  const nodes = nodesFor(network, [sourceOf(network, node).name]);
  const chained = nodes.every(({ inputs }, i) =>
    i === 0 ? inputs.length === 0 : inputs.length === 1 && inputs[0] === nodes[i - 1]?.name,
  );
  return chained ? nodes : null;
}

/** True for a convolution whose gradient is one kernel: no groups, no dilation. */
export const isPlain = ({ groups, geometry }: Extract<Operation, { op: 'conv2d' }>): boolean =>
  (groups ?? 1) === 1 && geometry.dilations.every((dilation) => dilation === 1);

/** A geometry on whole images, or as it is inside one, where no padding is seen. */
export const inside = <G extends { readonly padding: k.Padding }>(geometry: G, windowed: boolean): G =>
  windowed ? { ...geometry, padding: 'valid' } : geometry;

/** A stage, and whether it rises with its operand element by element, or takes maxima. */
interface Kind {
  readonly stage: Stage;
  readonly kind?: 'rising' | 'maximum';
}

const relu: Kind = {
  kind: 'rising',
  stage: (x) => {
    const y = k.relu(x);
    return { y, gradient: (dy) => k.reluGradient(dy, y) };
  },
};

const nothing: Kind = { stage: (x) => ({ y: x, gradient: (dy) => dy }) };

const flatten: Kind = { stage: (x) => ({ y: flat(x), gradient: (dy) => dy.reshape(x.shape) }) };

/** Adding a bias along the last axis, or one number. */
const bias = (values: Tensor1D | null): Kind[] =>
  values === null
    ? []
    : [
        {
          kind: 'rising',
          stage: (x) => ({
            y: values.size === 1 ? x.add(values) : k.biasAdd(x, values),
            gradient: (dy) => dy,
          }),
        },
      ];

/** The stages of one operation; null where none are written. */
function kindsOf(operation: Operation, windowed: boolean): Kind[] | null {
  switch (operation.op) {
    case 'input':
    case 'identity':
      return [nothing];
    case 'flatten':
      return [flatten];
    case 'relu':
      return [relu];
    case 'maxPool': {
      const geometry = inside(operation.geometry, windowed);
      const stage: Stage = (x) => pooled(x as Tensor4D, geometry) as Passed;
      return [{ kind: 'maximum', stage }];
    }
    case 'conv2d': {
      if (!isPlain(operation)) return null;
      const { kernel } = operation;
      const geometry = inside(operation.geometry, windowed);
      const stage: Stage = (x) => ({
        y: k.conv2d(x as Tensor4D, kernel, geometry),
        gradient: (dy) => k.conv2dInputGradient((x as Tensor4D).shape, kernel, dy as Tensor4D, geometry),
      });
      return [{ stage }, ...bias(operation.bias)];
    }
    case 'dense': {
      const { kernel } = operation;
      const stage: Stage = (x) => ({
        y: k.matMul(flat(x), kernel),
        gradient: (dy) => k.matMul(flat(dy), kernel, false, true).reshape(x.shape),
      });
      return [{ stage }, ...bias(operation.bias)];
    }
    case 'affine': {
      const { scale, offset } = operation;
      return [{ stage: (x) => ({ y: x.mul(scale), gradient: (dy) => dy.mul(scale) }) }, ...bias(offset)];
    }
    default:
      return null;
  }
}

/** True for nodes that are affine in their input. */
export const isAffine = ({ operation }: Node): boolean =>
  operation.op !== 'relu' && operation.op !== 'maxPool';

/**
 * The stages of a chain on whole images, or on windows inside them; null when a node is not written out. With
 * `convolved` the first node is a convolution of which only the bias is left to do: that stage did the rest. What
 * rises with its operand (bias, ReLU) commutes with a maximum and is done after it, on fewer elements: the value
 * and its gradient are the same.
 */
export function stagesOf(nodes: readonly Node[], windowed: boolean, convolved?: Stage): Stage[] | null {
  const kinds: Kind[] = [];
  for (const { operation } of nodes) {
    const next = kindsOf(operation, windowed);
    if (next === null) return null;
    if (convolved !== undefined && kinds.length === 0) next[0] = { stage: convolved };
    for (const kind of next) {
      let place = kinds.length;
      while (kind.kind === 'maximum' && kinds[place - 1]?.kind === 'rising') place--;
      kinds.splice(place, 0, kind);
    }
  }
  return kinds.map(({ stage }) => stage);
}
