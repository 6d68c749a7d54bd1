// Convolutions, pools and their kin in the terms that ONNX and TensorFlow graphs share.
import type { Rank, Tensor1D } from '@tensorflow/tfjs-node';
import { reach } from '../convolutions';
import type { ExplicitPadding, Padding } from '../kernels';
import type { Operation } from '../network';
import type { GraphBuilder } from './graph-builder';
import { arrange, axisOf, inOrder, padded, product, reshaped, valueOf, type Value } from './layout';
import type { Weight } from './weights';

type Pair = readonly [number, number];

export interface WindowGeometry {
  readonly strides: Pair;
  readonly padding: Padding;
  readonly dilations: Pair;
}

/** The order of image features where channels stand first or last in the file; a sequence is an image of one row. */
export function imageOrderOf({ dims }: Value, channelsFirst: boolean): number[] {
  if (dims.length < 2 || dims.length > 3) throw new RangeError(`it takes images, not ${dims.join('×')}`);
  const axes = inOrder(dims);
  return channelsFirst ? [...axes.slice(1), 0] : axes;
}

/** A weight with its axes in another order, in memory. */
export function transposeWeight({ shape, data }: Weight, order: readonly number[]): Weight {
  const strides = shape.map((_, axis) => product(shape.slice(axis + 1)));
  const to = order.map((axis) => shape[axis] as number);
  const steps = order.map((axis) => strides[axis] as number);
  const out = new Float32Array(data.length);
  const place = to.map(() => 0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from] as number;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      place[axis] = (place[axis] as number) + 1;
      from += steps[axis] as number;
      if ((place[axis] as number) < (to[axis] as number)) break;
      from -= (steps[axis] as number) * (to[axis] as number);
      place[axis] = 0;
    }
  }
  return { shape: to, data: out };
}

export interface Convolution extends WindowGeometry {
  /** [kernel rows, kernel columns, channels in / groups, channels out] */
  readonly kernel: Weight;
  readonly bias: Weight | null;
  readonly groups: number;
}

/** A convolution; one whose groups are single channels is a depthwise one. */
export function convolve(
  builder: GraphBuilder,
  name: string,
  value: Value,
  channelsFirst: boolean,
  about: Convolution,
): Value {
  const order = imageOrderOf(value, channelsFirst);
  const placed = arrange(builder, value, order, name);
  const { kernel, bias, groups, strides, padding, dilations } = about;
  const [rows = 1, columns = 1, within = 1, filters = 1] = kernel.shape;
  const channels = builder.shapeOf(placed.node).at(-1) as number;
  const geometry = { strides, padding, dilations };
  const biases = bias === null ? null : biasOf(builder, name, bias, filters);
  let operation: Operation;
  if (groups > 1 && groups === channels && within === 1 && filters % channels === 0) {
    const shape = [rows, columns, channels, filters / channels];
    operation = {
      op: 'depthwiseConv2d',
      kernel: builder.weight<Rank.R4>(`${name}/kernel`, { shape, data: kernel.data }),
      bias: biases,
      geometry,
    };
  } else {
    operation = {
      op: 'conv2d',
      kernel: builder.weight<Rank.R4>(`${name}/kernel`, kernel),
      bias: biases,
      geometry,
      groups,
    };
  }
  return valueOf(builder, builder.add(name, operation, [placed.node]), order);
}

function biasOf(builder: GraphBuilder, name: string, bias: Weight, units: number): Tensor1D {
  if (bias.data.length !== units)
    throw new RangeError(`its bias has ${bias.data.length} values, not ${units}`);
  return builder.weight<Rank.R1>(`${name}/bias`, { shape: [units], data: bias.data });
}

/** A matrix product along the last axis with [inputs, units]. */
export function multiplyMatrix(
  builder: GraphBuilder,
  name: string,
  value: Value,
  matrix: Weight,
  bias: Weight | null,
): Value {
  const [inputs = 0, units = 0] = matrix.shape;
  const rank = value.dims.length;
  if (rank > 3 || matrix.shape.length !== 2) throw new RangeError('its matrices have too many dimensions');
  const placed = arrange(builder, value, inOrder(value.dims), name);
  const biases = bias === null ? null : biasOf(builder, name, bias, units);
  const operation: Operation =
    rank === 1
      ? { op: 'dense', kernel: builder.weight<Rank.R2>(`${name}/kernel`, matrix), bias: biases }
      : {
          op: 'conv2d',
          kernel: builder.weight<Rank.R4>(`${name}/kernel`, {
            shape: [1, 1, inputs, units],
            data: matrix.data,
          }),
          bias: biases,
          geometry: { strides: [1, 1], padding: 'valid', dilations: [1, 1] },
        };
  return valueOf(builder, builder.add(name, operation, [placed.node]), placed.order);
}

export interface Transposed {
  /** [kernel rows, kernel columns, channels out / groups, channels in] */
  readonly kernel: Weight;
  readonly bias: Weight | null;
  readonly strides: Pair;
  readonly dilations: Pair;
  readonly groups: number;
  /** Rows and columns of the full output before the first that is kept; the output's height and width. */
  readonly crop: Pair;
  readonly output: Pair;
}

export function convolveTransposed(
  builder: GraphBuilder,
  name: string,
  value: Value,
  channelsFirst: boolean,
  about: Transposed,
): Value {
  const order = imageOrderOf(value, channelsFirst);
  const placed = arrange(builder, value, order, name);
  const { kernel, bias, ...geometry } = about;
  const operation: Operation = {
    ...{ op: 'convTranspose2d', ...geometry },
    kernel: builder.weight<Rank.R4>(`${name}/kernel`, kernel),
    bias: bias === null ? null : biasOf(builder, name, bias, (kernel.shape[2] ?? 1) * about.groups),
  };
  return valueOf(builder, builder.add(name, operation, [placed.node]), order);
}

/** A pool over windows. */
export function pool(
  builder: GraphBuilder,
  name: string,
  value: Value,
  channelsFirst: boolean,
  op: 'maxPool' | 'averagePool',
  { size, strides, padding }: { size: Pair; strides: Pair; padding: Padding },
  countPadding?: ExplicitPadding,
): Value {
  const order = imageOrderOf(value, channelsFirst);
  const placed = arrange(builder, value, order, name);
  const geometry = { size, strides, padding };
  const counted = op === 'averagePool' && countPadding !== undefined ? { countPadding } : {};
  return valueOf(builder, builder.add(name, { op, geometry, ...counted }, [placed.node]), order);
}

/** Zeros before and after for SAME with the odd one before (ONNX's SAME_LOWER). */
export function sameLower(input: Pair, window: Pair, strides: Pair, dilations: Pair): ExplicitPadding {
  const total = input.map((side, axis) => {
    const [stride, taps] = [
      strides[axis] as number,
      reach(window[axis] as number, dilations[axis] as number),
    ];
    return Math.max(0, (Math.ceil(side / stride) - 1) * stride + taps - side);
  });
  const [rows = 0, columns = 0] = total;
  return [Math.ceil(rows / 2), Math.floor(rows / 2), Math.ceil(columns / 2), Math.floor(columns / 2)];
}

/** Reduces axes of the file's dimensions, counted without the batch; `keep` leaves them as ones. */
export function reduceAxes(
  builder: GraphBuilder,
  name: string,
  value: Value,
  over: Extract<Operation, { op: 'reduce' }>['function'],
  axes: readonly number[],
  keep: boolean,
): Value {
  const placed = arrange(builder, value, value.order, name);
  const at = axes.map((axis) => axisOf(placed, axis));
  const node = builder.add(name, { op: 'reduce', function: over, axes: at }, [placed.node]);
  const dims = value.dims.map((side, axis) => (axes.includes(axis) ? 1 : side));
  const reduced: Value = { node, dims, order: placed.order };
  if (keep) return reduced;
  const left = dims.filter((_, axis) => !axes.includes(axis));
  return squeezed(builder, name, reduced, left, axes);
}

/** Takes dimensions of 1 out; where the node already holds them so, nothing is added. */
export function squeezed(
  builder: GraphBuilder,
  name: string,
  value: Value,
  dims: readonly number[],
  axes: readonly number[],
): Value {
  const kept = value.order.filter((axis) => !axes.includes(axis));
  const sorted = [...kept].sort((a, b) => a - b);
  const order = kept.map((axis) => sorted.indexOf(axis));
  const shape = padded(order.map((axis) => dims[axis] as number));
  if (shape.join() === builder.shapeOf(value.node).join()) return { node: value.node, dims, order };
  return reshaped(builder, `${name}/squeezed`, value, dims);
}
