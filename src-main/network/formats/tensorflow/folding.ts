// TensorFlow's nodes that depend on no image: sizes that the graph works out for itself.
import { product } from '../layout';
import { constant, isConstant, type Constant, type Operand } from '../onnx/context';
import type { NodeContext } from './graph';

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  ...{ Add: (a, b) => a + b, AddV2: (a, b) => a + b, Sub: (a, b) => a - b, Mul: (a, b) => a * b },
  ...{ FloorDiv: (a, b) => Math.floor(a / b), Maximum: Math.max, Minimum: Math.min },
};

/** Numbers one by one; one number alone goes with each of the other's. */
function combined(a: Constant, b: Constant, of: (a: number, b: number) => number): Constant {
  const [longer, shorter] = a.data.length < b.data.length ? [b, a] : [a, b];
  if (shorter.data.length !== 1 && shorter.data.length !== longer.data.length)
    throw new RangeError('it combines constants of other shapes');
  const at = ({ data }: Constant, i: number): number => data[data.length === 1 ? 0 : i] ?? NaN;
  return constant(
    longer.shape,
    longer.data.map((_, i) => of(at(a, i), at(b, i))),
  );
}

/** Sizes that the graph works out for itself, as flattening does. */
export function folded(context: NodeContext): Operand | null {
  const { op } = context.node;
  if (op === 'Shape') return constant([context.value().dims.length + 1], [1, ...context.value().dims]);
  if (!context.inputs.every(isConstant)) return null;
  const [first] = context.inputs;
  if (!isConstant(first)) return null;
  if (Object.hasOwn(ARITHMETIC, op))
    return combined(first, context.constant(1), ARITHMETIC[op] as (a: number, b: number) => number);
  switch (op) {
    case 'Pack':
    case 'ConcatV2': {
      const parts = (op === 'Pack' ? context.inputs : context.inputs.slice(0, -1)).flatMap((_, i) => [
        ...context.constant(i).data,
      ]);
      return constant([parts.length], parts);
    }
    case 'Prod':
      return constant([], [product([...first.data])]);
    case 'GatherV2': {
      if (first.shape.length !== 1) return null;
      const { shape, data } = context.constant(1);
      return constant(
        shape,
        data.map((index) => first.data[index] ?? NaN),
      );
    }
    case 'StridedSlice': {
      const masked = (mask: string): boolean => context.int(mask, 0) === 1;
      const begin = masked('begin_mask') ? 0 : (context.constant(1).data[0] ?? 0);
      const end = context.constant(2).data[0] ?? 0;
      if (masked('shrink_axis_mask')) return constant([], [first.data.at(begin) ?? NaN]);
      const picked = first.data.slice(begin, end === 0 || masked('end_mask') ? undefined : end);
      return constant([picked.length], picked);
    }
    case 'Reshape':
      return constant([...context.constant(1).data], first.data);
    case 'ExpandDims': {
      const axis = context.constant(1).data[0] ?? 0;
      const at = axis < 0 ? axis + first.shape.length + 1 : axis;
      return constant([...first.shape.slice(0, at), 1, ...first.shape.slice(at)], first.data);
    }
    default:
      return null;
  }
}
