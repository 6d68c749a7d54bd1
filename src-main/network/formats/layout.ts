// Values of a file's own dimension order over nodes that keep channels last.
import type { Operation } from '../network';
import type { Features } from '../shapes';
import type { GraphBuilder } from './graph-builder';

/**
 * A value as its file sees it. Dimension i of the node's features is dimension `order[i]` of the file's, both without
 * the batch; a file that says channels, rows, columns has the order 1, 2, 0. Transposing costs nothing that way.
 */
export interface Value {
  readonly node: string;
  readonly dims: readonly number[];
  readonly order: readonly number[];
}

export const inOrder = (dims: readonly number[]): number[] => dims.map((_, axis) => axis);

/** Channels, rows, columns as the evaluator wants them. */
export const CHANNELS_FIRST = [1, 2, 0] as const;
export const CHANNELS_LAST = [0, 1, 2] as const;

/** Features of fewer than three dimensions stand with ones before them. */
export const padded = (dims: readonly number[]): number[] => [
  ...Array<number>(Math.max(0, 3 - dims.length)).fill(1),
  ...dims,
];

export const product = (dims: readonly number[]): number => dims.reduce((all, side) => all * side, 1);
const same = (a: readonly number[], b: readonly number[]): boolean => a.join() === b.join();

/**
 * The image that stands for the file's input: features of one dimension are channels, what has no channels has one, and
 * a single series of numbers is one row, so that what sees a part of it is given that part.
 */
export function inputImage(
  dims: readonly number[],
  imageOrder: readonly number[],
): { sides: number[]; order: readonly number[] } {
  const [first = 1, second = 1] = dims;
  if (dims.length === 3) return { sides: imageOrder.map((axis) => dims[axis] as number), order: imageOrder };
  if (dims.length === 1) return { sides: [1, 1, first], order: [0] };
  if (second === 1) return { sides: [1, first, 1], order: [0, 1] };
  if (first === 1) return { sides: [1, second, 1], order: [1, 0] };
  return { sides: [first, second, 1], order: [0, 1] };
}

/** Where a dimension of the file, negative ones counted from the end, stands among the node's. */
export function axisOf(value: Value, axis: number): number {
  const rank = value.dims.length;
  const at = value.order.indexOf(axis < 0 ? axis + rank : axis);
  if (at < 0) throw new RangeError(`there is no axis ${axis} in ${rank} dimensions`);
  return at + Math.max(0, 3 - rank);
}

/** The value laid out in another order, by a node of its own where it is not already. */
export function arrange(builder: GraphBuilder, value: Value, order: readonly number[], name: string): Value {
  if (order.length !== value.dims.length) {
    throw new RangeError(`it takes ${order.length} dimensions, not ${value.dims.length}`);
  }
  const shape = (by: readonly number[]): number[] => padded(by.map((axis) => value.dims[axis] as number));
  const now = shape(value.order);
  let { node } = value;
  if (!same(builder.shapeOf(node), now))
    node = builder.add(`${name}/arranged`, { op: 'reshape', to: now }, [node]);
  if (same(order, value.order)) return { ...value, node };
  // dimensions of 1 move for nothing
  const moving = (by: readonly number[]): number[] => by.filter((axis) => value.dims[axis] !== 1);
  if (same(moving(order), moving(value.order))) {
    const to = shape(order);
    const at = same(to, builder.shapeOf(node))
      ? node
      : builder.add(`${name}/arranged`, { op: 'reshape', to }, [node]);
    return { ...value, node: at, order };
  }
  const lead = Math.max(0, 3 - order.length);
  const permutation = [
    ...Array.from({ length: lead }, (_, i) => i),
    ...order.map((axis) => lead + value.order.indexOf(axis)),
  ];
  return {
    ...value,
    node: builder.add(`${name}/arranged`, { op: 'permute', order: permutation }, [node]),
    order,
  };
}

/** The value of a node that an operation made: its dimensions are read off the node's. */
export function valueOf(builder: GraphBuilder, node: string, order: readonly number[]): Value {
  const shape = builder.shapeOf(node).slice(-order.length);
  return { node, order, dims: order.map((_, axis) => shape[order.indexOf(axis)] as number) };
}

/** An operation element by element: the layout stays. */
export function elementwise(builder: GraphBuilder, name: string, operation: Operation, value: Value): Value {
  const placed = arrange(builder, value, value.order, name);
  return valueOf(builder, builder.add(name, operation, [placed.node]), value.order);
}

/** The same elements, row by row as the file counts them, in other dimensions. */
export function reshaped(builder: GraphBuilder, name: string, value: Value, dims: readonly number[]): Value {
  const order = inOrder(dims);
  const placed = same(moved(value), inOrder(moved(value)))
    ? value
    : arrange(builder, value, inOrder(value.dims), name);
  const to = padded(dims);
  const operation: Operation =
    dims.length === 1
      ? { op: 'flatten' }
      : same(builder.shapeOf(placed.node), to)
        ? { op: 'identity' }
        : { op: 'reshape', to };
  return { node: builder.add(name, operation, [placed.node]), dims, order };
}

/** The order of the dimensions that are not 1. */
function moved(value: Value): number[] {
  const axes = value.order.filter((axis) => value.dims[axis] !== 1);
  const sorted = [...axes].sort((a, b) => a - b);
  return axes.map((axis) => sorted.indexOf(axis));
}

/** A constant of the file's shape, ones put before missing dimensions, in the layout of a value; without the batch. */
export function constantIn(
  value: Value,
  constant: { readonly shape: readonly number[]; readonly data: Float32Array },
): { shape: number[]; data: Float32Array } {
  const rank = value.dims.length;
  const full = [...Array<number>(Math.max(0, rank - constant.shape.length)).fill(1), ...constant.shape];
  // what is longer by the batch has 1 there
  const dims = full.slice(full.length - rank);
  if (full.length > rank && product(full.slice(0, full.length - rank)) !== 1) {
    throw new RangeError(`a constant of shape ${constant.shape.join('×')} does not fit`);
  }
  const shape = value.order.map((axis) => dims[axis] as number);
  const strides = dims.map((_, axis) => product(dims.slice(axis + 1)));
  const data = new Float32Array(constant.data.length);
  const place = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    let from = 0;
    for (let j = 0; j < rank; j++)
      from += (place[j] as number) * (strides[value.order[j] as number] as number);
    data[i] = constant.data[from] as number;
    for (let j = rank - 1; j >= 0; j--) {
      place[j] = (place[j] as number) + 1;
      if ((place[j] as number) < (shape[j] as number)) break;
      place[j] = 0;
    }
  }
  return { shape, data };
}

/** Dimensions of a file's features, for messages and operations: unknown ones at the size that was chosen. */
export const show = (dims: Features): string => dims.join('×');
