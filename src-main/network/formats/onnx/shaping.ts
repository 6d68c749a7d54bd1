// ONNX operators that reshape, move, join, pad and repeat.
import type { Operation } from '../../network';
import { squeezed } from '../image-operations';
import { arrange, axisOf, elementwise, inOrder, product, reshaped, valueOf, type Value } from '../layout';
import { elementsOf } from '../weights';
import { isConstant, type Context, type Loose, type Moved, type TranslateNode } from './context';
import { part } from './picking';
import { withConstant } from './pointwise';

/** Target dimensions of a reshape, the batch's included, as those of one image. */
export function reshapeTo(value: Value, target: readonly number[], keepsZero: boolean): number[] {
  const whole = [1, ...value.dims];
  const sides = target.map((side, i) => (side === 0 && !keepsZero ? (whole[i] ?? 1) : side));
  const all = product(whole);
  const known = product(sides.filter((side) => side !== -1));
  const dims = sides.map((side) => (side === -1 ? all / known : side));
  if (dims[0] !== 1) throw new RangeError(`it mixes the batch with the image: ${target.join()}`);
  return dims.length === 1 ? [1] : dims.slice(1);
}

function unsqueeze(context: Context): Value {
  const value = context.value();
  const stated = context.intsAt(1, 'axes') ?? [];
  const rank = value.dims.length + 1 + stated.length;
  const axes = new Set(stated.map((axis) => (axis < 0 ? axis + rank : axis)));
  if (axes.has(0)) throw new RangeError('it puts a dimension before the batch');
  const rest = [...value.dims];
  const dims = Array.from({ length: rank - 1 }, (_, i) => (axes.has(i + 1) ? 1 : (rest.shift() as number)));
  return reshaped(context.builder, context.name, value, dims);
}

function squeeze(context: Context): Value {
  const value = context.value();
  const rank = value.dims.length;
  const stated = context.intsAt(1, 'axes');
  const axes =
    stated === null
      ? inOrder(value.dims).filter((axis) => value.dims[axis] === 1)
      : stated.map((axis) => context.axis(axis, rank));
  const dims = value.dims.filter((_, axis) => !axes.includes(axis));
  if (axes.some((axis) => value.dims[axis] !== 1)) throw new RangeError('it squeezes more than ones');
  if (dims.length === 0) return value;
  return squeezed(context.builder, context.name, value, dims, axes);
}

/** Transposing renames the dimensions; the numbers stay where they are. The batch may stand elsewhere for a while. */
function transpose(context: Context): Value | Moved {
  const value = context.moved();
  const rank = value.dims.length;
  const permutation = context.ints('perm') ?? [];
  if ([...permutation].sort((a, b) => a - b).some((axis, i) => axis !== i) || permutation.length !== rank + 1)
    throw new RangeError('it is no permutation');
  const batchAt = permutation.indexOf(value.batchAt);
  const to = permutation
    .filter((axis) => axis !== value.batchAt)
    .map((axis) => (axis > value.batchAt ? axis - 1 : axis));
  const placed = arrange(context.builder, value, value.order, context.name);
  const turned: Value = {
    node: placed.node,
    dims: to.map((axis) => value.dims[axis] as number),
    order: placed.order.map((axis) => to.indexOf(axis)),
  };
  return batchAt === 0 ? turned : { ...turned, batchAt };
}

function concat(context: Context): Value {
  const { builder, name } = context;
  const values = context.inputs.map((_, i) => context.value(i));
  const [first] = values;
  if (first === undefined) throw new RangeError('it has no inputs');
  const axis = context.axis(context.int('axis', 1), first.dims.length);
  const placed = values.map((value) => arrange(builder, value, first.order, name));
  const operation: Operation = { op: 'concatenate', axis: axisOf(placed[0] as Value, axis) };
  return valueOf(
    builder,
    builder.add(
      name,
      operation,
      placed.map(({ node }) => node),
    ),
    first.order,
  );
}

function pad(context: Context): Value {
  const { builder, name } = context;
  const value = context.value();
  const rank = value.dims.length;
  const given = context.intsAt(1, 'pads') ?? context.ints('paddings')?.slice() ?? [];
  const axes = context.optional(3)?.data ?? Float32Array.from({ length: rank + 1 }, (_, i) => i);
  const pads = new Map<number, [number, number]>();
  axes.forEach((stated, i) =>
    pads.set(stated < 0 ? stated + rank + 1 : stated, [given[i] ?? 0, given[i + axes.length] ?? 0]),
  );
  if ((pads.get(0) ?? [0, 0]).some((side) => side !== 0)) throw new RangeError('it pads the batch');
  const amounts = value.dims.map((_, axis): [number, number] => pads.get(axis + 1) ?? [0, 0]);
  // negative padding cuts
  const cuts = amounts.map(([before, after], axis) => ({
    begin: Math.max(0, -before),
    size: (value.dims[axis] as number) - Math.max(0, -before) - Math.max(0, -after),
    step: 1,
  }));
  const negative = amounts.some(([before, after]) => before < 0 || after < 0);
  const inner = negative
    ? part({ builder, name: `${name}/cut` }, value, cuts)
    : arrange(builder, value, value.order, name);
  const mode = context.text('mode', 'constant');
  if (mode !== 'constant' && mode !== 'reflect' && mode !== 'edge')
    throw new RangeError(`its mode is "${mode}"`);
  const lead = Array.from({ length: Math.max(0, 3 - rank) }, (): [number, number] => [0, 0]);
  const operation: Operation = {
    ...{ op: 'pad', mode },
    value: context.optional(2)?.data[0] ?? context.number('value', 0),
    amounts: [
      ...lead,
      ...inner.order.map(
        (axis): [number, number] =>
          (amounts[axis] as number[]).map((side) => Math.max(0, side)) as [number, number],
      ),
    ],
  };
  return valueOf(builder, builder.add(name, operation, [inner.node]), inner.order);
}

/** The value several times over along its axes. */
function tile(context: Context): Value {
  const { builder, name } = context;
  let value = arrange(builder, context.value(), context.value().order, name);
  const [batch = 1, ...repeats] = context.constant(1).data;
  if (batch !== 1 || repeats.length !== value.dims.length) throw new RangeError('it repeats the batch');
  repeats.forEach((count, axis) => {
    if (count === 1) return;
    if (count < 1 || count > 4096) throw new RangeError(`it repeats ${count} times`);
    const nodes = Array.from({ length: count }, () => value.node);
    const node = builder.add(name, { op: 'concatenate', axis: axisOf(value, axis) }, nodes);
    value = valueOf(builder, node, value.order);
  });
  return value;
}

const MOST_REPEATED = 1 << 24;

/** Dimensions of 1 repeated to the wanted sides: zeros of those are added. */
function expand(context: Context): Value {
  const { builder, name } = context;
  const value = context.value();
  const rank = value.dims.length;
  const wanted = [...context.constant(1).data];
  const sides = [...Array<number>(Math.max(0, rank + 1 - wanted.length)).fill(1), ...wanted];
  if (sides.length !== rank + 1 || sides[0] !== 1) throw new RangeError('it repeats the batch');
  const repeated = value.dims.map((side, axis) => (side === 1 ? (sides[axis + 1] as number) : 1));
  if (repeated.every((side) => side === 1)) return elementwise(builder, name, { op: 'identity' }, value);
  const count = elementsOf(repeated);
  if (count > MOST_REPEATED) throw new RangeError(`it repeats ${count} times`);
  const zeros = new Float32Array(count);
  // an image's rows and columns stand before its channels
  const order = [...inOrder(value.dims)].sort(
    (a, b) => (repeated[b] === 1 ? 0 : 1) - (repeated[a] === 1 ? 0 : 1),
  );
  const placed = arrange(builder, value, order, name);
  return withConstant(context, 'add', placed, { shape: repeated, data: zeros }, false);
}

function reshape(context: Context): Value {
  const { builder, name } = context;
  const value = context.loose() ?? context.value();
  const target = context.intsAt(1, 'shape') ?? [];
  const all = product(value.dims);
  if (target.length === 1 && (target[0] === -1 || target[0] === all) && all > 1) {
    const loose: Loose = { ...reshaped(builder, name, value, [all]), loose: true };
    return loose;
  }
  return reshaped(builder, name, value, reshapeTo(value, target, context.int('allowzero', 0) === 1));
}

export const shapingNode: TranslateNode = (context) => {
  const { builder, name, node } = context;
  switch (node.kind) {
    case 'Reshape':
      return [reshape(context)];
    case 'Flatten': {
      const axis = context.int('axis', 1);
      if (axis !== 1 && axis !== -context.value().dims.length)
        throw new RangeError(`it flattens from axis ${axis}`);
      return [reshaped(builder, name, context.value(), [product(context.value().dims)])];
    }
    case 'Unsqueeze':
      return [unsqueeze(context)];
    case 'Squeeze':
      return [squeeze(context)];
    case 'Transpose':
      return [transpose(context)];
    case 'Concat':
      return context.inputs.every((input) => !isConstant(input)) ? [concat(context)] : null;
    case 'Pad':
      return [pad(context)];
    case 'Tile':
      return [tile(context)];
    case 'Expand':
      return [expand(context)];
    default:
      return null;
  }
};
