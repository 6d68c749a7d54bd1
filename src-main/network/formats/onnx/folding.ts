// ONNX nodes that depend on no image: sizes and constants, computed while the model is opened.
import { product } from '../layout';
import { elementsOf } from '../weights';
import { constant, isConstant, type Constant, type Context, type TranslateNode } from './context';
import { foldedArithmetic, limited } from './folded-arithmetic';
import { foldedShaping } from './folded-shaping';
import { isIntegerType } from './proto';

function given(context: Context): Constant {
  const { attributes } = context.node;
  const tensor = attributes.get('value')?.t;
  if (tensor !== null && tensor !== undefined) {
    const { shape, data } = tensor.weight();
    return constant(shape, data, tensor.integer);
  }
  const many = attributes.get('value_ints') ?? attributes.get('value_floats');
  if (many !== undefined) {
    const values = many.ints.length > 0 ? many.ints : many.floats;
    return constant([values.length], values, many.floats.length === 0);
  }
  const whole = attributes.get('value_int')?.i ?? null;
  const one = whole ?? attributes.get('value_float')?.f ?? null;
  if (one === null) throw new RangeError('it holds no numbers');
  return constant([], [one], whole !== null);
}

/** (x − zero point)·scale, of the whole tensor or along an axis (onnx/docs/Operators.md#DequantizeLinear). */
function dequantised(context: Context): Constant {
  const [stored, scale, zero] = [context.constant(0), context.constant(1), context.optional(2)];
  const rank = stored.shape.length;
  const stated = context.int('axis', 1);
  const inner = product(stored.shape.slice((stated < 0 ? stated + rank : stated) + 1));
  const data = stored.data.map((value, i) => {
    const at = scale.data.length === 1 ? 0 : Math.floor(i / inner) % scale.data.length;
    return (value - (zero?.data[at] ?? 0)) * (scale.data[at] as number);
  });
  return constant(stored.shape, data);
}

/** One number many times over. */
function filled(context: Context, shape: readonly number[]): Constant {
  const count = limited(elementsOf(shape));
  const tensor = context.node.attributes.get('value')?.t ?? null;
  const value = tensor?.weight().data[0] ?? 0;
  return constant(shape, new Float32Array(count).fill(value), tensor?.integer ?? false);
}

function range(context: Context): Constant {
  const [start = 0, limit = 0, step = 1] = [0, 1, 2].map((index) => context.constant(index).data[0] ?? 0);
  const count = limited(Math.max(0, Math.ceil((limit - start) / step)));
  return constant(
    [count],
    Float32Array.from({ length: count }, (_, i) => start + i * step),
    context.constant(0).integer,
  );
}

/** The shape of a value, whose batch is 1, or of a constant: all of it, or the axes that are named. */
function shapeOf(context: Context): Constant {
  const [operand] = context.inputs;
  const shape = isConstant(operand) ? operand.shape : [1, ...context.value().dims];
  const stated = context.ints('axes');
  const cut = shape.slice(context.int('start', 0), context.int('end', shape.length));
  const sides = stated === null ? cut : stated.map((axis) => shape.at(axis) ?? 1);
  return constant([sides.length], sides, true);
}

/** Nodes whose inputs are all known; the shape of a value is known too, its batch being 1. */
export const foldedNode: TranslateNode = (context) => {
  const { kind } = context.node;
  if (kind === 'Shape') return [shapeOf(context)];
  if (kind === 'Size') return [constant([], [product([...shapeOf(context).data])], true)];
  if (!context.inputs.every((input) => input === null || isConstant(input))) return null;
  if (kind === 'Constant') return [given(context)];
  const [first] = context.inputs;
  if (!isConstant(first)) return null;
  switch (kind) {
    case 'Cast': {
      const integer = isIntegerType(context.int('to', 1));
      return [constant(first.shape, integer ? first.data.map(Math.trunc) : first.data, integer)];
    }
    case 'CastLike':
      return [constant(first.shape, first.data, context.constant(1).integer)];
    case 'DequantizeLinear':
      return [dequantised(context)];
    case 'ConstantOfShape':
      return [filled(context, [...first.data])];
    case 'Range':
      return [range(context)];
    default: {
      const made = foldedArithmetic(context, first);
      return made === null ? foldedShaping(context, first) : [made];
    }
  }
};
