// TensorFlow's operators of ordinary CNNs, channels last, the converter's fused ones included.
import type { Arithmetic, Operation, Reduction } from '../../network';
import type { AxisResampling } from '../../resampling';
import { reduceAxes } from '../image-operations';
import { arrange, CHANNELS_LAST, elementwise, inOrder, reshaped, valueOf, type Value } from '../layout';
import { isConstant, type Operand } from '../onnx/context';
import { withConstant } from '../onnx/pointwise';
import { folded } from './folding';
import type { NodeContext } from './graph';
import { shapingNode } from './shaping';
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
  if (context.inputs.length === 0) throw new RangeError('it has no inputs');
  const values = context.inputs.map((_, i) => context.value(i));
  const rank = Math.max(...values.map(({ dims }) => dims.length));
  // fewer dimensions count from the end: ones come before them
  const even = values.map((value) => {
    const missing = Array<number>(rank - value.dims.length).fill(1);
    return missing.length === 0
      ? value
      : reshaped(context.builder, `${context.name}/even`, value, [...missing, ...value.dims]);
  });
  const { order } = even[0] as Value;
  const nodes = even.map((value) => arrange(context.builder, value, order, context.name).node);
  return valueOf(
    context.builder,
    context.builder.add(context.name, { op: 'merge', function: name }, nodes),
    order,
  );
}

function reduce(context: NodeContext, over: Reduction): Value {
  const value = context.value();
  const axes = [...context.constant(1).data].map((axis) => context.axis(axis, value.dims.length));
  const keep = context.flag('keep_dims') || axes.length === value.dims.length;
  return reduceAxes(context.builder, context.name, value, over, axes, keep);
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

/** The output of an operator, or its outputs where it has several; null for one that is not known. */
export function translateNode(context: NodeContext): Operand | Operand[] | null {
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
    case 'Pad':
    case 'PadV2':
    case 'MirrorPad':
      return pad(context);
    case 'ResizeBilinear':
      return resize(context, 'linear');
    case 'ResizeNearestNeighbor':
      return resize(context, 'nearest');
    case 'SpaceToBatchND':
      return toBlocks(context);
    case 'BatchToSpaceND':
      return fromBlocks(context);
    default:
      return shapingNode(context);
  }
}
