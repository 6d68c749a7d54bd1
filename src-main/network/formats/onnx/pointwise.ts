// ONNX operators that work element by element, of one tensor or of two.
import type { Activation, PlainActivation } from '../../activations';
import type { Arithmetic, Operation } from '../../network';
import { arrange, axisOf, constantIn, elementwise, inOrder, product, valueOf, type Value } from '../layout';
import { isConstant, type Context, type Operand, type TranslateNode } from './context';

const PLAIN: Readonly<Record<string, PlainActivation>> = {
  ...{ Sigmoid: 'sigmoid', Tanh: 'tanh', Softplus: 'softplus', Softsign: 'softsign', HardSwish: 'hardSilu' },
  ...{
    Mish: 'mish',
    Exp: 'exponential',
    Log: 'log',
    Sqrt: 'squareRoot',
    Reciprocal: 'reciprocal',
    Abs: 'absolute',
  },
  ...{ Neg: 'negative', Sin: 'sine', Cos: 'cosine', Erf: 'erf', Swish: 'silu' },
};
const BINARY: Readonly<Record<string, Arithmetic>> = {
  ...{ Add: 'add', Sub: 'subtract', Mul: 'multiply', Div: 'divide', Pow: 'power' },
  ...{ Max: 'maximum', Min: 'minimum', Sum: 'add', Mean: 'average' },
};

/** Limits of Clip: attributes in old files, inputs in new ones. */
function limit(context: Context, index: number, name: string, fallback: number): number {
  const given = context.optional(index);
  return given?.data[0] ?? context.number(name, fallback);
}

function activationOf(context: Context): Activation | null {
  const { kind } = context.node;
  const name = Object.hasOwn(PLAIN, kind) ? PLAIN[kind] : undefined;
  if (name !== undefined) return { name };
  switch (kind) {
    case 'Clip':
      return { name: 'clip', min: limit(context, 1, 'min', -3.4e38), max: limit(context, 2, 'max', 3.4e38) };
    case 'LeakyRelu':
      return { name: 'rectified', slope: context.number('alpha', 0.01), max: Infinity, threshold: 0 };
    case 'Elu':
      return { name: 'elu', alpha: context.number('alpha', 1) };
    case 'Celu':
      return { name: 'celu', alpha: context.number('alpha', 1) };
    case 'Selu':
      return {
        name: 'selu',
        alpha: context.number('alpha', 1.6732632423543772),
        gamma: context.number('gamma', 1.0507009873554805),
      };
    case 'HardSigmoid':
      return { name: 'hardSigmoid', slope: context.number('alpha', 0.2), shift: context.number('beta', 0.5) };
    case 'ThresholdedRelu':
      return { name: 'threshold', threshold: context.number('alpha', 1), otherwise: 0 };
    case 'Gelu':
      return { name: context.text('approximate', 'none') === 'tanh' ? 'geluTanh' : 'gelu' };
    case 'Shrink': {
      const [threshold, bias] = [context.number('lambd', 0.5), context.number('bias', 0)];
      if (bias !== 0 && bias !== threshold) throw new RangeError(`its bias is ${bias}`);
      return { name: bias === 0 ? 'hardShrink' : 'softShrink', threshold };
    }
    default:
      return null;
  }
}

/** A tensor and a constant of the file's shape. */
export function withConstant(
  context: Pick<Context, 'builder' | 'name'>,
  name: Arithmetic,
  value: Value,
  given: { readonly shape: readonly number[]; readonly data: Float32Array },
  first: boolean,
): Value {
  const { builder } = context;
  // a constant of more dimensions than the value, the batch aside, adds dimensions to it: that is not done
  if (given.shape.length > value.dims.length + 1)
    throw new RangeError('its constant has more dimensions than its input');
  const placed = arrange(builder, value, value.order, context.name);
  const { shape, data } = constantIn(placed, given);
  const operation: Operation = {
    ...{ op: 'constant', function: name, first },
    value: builder.weight(`${context.name}/constant`, { shape: data.length === 1 ? [1] : shape, data }),
  };
  return valueOf(builder, builder.add(context.name, operation, [placed.node]), placed.order);
}

function combine(context: Context, name: Arithmetic): Value {
  const { builder } = context;
  const operands = context.inputs.filter((input): input is Operand => input !== null);
  const values = operands.filter((operand): operand is Value => !isConstant(operand));
  const given = operands.filter(isConstant);
  const [first] = values;
  if (first === undefined) throw new RangeError('nothing of it comes from the image');
  if (given.length > 0) {
    const [one] = given;
    if (operands.length !== 2 || one === undefined)
      throw new RangeError('it mixes several constants and tensors');
    return withConstant(context, name, first, one, operands[0] === one);
  }
  if (values.length === 1) return elementwise(builder, context.name, { op: 'identity' }, first);
  const rank = first.dims.length;
  if (values.some(({ dims }) => dims.length !== rank)) {
    throw new RangeError(`its inputs are ${values.map(({ dims }) => dims.join('×')).join(' and ')}`);
  }
  // the layout of the largest is kept
  const largest = values.reduce((a, b) => (product(b.dims) > product(a.dims) ? b : a));
  const nodes = values.map((value) => arrange(builder, value, largest.order, context.name).node);
  return valueOf(builder, builder.add(context.name, { op: 'merge', function: name }, nodes), largest.order);
}

/** One of two by a condition that no image changes, one of them being a constant: x·mask + constant·(1 − mask). */
function where(context: Context): Value | null {
  const { builder, name } = context;
  const condition = context.optional(0);
  const [, yes, no] = context.inputs;
  if (condition === null || isConstant(yes) === isConstant(no)) return null;
  const first = !isConstant(yes);
  const other = context.constant(first ? 2 : 1);
  const { shape, data } = condition;
  const mask = data.map((truth) => Number((truth !== 0) === first));
  const kept = withConstant(
    { builder, name },
    'multiply',
    context.value(first ? 1 : 2),
    { shape, data: mask },
    false,
  );
  if (other.data.every((value) => value === 0)) return kept;
  if (other.data.length !== 1) throw new RangeError('it mixes in a constant of several numbers');
  const rest = mask.map((value) => (1 - value) * (other.data[0] as number));
  return withConstant({ builder, name }, 'add', kept, { shape, data: rest }, false);
}

function softmax(context: Context, log: boolean): Value {
  const { builder, name } = context;
  const value = context.value();
  const rank = value.dims.length;
  const stated = context.int('axis', context.opset >= 13 ? -1 : 1);
  const axis = context.axis(stated, rank);
  // before version 13 all axes from the given one on were one
  if (context.opset < 13 && product(value.dims.slice(axis + 1)) !== 1 && axis !== rank - 1) {
    throw new RangeError('it runs over several axes');
  }
  if (!log) {
    const placed = arrange(builder, value, value.order, name);
    return valueOf(
      builder,
      builder.add(name, { op: 'softmax', axis: axisOf(placed, axis) }, [placed.node]),
      placed.order,
    );
  }
  const last = [...inOrder(value.dims).filter((at) => at !== axis), axis];
  const placed = arrange(builder, value, last, name);
  return elementwise(builder, name, { op: 'activation', activation: { name: 'logSoftmax' } }, placed);
}

function prelu(context: Context): Value {
  const { builder, name } = context;
  const placed = arrange(builder, context.value(), context.value().order, name);
  const { shape, data } = constantIn(placed, context.constant(1));
  const slope = builder.weight(`${name}/slope`, { shape, data });
  return valueOf(builder, builder.add(name, { op: 'prelu', slope }, [placed.node]), placed.order);
}

/** Operators that evaluate as nothing on numbers. */
const SILENT = new Set(['Identity', 'Dropout', 'Cast', 'CastLike']);

export const pointwiseNode: TranslateNode = (context) => {
  const { kind } = context.node;
  if (SILENT.has(kind))
    return [elementwise(context.builder, context.name, { op: 'identity' }, context.value())];
  if (kind === 'Relu') return [elementwise(context.builder, context.name, { op: 'relu' }, context.value())];
  if (kind === 'PRelu') return [prelu(context)];
  if (kind === 'Softmax') return [softmax(context, false)];
  if (kind === 'LogSoftmax') return [softmax(context, true)];
  if (kind === 'Where') {
    const picked = where(context);
    return picked === null ? null : [picked];
  }
  if (Object.hasOwn(BINARY, kind)) return [combine(context, BINARY[kind] as Arithmetic)];
  const activation = activationOf(context);
  if (activation === null) return null;
  return [elementwise(context.builder, context.name, { op: 'activation', activation }, context.value())];
};
