// TensorFlow's nodes that depend on no image: sizes that the graph works out for itself.
import { product } from '../layout';
import { constant, isConstant, type Operand } from '../onnx/context';
import type { NodeContext } from './graph';

/** Sizes that the graph works out for itself, as flattening does. */
export function folded(context: NodeContext): Operand | null {
  const { op } = context.node;
  if (op === 'Shape') return constant([context.value().dims.length + 1], [1, ...context.value().dims]);
  if (!context.inputs.every(isConstant)) return null;
  const [first] = context.inputs;
  if (!isConstant(first)) return null;
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
      const [begin, end] = [context.constant(1).data[0] ?? 0, context.constant(2).data[0] ?? 0];
      const one = context.int('shrink_axis_mask', 0) === 1;
      const last = one ? begin + 1 : end === 0 || context.int('end_mask', 0) === 1 ? undefined : end;
      const picked = first.data.slice(begin, last);
      return constant(one ? [] : [picked.length], picked);
    }
    case 'Reshape':
      return constant([...context.constant(1).data], first.data);
    case 'Mul':
      return constant(
        first.shape,
        first.data.map((value) => value * (context.constant(1).data[0] ?? 1)),
      );
    default:
      return null;
  }
}
