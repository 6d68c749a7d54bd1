// ONNX nodes that depend on no image: sizes and constants, computed while the model is opened.
import { transposeWeight } from '../image-operations';
import { product } from '../layout';
import { elementsOf } from '../weights';
import { constant, isConstant, type Constant, type Context, type TranslateNode } from './context';

/** Numbers that are worked out in this way are few; weights are only passed on. */
const MOST = 1 << 24;

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
  Max: Math.max,
  Min: Math.min,
  Equal: (a, b) => Number(a === b),
  Mod: (a, b) => a % b,
};
const FUNCTIONS: Readonly<Record<string, (a: number) => number>> = {
  Floor: Math.floor,
  Ceil: Math.ceil,
  Neg: (a) => -a,
  Sqrt: Math.sqrt,
  Reciprocal: (a) => 1 / a,
  Exp: Math.exp,
  Abs: Math.abs,
  Identity: (a) => a,
  Cast: (a) => a,
};

/** Integer types of TensorProto: division and casts to them drop the fraction. */
const INTEGERS = new Set([2, 3, 4, 5, 6, 7, 12, 13]);

function combined(a: Constant, b: Constant, of: (a: number, b: number) => number): Constant {
  const rank = Math.max(a.shape.length, b.shape.length);
  const side = ({ shape }: Constant, axis: number): number => shape[axis - rank + shape.length] ?? 1;
  const shape = Array.from({ length: rank }, (_, axis) => Math.max(side(a, axis), side(b, axis)));
  const count = elementsOf(shape);
  if (count > MOST) throw new RangeError('a constant is too large');
  const at = (operand: Constant, index: number): number => {
    let [rest, place, step] = [index, 0, 1];
    for (let axis = rank - 1; axis >= 0; axis--) {
      const position = rest % (shape[axis] as number);
      rest = Math.floor(rest / (shape[axis] as number));
      if (side(operand, axis) !== 1) place += position * step;
      step *= side(operand, axis);
    }
    return operand.data[place] ?? NaN;
  };
  return constant(
    shape,
    Float32Array.from({ length: count }, (_, i) => of(at(a, i), at(b, i))),
  );
}

function gather(context: Context): Constant {
  const [from, indices] = [context.constant(0), context.constant(1)];
  if (context.int('axis', 0) !== 0) throw new RangeError('it gathers along another axis');
  const inner = product(from.shape.slice(1));
  const size = from.shape[0] ?? 0;
  const rows = [...indices.data].map((index) => (index < 0 ? index + size : index));
  const data = rows.flatMap((row) => [...from.data.subarray(row * inner, (row + 1) * inner)]);
  return constant([...indices.shape, ...from.shape.slice(1)], data);
}

/** A part along one axis, also backwards. */
function slice(context: Context): Constant {
  const from = context.constant(0);
  const starts = context.intsAt(1, 'starts') ?? [];
  const ends = context.intsAt(2, 'ends') ?? [];
  const [stated = 0] = context.intsAt(3, 'axes') ?? [0];
  const step = context.optional(4)?.data[0] ?? 1;
  const axis = stated < 0 ? stated + from.shape.length : stated;
  if (starts.length !== 1 || step === 0) throw new RangeError('it cuts a constant along several axes');
  const size = from.shape[axis] ?? 0;
  const clamp = (at: number): number => Math.min(size, Math.max(step < 0 ? -1 : 0, at < 0 ? at + size : at));
  const [begin, end] = [
    Math.min(clamp(starts[0] as number), step < 0 ? size - 1 : size),
    clamp(ends[0] as number),
  ];
  const picked: number[] = [];
  for (let i = begin; step > 0 ? i < end : i > end; i += step) picked.push(i);
  const inner = product(from.shape.slice(axis + 1));
  const outer = product(from.shape.slice(0, axis));
  const data = Array.from({ length: outer }, (_, row) =>
    picked.flatMap((i) => [...from.data.subarray((row * size + i) * inner, (row * size + i + 1) * inner)]),
  ).flat();
  return constant(
    from.shape.map((side, i) => (i === axis ? picked.length : side)),
    data,
  );
}

/** Parts of numbers in one dimension. */
function split(context: Context): Constant[] {
  const from = context.constant(0);
  if (from.shape.length !== 1) throw new RangeError('it splits a constant of several dimensions');
  const count = context.node.outputs.length;
  const even = Math.ceil(from.data.length / count);
  const sizes = context.intsAt(1, 'split') ?? Array<number>(count).fill(even);
  let begin = 0;
  return sizes.map((size) => {
    const data = from.data.slice(begin, begin + size);
    begin += size;
    return constant([data.length], data);
  });
}

function given(context: Context): Constant {
  const { attributes } = context.node;
  const tensor = attributes.get('value')?.t;
  if (tensor !== null && tensor !== undefined) {
    const { shape, data } = tensor.weight();
    return constant(shape, data);
  }
  const ints = attributes.get('value_ints') ?? attributes.get('value_floats');
  if (ints !== undefined) {
    const values = ints.ints.length > 0 ? ints.ints : ints.floats;
    return constant([values.length], values);
  }
  const one = attributes.get('value_int')?.i ?? attributes.get('value_float')?.f;
  if (one === null || one === undefined) throw new RangeError('it holds no numbers');
  return constant([], [one]);
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

function reshape(from: Constant, target: readonly number[]): Constant {
  const sides = target.map((side, i) => (side === 0 ? (from.shape[i] ?? 1) : side));
  const known = product(sides.filter((side) => side !== -1));
  return constant(
    sides.map((side) => (side === -1 ? from.data.length / known : side)),
    from.data,
  );
}

/** Nodes whose inputs are all known; the shape of a value is known too, its batch being 1. */
export const foldedNode: TranslateNode = (context) => {
  const { kind } = context.node;
  if (kind === 'Shape') {
    const [operand] = context.inputs;
    const shape = isConstant(operand) ? operand.shape : [1, ...context.value().dims];
    return [constant([shape.length], shape)];
  }
  if (!context.inputs.every((input) => input === null || isConstant(input))) return null;
  if (kind === 'Constant') return [given(context)];
  const [first] = context.inputs;
  if (!isConstant(first)) return null;
  const integer = INTEGERS.has(context.int('to', 1));
  if (Object.hasOwn(ARITHMETIC, kind)) {
    const whole =
      kind === 'Div' &&
      [first, context.constant(1)].every(({ data }) => data.length <= 8 && data.every(Number.isInteger));
    const of = ARITHMETIC[kind] as (a: number, b: number) => number;
    return [combined(first, context.constant(1), whole ? (a, b) => Math.trunc(a / b) : of)];
  }
  if (Object.hasOwn(FUNCTIONS, kind)) {
    const of = FUNCTIONS[kind] as (a: number) => number;
    return [
      constant(
        first.shape,
        kind === 'Cast' && !integer
          ? first.data
          : first.data.map((value) => (kind === 'Cast' ? Math.trunc(value) : of(value))),
      ),
    ];
  }
  switch (kind) {
    case 'Gather':
      return [gather(context)];
    case 'Slice':
      return [slice(context)];
    case 'Split':
      return split(context);
    case 'DequantizeLinear':
      return [dequantised(context)];
    case 'Concat': {
      const parts = context.inputs.map((_, i) => context.constant(i));
      if (parts.some(({ shape }) => shape.length !== 1))
        throw new RangeError('it joins constants of several dimensions');
      const data = parts.flatMap((part) => [...part.data]);
      return [constant([data.length], data)];
    }
    case 'Unsqueeze':
    case 'Squeeze': {
      // the numbers stay; only constants of one dimension and single numbers matter to what follows
      const axes = context.intsAt(1, 'axes') ?? [];
      const shape = [...first.shape];
      if (kind === 'Squeeze')
        return [
          constant(
            shape.filter((side, i) => side !== 1 || (axes.length > 0 && !axes.includes(i))),
            first.data,
          ),
        ];
      const rank = shape.length + axes.length;
      for (const axis of axes.map((at) => (at < 0 ? at + rank : at)).sort((a, b) => a - b))
        shape.splice(axis, 0, 1);
      return [constant(shape, first.data)];
    }
    case 'Reshape':
      return [reshape(first, [...context.constant(1).data])];
    case 'Transpose': {
      const permutation = context.ints('perm') ?? first.shape.map((_, i) => first.shape.length - 1 - i);
      const { shape, data } = transposeWeight(first, permutation);
      return [constant(shape, data)];
    }
    case 'ConstantOfShape': {
      const shape = [...first.data];
      const count = elementsOf(shape);
      if (count > MOST) throw new RangeError('a constant is too large');
      const value = context.node.attributes.get('value')?.t?.weight().data[0] ?? 0;
      return [constant(shape, new Float32Array(count).fill(value))];
    }
    case 'Where': {
      const [yes, no] = [context.constant(1), context.constant(2)];
      const picked = combined(
        combined(first, yes, (condition, value) => (condition === 0 ? NaN : value)),
        no,
        (a, b) => (Number.isNaN(a) ? b : a),
      );
      return [picked];
    }
    default:
      return null;
  }
};
