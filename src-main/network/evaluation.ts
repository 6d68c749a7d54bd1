// Evaluates a network, or the part of it that some nodes need, on whole images or on windows inside them.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import type { Axis, Interval } from './geometry';
import { inputOf, nodeOf, nodesFor, type Network, type Node } from './network';
import { evaluate, evaluateInside } from './operations';
import { neededAlong, neededBy } from './placement';
import { receptiveField } from './receptive-field';

/** A value as [n, height, width, channels]: features of more dimensions have their first ones folded into one. */
function asImages(x: Tensor): Tensor4D {
  if (x.rank === 4) return x as Tensor4D;
  const [height = 1, width = 1] = x.shape.slice(-2);
  return x.reshape([x.shape[0], -1, height, width]);
}

/**
 * Evaluates nodes in their order, each by `step`, and disposes of each value once the last node that takes it is
 * done. Returns the values of `names`, in their order.
 */
export function evaluateNodes(
  nodes: readonly Node[],
  names: readonly string[],
  step: (node: Node, inputs: readonly Tensor[]) => Tensor,
): Tensor[] {
  const users = new Map<string, number>();
  const use = (name: string, more: number): number => {
    const count = (users.get(name) ?? 0) + more;
    users.set(name, count);
    return count;
  };
  for (const node of nodes) for (const input of node.inputs) use(input, 1);
  for (const name of names) use(name, 1);
  return tf.tidy(() => {
    const values = new Map<string, Tensor>();
    for (const node of nodes) {
      values.set(
        node.name,
        step(
          node,
          node.inputs.map((input) => values.get(input) as Tensor),
        ),
      );
      for (const input of node.inputs) if (use(input, -1) === 0) values.get(input)?.dispose();
    }
    return names.map((name) => values.get(name) as Tensor);
  });
}

/** What windows of one size need of every node, along rows and columns. */
type Plan = readonly [ReadonlyMap<string, Interval>, ReadonlyMap<string, Interval>];
const plans = new WeakMap<Network, Map<string, Plan>>();

/** How many outputs of a node a window of `size` pixels holds: at least one. */
function outputsWithin(network: Network, name: string, axis: Axis, size: number): Interval {
  const field = receptiveField(network, name);
  const along = axis === 0 ? field?.rows : field?.columns;
  if (along === undefined) throw new RangeError(`"${name}" sees the whole image.`);
  const length = (last: number): number => {
    const seen = neededAlong(network, name, axis, { first: 0, last })?.get(inputOf(network).name);
    return seen === undefined ? 0 : seen.last - seen.first + 1;
  };
  let last = Math.max(0, Math.floor((size - along.size) / along.stride));
  while (last > 0 && length(last) > size) last--;
  if (length(last) > size) {
    throw new RangeError(`A unit of "${name}" sees ${along.size} pixels; the window has ${size}.`);
  }
  return { first: 0, last };
}

/** The plan for windows [n, height, width, c]; outputs are named by position, or are as many as fit. */
export function planFor(
  network: Network,
  name: string,
  height: number,
  width: number,
  outputs?: readonly [Interval, Interval],
): Plan {
  const key = `${name} ${height} ${width} ${outputs === undefined ? 'all' : 'one'}`;
  let known = plans.get(network);
  if (known === undefined) plans.set(network, (known = new Map<string, Plan>()));
  let plan = known.get(key);
  if (plan === undefined) {
    plan = ([0, 1] as const).map((axis) => {
      const part = outputs?.[axis] ?? outputsWithin(network, name, axis, axis === 0 ? height : width);
      return neededAlong(network, name, axis, part);
    }) as unknown as Plan;
    known.set(key, plan);
  }
  return plan;
}

/** Cuts rows and columns `to` out of a value that holds `from`. */
function cut(x: Tensor, from: readonly [Interval, Interval], to: readonly [Interval, Interval]): Tensor {
  const offsets = to.map(({ first }, axis) => first - (from[axis] as Interval).first) as [number, number];
  const sizes = to.map(({ first, last }) => last - first + 1) as [number, number];
  if (x.shape[1] === sizes[0] && x.shape[2] === sizes[1]) return x;
  return x.slice([0, ...offsets, 0], [-1, ...sizes, -1]);
}

/** The part of node `name` that a plan says, for windows x. */
export function evaluateWindows(network: Network, x: Tensor4D, name: string, [rows, columns]: Plan): Tensor {
  const part = (node: string): [Interval, Interval] => [
    rows.get(node) as Interval,
    columns.get(node) as Interval,
  ];
  const step = (node: Node, inputs: readonly Tensor[]): Tensor => {
    const outputs = part(node.name);
    if (node.inputs.length === 0) {
      const from = outputs.map(({ first }) => ({ first, last: first })) as [Interval, Interval];
      return cut(x, from, outputs).clone();
    }
    const needed = node.inputs.map((input): [Interval, Interval] => [
      neededBy(network, node, input, 0, outputs[0]),
      neededBy(network, node, input, 1, outputs[1]),
    ]);
    const parts = inputs.map((input, i) =>
      cut(input, part(node.inputs[i] as string), needed[i] as [Interval, Interval]),
    );
    return evaluateInside(node.operation, parts, { outputs, inputs: needed[0] as [Interval, Interval] });
  };
  return evaluateNodes(nodesFor(network, [name]), [name], step)[0] as Tensor;
}

const whole =
  (x: Tensor4D) =>
  (node: Node, inputs: readonly Tensor[]): Tensor =>
    evaluate(node.operation, node.inputs.length === 0 ? [x] : inputs);

/**
 * The output of node `name` for images x [n, h, w, c]: [n, h', w', c'] (dense layers: [n, 1, 1, units]).
 * With `windowed`, x holds windows as they stand inside a large image, at least as large as the receptive field:
 * no layer pads, and the output has as many rows and columns as fit. Only the nodes that are needed are evaluated,
 * and what they leave on the way is freed.
 */
export function forward(network: Network, x: Tensor4D, name: string, windowed = false): Tensor4D {
  if (windowed) {
    const plan = planFor(network, name, x.shape[1], x.shape[2]);
    return asImages(evaluateWindows(network, x, name, plan));
  }
  nodeOf(network, name);
  return asImages(evaluateNodes(nodesFor(network, [name]), [name], whole(x))[0] as Tensor);
}

/** The outputs of several nodes for whole images x, in the order of `names`, each layer evaluated once. */
export function forwardAll(network: Network, x: Tensor4D, names: readonly string[]): Tensor4D[] {
  return tf.tidy(() => evaluateNodes(nodesFor(network, names), names, whole(x)).map(asImages));
}
