// ONNX operators that pick parts of a value: slices, splits and elements by their places.
import type { Operation } from '../../network';
import { arrange, axisOf, product, reshaped, valueOf, type Value } from '../layout';
import { squeezed } from '../image-operations';
import { isConstant, type Context, type Moved, type TranslateNode } from './context';
import { cutsOf, placesOf, splitsOf } from './cuts';

/** A part of a value: begin, count and step of each of its dimensions. */
export function part(
  context: Pick<Context, 'builder' | 'name'>,
  value: Value,
  parts: readonly { begin: number; size: number; step: number }[],
): Value {
  const { builder, name } = context;
  const placed = arrange(builder, value, value.order, name);
  const lead = Math.max(0, 3 - value.dims.length);
  const along = (
    pick: (axis: { begin: number; size: number; step: number }) => number,
    otherwise: number,
  ): number[] => [
    ...Array<number>(lead).fill(otherwise),
    ...placed.order.map((axis) => pick(parts[axis] as { begin: number; size: number; step: number })),
  ];
  const operation: Operation = {
    op: 'slice',
    begin: along(({ begin }) => begin, 0),
    size: along(({ size }) => size, 1),
    strides: along(({ step }) => step, 1),
  };
  return valueOf(builder, builder.add(name, operation, [placed.node]), placed.order);
}

const wholeOf = (value: Value): { begin: number; size: number; step: number }[] =>
  value.dims.map((size) => ({ begin: 0, size, step: 1 }));

function slice(context: Context): Value {
  const value = context.value();
  const parts = wholeOf(value);
  const backwards = new Map<number, number[]>();
  for (const cut of cutsOf(context)) {
    const { step } = cut;
    const axis = cut.axis < 0 ? cut.axis + value.dims.length + 1 : cut.axis;
    const side = axis === 0 ? 1 : (value.dims[axis - 1] as number);
    const clamp = (at: number): number => Math.min(side, Math.max(0, at < 0 ? at + side : at));
    const [begin, end] = [clamp(cut.start), clamp(cut.end)];
    if (step < 0 && axis > 0) {
      backwards.set(axis - 1, placesOf(cut, side));
      continue;
    }
    if (step < 1) throw new RangeError('it goes backwards through the batch');
    const size = Math.ceil((end - begin) / step);
    if (axis === 0) {
      if (size !== 1) throw new RangeError('it cuts the batch');
      continue;
    }
    parts[axis - 1] = { begin, size, step };
  }
  const forwards = parts.every(({ size }, axis) => size === value.dims[axis]);
  const start = backwards.size > 0 && forwards ? value : part(context, value, parts);
  return [...backwards].reduce((so, [axis, places]) => pick(context, so, axis, places), start);
}

function split(context: Context): Value[] {
  const { builder, name, node } = context;
  const value = context.value();
  const axis = context.axis(context.int('axis', 0), value.dims.length);
  const sizes = splitsOf(context, value.dims[axis] as number);
  let begin = 0;
  return sizes.slice(0, node.outputs.length).map((size, i) => {
    const parts = wholeOf(value);
    parts[axis] = { begin, size, step: 1 };
    begin += size;
    return part({ builder, name: i === 0 ? name : `${name}/${i}` }, value, parts);
  });
}

/** Runs of places that follow one another by the same step: [first, count, step]. */
function runsOf(places: readonly number[]): [number, number, number][] {
  const runs: [number, number, number][] = [];
  for (const place of places) {
    const run = runs.at(-1);
    if (run !== undefined) {
      const [first, count, step] = run;
      const by = count === 1 ? place - first : step;
      if (by > 0 && place === first + count * by) {
        run[1]++;
        run[2] = by;
        continue;
      }
    }
    runs.push([place, 1, 1]);
  }
  return runs;
}

/** Parts that are joined to pick elements in any order; more than that is no ordinary model. */
const MOST_RUNS = 4096;

/** Elements of an axis by their places, in any order. */
function pick(
  context: Pick<Context, 'builder' | 'name'>,
  value: Value,
  axis: number,
  places: readonly number[],
): Value {
  const { builder, name } = context;
  const runs = runsOf(places);
  if (runs.length > MOST_RUNS) throw new RangeError(`it picks ${runs.length} parts`);
  const picked = runs.map(([begin, size, step], i) => {
    const parts = wholeOf(value);
    parts[axis] = { begin, size, step };
    return part({ builder, name: runs.length === 1 ? name : `${name}/${i}` }, value, parts);
  });
  const [first] = picked;
  if (first === undefined) throw new RangeError('it picks nothing');
  if (picked.length === 1) return first;
  const operation: Operation = { op: 'concatenate', axis: axisOf(first, axis) };
  const nodes = picked.map(({ node }) => node);
  return valueOf(builder, builder.add(name, operation, nodes), first.order);
}

/** Elements of an axis by their places; a single one takes the axis away. */
function gather(context: Context): Value {
  const { builder, name } = context;
  const value = context.value();
  const axis = context.axis(context.int('axis', 0), value.dims.length);
  const { shape, data } = context.constant(1);
  const side = value.dims[axis] as number;
  const places = Array.from(data, (place) => (place < 0 ? place + side : place));
  if (shape.length > 1) throw new RangeError('it picks elements by a table');
  if (places.some((place) => !(place >= 0 && place < side)))
    throw new RangeError(`it picks beyond ${side} elements`);
  const picked = pick(context, value, axis, places);
  if (shape.length === 1 || value.dims.length === 1) return picked;
  const left = picked.dims.filter((_, at) => at !== axis);
  return squeezed(builder, name, picked, left, [axis]);
}

/**
 * Elements of the first dimensions, which stand before the batch, by their places: those of one, or all pairs of some of
 * one with some of another, as torch.export writes indices and pools that divide no size evenly.
 */
function gatherPlaces(context: Context): Value {
  const { builder, name } = context;
  const value = context.moved();
  const { shape, data } = context.constant(1);
  const count = shape.at(-1) ?? 0;
  const outer = shape.slice(0, -1);
  if (context.int('batch_dims', 0) !== 0 || count < 1 || count > 2 || value.batchAt < count)
    throw new RangeError('it picks elements by a table');
  const at = (place: number, axis: number): number => data[place * count + axis] as number;
  // rows vary in the first half of the table's dimensions, columns in the others
  const half = count === 1 ? outer.length : outer.length / 2;
  const [rows, columns] = [product(outer.slice(0, half)), product(outer.slice(half))];
  const first = Array.from({ length: rows }, (_, i) => at(i * columns, 0));
  const second = count === 1 ? [] : Array.from({ length: columns }, (_, i) => at(i, 1));
  const isGrid = first.every((row, i) =>
    second.every((column, j) => at(i * columns + j, 0) === row && at(i * columns + j, 1) === column),
  );
  if (!Number.isInteger(half) || !isGrid) throw new RangeError('it picks elements by a table');
  const plain: Value = { node: value.node, dims: value.dims, order: value.order };
  const picked = [first, second].slice(0, count).reduce((so, places, axis) => {
    const side = so.dims[axis] as number;
    if (places.some((place) => !(place >= 0 && place < side)))
      throw new RangeError(`it picks beyond ${side} elements`);
    return pick({ builder, name: `${name}/${axis}` }, so, axis, places);
  }, plain);
  const dims = [...outer, ...value.dims.slice(count)];
  const made: Moved = {
    ...reshaped(builder, name, picked, dims),
    batchAt: outer.length + value.batchAt - count,
  };
  return made;
}

/** All elements in their order under other dimensions, as torch.export writes a view by strides. */
function gatherAll(context: Context, value: Value): Value {
  const indices = context.constant(1);
  const [batch, ...dims] = indices.shape;
  const whole = indices.data.length === value.dims[0] && indices.data.every((index, i) => index === i);
  if (batch !== 1 || !whole) throw new RangeError('it picks elements one by one');
  return reshaped(context.builder, context.name, value, dims);
}

export const pickingNode: TranslateNode = (context) => {
  switch (context.node.kind) {
    case 'Slice':
      return [slice(context)];
    case 'Split':
      return split(context);
    case 'GatherND':
      return [gatherPlaces(context)];
    case 'Gather': {
      // a table of numbers that the image picks from is an embedding
      if (isConstant(context.inputs[0])) return null;
      const loose = context.loose();
      return [loose === null ? gather(context) : gatherAll(context, loose)];
    }
    default:
      return null;
  }
};
