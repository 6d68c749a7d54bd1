// TensorFlow's operators of ordinary CNNs, channels last, the converter's fused ones included.
import type { Arithmetic, Operation, Reduction } from '../../network';
import type { AxisResampling } from '../../resampling';
import { reduceAxes, squeezed } from '../image-operations';
import {
  arrange,
  axisOf,
  CHANNELS_LAST,
  elementwise,
  inOrder,
  reshaped,
  valueOf,
  type Value,
} from '../layout';
import { isConstant, type Operand } from '../onnx/context';
import { withConstant } from '../onnx/pointwise';
import { reshapeTo } from '../onnx/shaping';
import { folded } from './folding';
import type { NodeContext } from './graph';
import { of, rectified, UNARY } from './unary';
import { batchNorm, conv, fromBlocks, matMul, pooled, prelu, toBlocks, transposed } from './windows';

type Pair = [number, number];
const BINARY: Readonly<Record<string, Arithmetic>> = {
  ...{
    Add: 'add',
    AddV2: 'add',
    BiasAdd: 'add',
    Sub: 'subtract',
    Mul: 'multiply',
    RealDiv: 'divide',
    Div: 'divide',
  },
  ...{ Maximum: 'maximum', Minimum: 'minimum', Pow: 'power', AddN: 'add' },
};
const REDUCTIONS: Readonly<Record<string, Reduction>> = { Mean: 'mean', Max: 'max', Min: 'min', Sum: 'sum' };

function binary(context: NodeContext, name: Arithmetic): Value {
  const [a, b] = context.inputs;
  if (isConstant(a)) return withConstant(context, name, context.value(1), a, true);
  if (isConstant(b)) return withConstant(context, name, context.value(0), b, false);
  const values = context.inputs.map((_, i) => context.value(i));
  const [first] = values as [Value];
  if (values.some(({ dims }) => dims.length !== first.dims.length))
    throw new RangeError('its inputs have different dimensions');
  const nodes = values.map((value) => arrange(context.builder, value, first.order, context.name).node);
  return valueOf(
    context.builder,
    context.builder.add(context.name, { op: 'merge', function: name }, nodes),
    first.order,
  );
}

function reduce(context: NodeContext, over: Reduction): Value {
  const value = context.value();
  const axes = [...context.constant(1).data].map((axis) => context.axis(axis, value.dims.length));
  const keep = context.flag('keep_dims') || axes.length === value.dims.length;
  return reduceAxes(context.builder, context.name, value, over, axes, keep);
}

function concat(context: NodeContext): Value {
  const { builder, name, inputs } = context;
  const values = inputs.slice(0, -1).map((_, i) => context.value(i));
  const [first] = values;
  if (first === undefined) throw new RangeError('it has no inputs');
  const axis = context.axis(context.constant(inputs.length - 1).data[0] ?? -1, first.dims.length);
  const placed = values.map((value) => arrange(builder, value, first.order, name));
  const at = axisOf(placed[0] as Value, axis);
  return valueOf(
    builder,
    builder.add(
      name,
      { op: 'concatenate', axis: at },
      placed.map(({ node }) => node),
    ),
    first.order,
  );
}

function pad(context: NodeContext): Value {
  const { builder, name, node } = context;
  const value = context.value();
  const placed = arrange(builder, value, inOrder(value.dims), name);
  const amounts = [...context.constant(1).data];
  if (amounts[0] !== 0 || amounts[1] !== 0) throw new RangeError('it pads the batch');
  const lead = Array.from({ length: Math.max(0, 3 - value.dims.length) }, (): Pair => [0, 0]);
  const mode =
    node.op === 'MirrorPad'
      ? context.text('mode', 'REFLECT') === 'SYMMETRIC'
        ? 'symmetric'
        : 'reflect'
      : 'constant';
  const operation: Operation = {
    ...{ op: 'pad', mode },
    value: node.op === 'PadV2' ? (context.constant(2).data[0] ?? 0) : 0,
    amounts: [
      ...lead,
      ...value.dims.map((_, axis): Pair => [amounts[2 * axis + 2] ?? 0, amounts[2 * axis + 3] ?? 0]),
    ],
  };
  return valueOf(builder, builder.add(name, operation, [placed.node]), placed.order);
}

function resize(context: NodeContext, method: 'nearest' | 'linear'): Value {
  const { builder, name } = context;
  const placed = arrange(builder, context.value(), CHANNELS_LAST, name);
  const sizes = context.constant(1).data;
  const [corners, half] = [context.flag('align_corners'), context.flag('half_pixel_centers')];
  const along = (axis: 0 | 1): AxisResampling => {
    const [input, output] = [placed.dims[axis] as number, sizes[axis] ?? 1];
    const step = corners && output > 1 ? (input - 1) / (output - 1) : input / output;
    const rounding = corners ? 'halfUp' : 'floor';
    return {
      input,
      output,
      method,
      step,
      rounding,
      origin: half ? 0.5 : 0,
      offset: half && method === 'linear' ? -0.5 : 0,
    };
  };
  return valueOf(
    builder,
    builder.add(name, { op: 'resample', rows: along(0), columns: along(1) }, [placed.node]),
    CHANNELS_LAST,
  );
}

/** Operators of one image, or null for one that is not known. */
export function translateNode(context: NodeContext): Operand | null {
  const { builder, name, node } = context;
  const { op } = node;
  const known = folded(context);
  if (known !== null) return known;
  if (Object.hasOwn(UNARY, op)) {
    const [input] = context.inputs;
    return isConstant(input) ? input : elementwise(builder, name, UNARY[op] as Operation, context.value());
  }
  if (Object.hasOwn(BINARY, op)) return binary(context, BINARY[op] as Arithmetic);
  if (Object.hasOwn(REDUCTIONS, op)) return reduce(context, REDUCTIONS[op] as Reduction);
  switch (op) {
    case 'Conv2D':
    case '_FusedConv2D':
      return conv(context, false);
    case 'DepthwiseConv2dNative':
    case 'FusedDepthwiseConv2dNative':
      return conv(context, true);
    case 'Conv2DBackpropInput':
      return transposed(context);
    case 'MatMul':
    case '_FusedMatMul':
    case 'BatchMatMulV2':
      return matMul(context);
    case 'MaxPool':
      return pooled(context, 'maxPool');
    case 'AvgPool':
      return pooled(context, 'averagePool');
    case 'FusedBatchNorm':
    case 'FusedBatchNormV2':
    case 'FusedBatchNormV3':
      return batchNorm(context);
    case 'LeakyRelu':
      return elementwise(builder, name, rectified(context.float('alpha', 0.2), Infinity), context.value());
    case 'Prelu':
      return prelu(context, name, context.value(), 1);
    case 'ClipByValue':
      return elementwise(
        builder,
        name,
        of({ name: 'clip', min: context.constant(1).data[0] ?? 0, max: context.constant(2).data[0] ?? 1 }),
        context.value(),
      );
    case 'Softmax': {
      const placed = arrange(builder, context.value(), inOrder(context.value().dims), name);
      return elementwise(builder, name, { op: 'softmax' }, placed);
    }
    case 'ConcatV2':
      return concat(context);
    case 'Pad':
    case 'PadV2':
    case 'MirrorPad':
      return pad(context);
    case 'Reshape':
      return reshaped(
        builder,
        name,
        context.value(),
        reshapeTo(context.value(), [...context.constant(1).data], true),
      );
    case 'Squeeze': {
      const value = context.value();
      const stated = context.ints('squeeze_dims');
      const axes =
        stated.length === 0
          ? inOrder(value.dims).filter((axis) => value.dims[axis] === 1)
          : stated.map((axis) => context.axis(axis, value.dims.length));
      const dims = value.dims.filter((_, axis) => !axes.includes(axis));
      return dims.length === 0 ? value : squeezed(builder, name, value, dims, axes);
    }
    case 'Transpose': {
      const value = context.value();
      const [batch, ...rest] = context.constant(1).data;
      const to = rest.map((axis) => axis - 1);
      if (batch !== 0 || to.length !== value.dims.length) throw new RangeError('it moves the batch');
      const placed = arrange(builder, value, value.order, name);
      return {
        node: placed.node,
        dims: to.map((axis) => value.dims[axis] as number),
        order: placed.order.map((axis) => to.indexOf(axis)),
      };
    }
    case 'ResizeBilinear':
      return resize(context, 'linear');
    case 'ResizeNearestNeighbor':
      return resize(context, 'nearest');
    case 'SpaceToBatchND':
      return toBlocks(context);
    case 'BatchToSpaceND':
      return fromBlocks(context);
    default:
      return null;
  }
}
