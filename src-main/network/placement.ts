// Which part of every node's output some outputs of one node need: the plan by which windows are evaluated.
import { viewOf, type Axis, type Interval } from './geometry';
import { nodeOf, nodesFor, type Network, type Node } from './network';

const union = (a: Interval | undefined, b: Interval): Interval =>
  a === undefined ? b : { first: Math.min(a.first, b.first), last: Math.max(a.last, b.last) };

/**
 * The part of every node's output, by name, that the outputs of `name` need along an axis, were the image without
 * end. Null when they see the whole image, or depend on their place in it.
 */
export function neededAlong(
  network: Network,
  name: string,
  axis: Axis,
  outputs: Interval,
): ReadonlyMap<string, Interval> | null {
  const needed = new Map<string, Interval>([[name, outputs]]);
  for (const node of nodesFor(network, [name]).reverse()) {
    for (const input of node.inputs) {
      const view = viewOf(node.operation, nodeOf(network, input).shape, node.shape, axis);
      if (view === null) return null;
      needed.set(input, union(needed.get(input), view.needs(needed.get(node.name) as Interval)));
    }
  }
  return needed;
}

/** What an input of a node must hold for the node's own part. */
export function neededBy(
  network: Network,
  node: Node,
  input: string,
  axis: Axis,
  outputs: Interval,
): Interval {
  const view = viewOf(node.operation, nodeOf(network, input).shape, node.shape, axis);
  if (view === null) throw new RangeError(`"${node.name}" sees the whole image.`);
  return view.needs(outputs);
}

/** Input elements from one output element of `name` to the next; null as in `neededAlong`. */
export function strideAlong(network: Network, name: string, axis: Axis): number | null {
  const strides = new Map<string, number>([[name, 1]]);
  let stride = 1;
  for (const node of nodesFor(network, [name]).reverse()) {
    const here = strides.get(node.name) as number;
    if (node.inputs.length === 0) stride = here;
    for (const input of node.inputs) {
      const view = viewOf(node.operation, nodeOf(network, input).shape, node.shape, axis);
      if (view === null) return null;
      strides.set(input, here * view.stride);
    }
  }
  return stride;
}
