// Evaluates one operation, on whole images or on windows inside them, differentiable in its inputs.
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import { activate } from './activations';
import { averagePool, conv2d, convTranspose2d, depthwiseConv2d, maxPool, relu } from './convolutions';
import type { Interval } from './geometry';
import type { Arithmetic, Operation, Reduction } from './network';
import { resamplingMatrix } from './resampling';

type Of<N extends Operation['op']> = Extract<Operation, { readonly op: N }>;

/** x [n, …] as [n, features]. */
export const flat = (x: Tensor): Tensor2D => x.reshape([x.shape[0], -1]);

function arithmetic(name: Arithmetic, a: Tensor, b: Tensor): Tensor {
  switch (name) {
    case 'add':
    case 'average':
      return a.add(b);
    case 'subtract':
      return a.sub(b);
    case 'multiply':
      return a.mul(b);
    case 'divide':
      return a.div(b);
    case 'maximum':
      return tf.maximum(a, b);
    case 'minimum':
      return tf.minimum(a, b);
    case 'power':
      return tf.pow(a, b);
  }
}

function merge(name: Arithmetic, inputs: readonly Tensor[]): Tensor {
  const all = inputs.reduce((sum, input) => arithmetic(name, sum, input));
  return name === 'average' ? all.div(inputs.length) : all;
}

function reduce(name: Reduction, x: Tensor, axes: readonly number[]): Tensor {
  const at = axes.map((axis) => axis + 1);
  switch (name) {
    case 'mean':
      return x.mean(at, true);
    case 'max':
      return x.max(at, true);
    case 'min':
      return x.min(at, true);
    case 'sum':
      return x.sum(at, true);
    case 'l1':
      return x.abs().sum(at, true);
    case 'l2':
      return x.square().sum(at, true).sqrt();
  }
}

function normalise(operation: Of<'normalise'>, x: Tensor): Tensor {
  const { groups, epsilon, scale, offset, centred } = operation;
  const channels = x.shape.at(-1) as number;
  const grouped = groups === 1 ? x : x.reshape([...x.shape.slice(0, -1), groups, channels / groups]);
  // with groups the last axis has become two, of which the mean is taken over the second
  const axes = operation.axes.map((axis) => axis + 1 + (groups > 1 && axis === x.rank - 2 ? 1 : 0));
  const middle = centred ? grouped.sub(grouped.mean(axes, true)) : grouped;
  const variance = middle.square().mean(axes, true);
  let y = middle.mul(variance.add(epsilon).rsqrt()).reshape(x.shape);
  if (scale !== null) y = y.mul(scale);
  return offset === null ? y : y.add(offset);
}

function pad({ mode, value, amounts }: Of<'pad'>, x: Tensor): Tensor {
  const all: [number, number][] = [
    [0, 0],
    ...amounts.map(([before, after]): [number, number] => [before, after]),
  ];
  if (mode === 'constant') return tf.pad(x, all, value);
  // tf.mirrorPad will not do: its gradient leaves out what is mirrored
  return all.reduce((padded, [before, after], axis) => {
    const size = x.shape[axis] as number;
    const skipped = mode === 'reflect' ? 1 : 0;
    const at = (distance: number, end: boolean): Tensor => {
      const inward = mode === 'edge' ? 0 : distance + skipped;
      const place = end ? size - 1 - inward : inward;
      return padded.slice(
        padded.shape.map((_, i) => (i === axis ? place : 0)),
        padded.shape.map((side, i) => (i === axis ? 1 : side)),
      );
    };
    if (before + after === 0) return padded;
    const first = Array.from({ length: before }, (_, i) => at(before - 1 - i, false));
    const last = Array.from({ length: after }, (_, i) => at(i, true));
    return tf.concat([...first, padded, ...last], axis);
  }, x.clone()); // a tensor of its own, since the input may be freed before it
}

/** Every stride-th element along an axis. */
export function every(x: Tensor, axis: number, stride: number): Tensor {
  if (stride === 1) return x;
  const size = x.shape[axis] as number;
  const count = Math.ceil(size / stride);
  const shape = x.shape;
  const padded = tf.pad(
    x,
    shape.map((_, i): [number, number] => [0, i === axis ? count * stride - size : 0]),
  );
  const outer = shape.slice(0, axis).reduce((product, side) => product * side, 1);
  const inner = shape.slice(axis + 1).reduce((product, side) => product * side, 1);
  return padded
    .reshape([outer, count, stride, inner])
    .slice([0, 0, 0, 0], [outer, count, 1, inner])
    .reshape(shape.map((side, i) => (i === axis ? count : side)));
}

function slice({ begin, size, strides }: Of<'slice'>, x: Tensor): Tensor {
  const extents = size.map((count, axis) => (count - 1) * (strides[axis] ?? 1) + 1);
  const part = x.slice([0, ...begin], [-1, ...extents]);
  return strides.reduce((y, stride, axis) => every(y, axis + 1, stride), part);
}

/** Rows and columns of x [n, h, w, c] mixed by matrices [h', h] and [w', w]. */
function mix(x: Tensor4D, rows: Tensor2D, columns: Tensor2D): Tensor4D {
  const [n, h, w, c] = x.shape;
  const [height, width] = [rows.shape[0], columns.shape[0]];
  const tall = tf.matMul(rows, x.reshape([n, h, w * c]));
  return tf.matMul(columns, tall.reshape([n * height, w, c])).reshape([n, height, width, c]);
}

function dense({ kernel, bias }: Of<'dense'>, x: Tensor): Tensor {
  const product = tf.matMul(flat(x), kernel);
  const value = bias === null ? product : product.add(bias);
  return value.reshape([x.shape[0], 1, 1, kernel.shape[1]]);
}

/** Softmax along any axis: tfjs knows the last alone. */
function softmax(x: Tensor, axis: number): Tensor {
  if (axis === x.rank - 1) return tf.softmax(x);
  const powers = x.sub(x.max(axis, true)).exp();
  return powers.div(powers.sum(axis, true));
}

/** The output of an operation for whole images: inputs and output [n, …]. */
export function evaluate(operation: Operation, inputs: readonly Tensor[]): Tensor {
  const x = inputs[0] as Tensor;
  switch (operation.op) {
    case 'input':
    case 'identity':
      return x.clone();
    case 'conv2d':
      return conv2d(x as Tensor4D, operation.kernel, operation.bias, operation.geometry, operation.groups);
    case 'depthwiseConv2d':
      return depthwiseConv2d(x as Tensor4D, operation.kernel, operation.bias, operation.geometry);
    case 'convTranspose2d': {
      const { kernel, bias, strides, dilations, crop, output, groups } = operation;
      return convTranspose2d(
        x as Tensor4D,
        kernel,
        bias,
        strides,
        dilations,
        { begin: crop, size: output },
        groups,
      );
    }
    case 'dense':
      return dense(operation, x);
    case 'maxPool':
      return maxPool(x as Tensor4D, operation.geometry);
    case 'averagePool':
      return averagePool(x as Tensor4D, operation.geometry, operation.countPadding);
    case 'relu':
      return relu(x);
    case 'softmax':
      return softmax(x, operation.axis === undefined ? x.rank - 1 : operation.axis + 1);
    case 'activation':
      return activate(operation.activation, x);
    case 'prelu':
      return relu(x).sub(relu(x.neg()).mul(operation.slope));
    case 'affine':
      return x.mul(operation.scale).add(operation.offset);
    case 'normalise':
      return normalise(operation, x);
    case 'unitNorm': {
      const squares = x.square().sum(
        operation.axes.map((axis) => axis + 1),
        true,
      );
      return x.mul(tf.maximum(squares, operation.epsilon).rsqrt());
    }
    case 'localResponse': {
      const { radius, bias, alpha, beta } = operation;
      return tf.localResponseNormalization(x as Tensor4D, radius, bias, alpha, beta);
    }
    case 'merge':
      return merge(operation.function, inputs);
    case 'constant': {
      const { value, first } = operation;
      return first ? arithmetic(operation.function, value, x) : arithmetic(operation.function, x, value);
    }
    case 'concatenate':
      return tf.concat([...inputs], operation.axis + 1);
    case 'reduce':
      return reduce(operation.function, x, operation.axes);
    case 'flatten':
      return x.reshape([x.shape[0], 1, 1, -1]);
    case 'reshape':
      return x.reshape([x.shape[0], ...operation.to]);
    case 'permute':
      return x.transpose([0, ...operation.order.map((axis) => axis + 1)]);
    case 'pad':
      return pad(operation, x);
    case 'slice':
      return slice(operation, x);
    case 'resample': {
      const { rows, columns } = operation;
      return mix(
        x as Tensor4D,
        resamplingMatrix(rows, 0, rows.output, 0, rows.input),
        resamplingMatrix(columns, 0, columns.output, 0, columns.input),
      );
    }
  }
}

/** A part of a node's output and the part of its input that it needs, rows then columns. */
export interface Placement {
  readonly outputs: readonly [Interval, Interval];
  readonly inputs: readonly [Interval, Interval];
}

const length = ({ first, last }: Interval): number => last - first + 1;

/**
 * Part of the output of an operation as it is inside a large image, where no padding is seen. The inputs hold just
 * the rows and columns that the placement says.
 */
export function evaluateInside(
  operation: Operation,
  inputs: readonly Tensor[],
  placement: Placement,
): Tensor {
  const x = inputs[0] as Tensor4D;
  const [rows, columns] = placement.outputs;
  const [above, beside] = placement.inputs;
  switch (operation.op) {
    case 'conv2d':
    case 'depthwiseConv2d':
    case 'maxPool':
      return evaluate({ ...operation, geometry: { ...operation.geometry, padding: 'valid' } } as Operation, [
        x,
      ]);
    case 'averagePool':
      return averagePool(x, { ...operation.geometry, padding: 'valid' });
    case 'convTranspose2d': {
      const { kernel, bias, strides, dilations, crop, groups } = operation;
      const begin = [
        rows.first + crop[0] - above.first * strides[0],
        columns.first + crop[1] - beside.first * strides[1],
      ] as const;
      const size = [length(rows), length(columns)] as const;
      return convTranspose2d(x, kernel, bias, strides, dilations, { begin, size }, groups);
    }
    case 'pad':
      return pad(
        { ...operation, amounts: operation.amounts.map((amount, axis) => (axis < 2 ? [0, 0] : amount)) },
        x,
      );
    case 'slice': {
      const size = [length(rows), length(columns), operation.size[2] ?? 1];
      return slice({ ...operation, begin: [0, 0, operation.begin[2] ?? 0], size }, x);
    }
    case 'resample':
      return mix(
        x,
        resamplingMatrix(operation.rows, rows.first, length(rows), above.first, length(above)),
        resamplingMatrix(operation.columns, columns.first, length(columns), beside.first, length(beside)),
      );
    default:
      return evaluate(operation, inputs);
  }
}
