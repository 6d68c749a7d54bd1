// ONNX nodes that depend on no image and move numbers: picked, cut, joined, repeated and put into other dimensions.
import { transposeWeight } from '../image-operations';
import { product } from '../layout';
import { elementsOf } from '../weights';
import { constant, type Constant, type Context } from './context';
import { cutsOf, placesOf, splitsOf } from './cuts';
import { combined, limited } from './folded-arithmetic';

const axisOf = (axis: number, { shape }: Constant): number => {
  const at = axis < 0 ? axis + shape.length : axis;
  if (at < 0 || at >= Math.max(1, shape.length)) throw new RangeError(`it works along axis ${axis}`);
  return at;
};

/** Places of an axis, one after another, with all that is beside them. */
function picked(from: Constant, axis: number, places: readonly number[]): Constant {
  const size = from.shape[axis] ?? 1;
  const inner = product(from.shape.slice(axis + 1));
  const outer = product(from.shape.slice(0, axis));
  const shape = from.shape.map((side, i) => (i === axis ? places.length : side));
  const data = new Float32Array(limited(outer * inner * places.length));
  for (let row = 0, to = 0; row < outer; row++) {
    for (const place of places) {
      if (!(place >= 0 && place < size)) throw new RangeError(`it picks place ${place} of ${size}`);
      const begin = (row * size + place) * inner;
      data.set(from.data.subarray(begin, begin + inner), to);
      to += inner;
    }
  }
  return constant(shape, data, from.integer);
}

function gather(context: Context, from: Constant): Constant {
  const indices = context.constant(1);
  const axis = axisOf(context.int('axis', 0), from);
  const size = from.shape[axis] ?? 1;
  const places = Array.from(indices.data, (index) => (index < 0 ? index + size : index));
  const { data } = picked(from, axis, places);
  return constant(
    [...from.shape.slice(0, axis), ...indices.shape, ...from.shape.slice(axis + 1)],
    data,
    from.integer,
  );
}

/** A part along each axis, also backwards. */
function slice(context: Context, whole: Constant): Constant {
  return cutsOf(context).reduce((from, cut) => {
    const axis = axisOf(cut.axis, from);
    if (cut.step === 0) throw new RangeError('it goes in steps of 0');
    return picked(from, axis, placesOf(cut, from.shape[axis] ?? 0));
  }, whole);
}

function split(context: Context, from: Constant): Constant[] {
  const axis = axisOf(context.int('axis', 0), from);
  const size = from.shape[axis] ?? 0;
  const sizes = splitsOf(context, size);
  let begin = 0;
  return sizes.map((part) => {
    if (!(part >= 0 && begin + part <= size)) throw new RangeError(`it splits ${size} into ${sizes.join()}`);
    const places = Array.from({ length: part }, (_, i) => begin + i);
    begin += part;
    return picked(from, axis, places);
  });
}

function concat(context: Context): Constant {
  const parts = context.inputs.map((_, i) => context.constant(i));
  const [first] = parts;
  if (first === undefined) throw new RangeError('it has no inputs');
  const axis = axisOf(context.int('axis', 0), first);
  const others = (shape: readonly number[]): string => shape.toSpliced(axis, 1).join();
  if (parts.some(({ shape }) => shape.length === 0 || others(shape) !== others(first.shape)))
    throw new RangeError('it joins constants that do not fit');
  const shape = first.shape.with(
    axis,
    parts.reduce((sum, part) => sum + (part.shape[axis] as number), 0),
  );
  const data = new Float32Array(limited(elementsOf(shape)));
  const outer = product(shape.slice(0, axis));
  for (let row = 0, to = 0; row < outer; row++) {
    for (const part of parts) {
      const length = part.data.length / outer;
      data.set(part.data.subarray(row * length, (row + 1) * length), to);
      to += length;
    }
  }
  return constant(
    shape,
    data,
    parts.every(({ integer }) => integer),
  );
}

function unsqueeze(context: Context, from: Constant): Constant {
  const axes = context.intsAt(1, 'axes') ?? [];
  const shape = [...from.shape];
  const rank = shape.length + axes.length;
  for (const axis of axes.map((at) => (at < 0 ? at + rank : at)).sort((a, b) => a - b))
    shape.splice(axis, 0, 1);
  return constant(shape, from.data, from.integer);
}

function squeeze(context: Context, from: Constant): Constant {
  const axes = (context.intsAt(1, 'axes') ?? []).map((axis) => axisOf(axis, from));
  const shape = from.shape.filter((side, i) => side !== 1 || (axes.length > 0 && !axes.includes(i)));
  return constant(shape, from.data, from.integer);
}

function reshape(context: Context, from: Constant): Constant {
  const target = [...context.constant(1).data];
  const keepsZero = context.int('allowzero', 0) === 1;
  const sides = target.map((side, i) => (side === 0 && !keepsZero ? (from.shape[i] ?? 1) : side));
  const known = product(sides.filter((side) => side !== -1));
  const shape = sides.map((side) => (side === -1 ? from.data.length / known : side));
  if (elementsOf(shape) !== from.data.length)
    throw new RangeError(`${from.data.length} numbers are not ${shape.join('×')}`);
  return constant(shape, from.data, from.integer);
}

function expand(from: Constant, shape: readonly number[]): Constant {
  const zeros = constant(shape, new Float32Array(limited(elementsOf(shape))), true);
  return combined(from, zeros, (value) => value, from.integer);
}

function tile(context: Context, whole: Constant): Constant {
  const repeats = [...context.constant(1).data];
  return repeats.reduce((from, count, axis) => {
    const size = from.shape[axis] ?? 0;
    limited(count * Math.max(1, size, from.data.length));
    return picked(
      from,
      axis,
      Array.from({ length: size * count }, (_, i) => i % size),
    );
  }, whole);
}

/** What such a node makes of its constants; null for one that moves nothing. */
export function foldedShaping(context: Context, first: Constant): Constant[] | null {
  switch (context.node.kind) {
    case 'Gather':
      return [gather(context, first)];
    case 'Slice':
      return [slice(context, first)];
    case 'Split':
      return split(context, first);
    case 'Concat':
      return [concat(context)];
    case 'Unsqueeze':
      return [unsqueeze(context, first)];
    case 'Squeeze':
      return [squeeze(context, first)];
    case 'Reshape':
      return [reshape(context, first)];
    case 'Expand':
      return [expand(first, [...context.constant(1).data])];
    case 'Tile':
      return [tile(context, first)];
    case 'Transpose': {
      const permutation = context.ints('perm') ?? first.shape.map((_, i) => first.shape.length - 1 - i);
      const { shape, data } = transposeWeight(first, permutation);
      return [constant(shape, data, first.integer)];
    }
    default:
      return null;
  }
}
