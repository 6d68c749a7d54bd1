// ONNX operators that normalise, and those that reduce axes.
import type { Rank } from '@tensorflow/tfjs-node';
import type { Operation, Reduction } from '../../network';
import { reduceAxes } from '../image-operations';
import { arrange, axisOf, constantIn, inOrder, valueOf, type Value } from '../layout';
import { Context, type TranslateNode } from './context';

function batch(context: Context): Value {
  const { builder, name } = context;
  const value = context.value();
  if (context.int('training_mode', 0) === 1)
    throw new RangeError('it normalises by the batch, as in training');
  const epsilon = context.number('epsilon', 1e-5);
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((index) => context.constant(index).data) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const channels = value.dims[0] as number;
  if ([scale, bias, mean, variance].some((part) => part.length !== channels)) {
    throw new RangeError(`its statistics are not of ${channels} channels`);
  }
  const factor = scale.map((side, i) => side / Math.sqrt((variance[i] as number) + epsilon));
  const term = bias.map((side, i) => side - (mean[i] as number) * (factor[i] as number));
  const order = [...inOrder(value.dims).slice(1), 0];
  const placed = arrange(builder, value, order, name);
  const operation: Operation = {
    op: 'affine',
    scale: builder.weight<Rank.R1>(name, { shape: [channels], data: factor }),
    offset: builder.weight<Rank.R1>(name, { shape: [channels], data: term }),
  };
  return valueOf(builder, builder.add(name, operation, [placed.node]), order);
}

/** (x − mean) / deviation over some axes, counted without the batch, then scale and bias of the given shape. */
function normalise(
  context: Context,
  value: Value,
  axes: readonly number[],
  shapeOf: (data: Float32Array) => number[],
  groups = 1,
): Value {
  const { builder, name } = context;
  const placed =
    groups === 1
      ? arrange(builder, value, value.order, name)
      : arrange(builder, value, [...inOrder(value.dims).slice(1), 0], name);
  const part = (index: number) => {
    const given = context.optional(index);
    if (given === null) return null;
    const { shape, data } = constantIn(placed, { shape: shapeOf(given.data), data: given.data });
    return builder.weight(`${name}/${index}`, { shape, data });
  };
  const operation: Operation = {
    ...{ op: 'normalise', centred: true, groups, epsilon: context.number('epsilon', 1e-5) },
    axes: axes.map((axis) => axisOf(placed, axis)),
    scale: part(1),
    offset: part(2),
  };
  return valueOf(builder, builder.add(name, operation, [placed.node]), placed.order);
}

function instance(context: Context): Value {
  const value = context.value();
  const ones = value.dims.slice(1).map(() => 1);
  return normalise(context, value, inOrder(value.dims).slice(1), (data) => [data.length, ...ones]);
}

function layer(context: Context): Value {
  const value = context.value();
  const rank = value.dims.length;
  const first = context.axis(context.int('axis', -1), rank);
  const axes = inOrder(value.dims).slice(first);
  return normalise(context, value, axes, () => axes.map((axis) => value.dims[axis] as number));
}

function group(context: Context): Value {
  const value = context.value();
  const ones = value.dims.slice(1).map(() => 1);
  const groups = context.int('num_groups', 1);
  const channels = value.dims[0] as number;
  // before version 21 scale and bias were of groups
  const spread = (data: Float32Array): Float32Array =>
    data.length === channels
      ? data
      : Float32Array.from(
          { length: channels },
          (_, i) => data[Math.floor((i * groups) / channels)] as number,
        );
  const inputs = context.inputs.map((input, i) => {
    const given = i === 0 ? null : context.optional(i);
    return given === null ? input : { ...given, data: spread(given.data), shape: [channels] };
  });
  const wide = new Context(context.builder, context.name, context.node, context.opset, inputs);
  return normalise(wide, value, inOrder(value.dims), (data) => [data.length, ...ones], groups);
}

function lrn(context: Context): Value {
  const { builder, name } = context;
  const value = context.value();
  const size = context.int('size', 1);
  if (size % 2 !== 1) throw new RangeError(`it runs over ${size} channels, an even number`);
  const order = [...inOrder(value.dims).slice(1), 0];
  const placed = arrange(builder, value, order, name);
  const operation: Operation = {
    op: 'localResponse',
    radius: (size - 1) / 2,
    bias: context.number('bias', 1),
    alpha: context.number('alpha', 1e-4) / size,
    beta: context.number('beta', 0.75),
  };
  return valueOf(builder, builder.add(name, operation, [placed.node]), order);
}

function unit(context: Context): Value {
  const { builder, name } = context;
  const value = context.value();
  if (context.int('p', 2) !== 2) throw new RangeError('its norm is not the Euclidean one');
  const placed = arrange(builder, value, value.order, name);
  const axis = axisOf(placed, context.axis(context.int('axis', -1), value.dims.length));
  return valueOf(
    builder,
    builder.add(name, { op: 'unitNorm', axes: [axis], epsilon: 1e-24 }, [placed.node]),
    placed.order,
  );
}

const REDUCTIONS: Readonly<Record<string, Reduction>> = {
  ...{
    ReduceMean: 'mean',
    ReduceMax: 'max',
    ReduceMin: 'min',
    ReduceSum: 'sum',
    ReduceL1: 'l1',
    ReduceL2: 'l2',
  },
};

function reduce(context: Context, over: Reduction): Value {
  const value = context.value();
  const rank = value.dims.length;
  const stated = context.intsAt(1, 'axes');
  const axes =
    stated === null || stated.length === 0
      ? inOrder(value.dims)
      : stated.map((axis) => context.axis(axis, rank));
  return reduceAxes(
    context.builder,
    context.name,
    value,
    over,
    axes,
    context.int('keepdims', 1) === 1 || axes.length === rank,
  );
}

export const normalisationNode: TranslateNode = (context) => {
  const { kind } = context.node;
  if (Object.hasOwn(REDUCTIONS, kind)) return [reduce(context, REDUCTIONS[kind] as Reduction)];
  switch (kind) {
    case 'BatchNormalization':
      return [batch(context)];
    case 'InstanceNormalization':
      return [instance(context)];
    case 'LayerNormalization':
      return [layer(context)];
    case 'GroupNormalization':
      return [group(context)];
    case 'LRN':
      return [lrn(context)];
    case 'LpNormalization':
      return [unit(context)];
    default:
      return null;
  }
};
