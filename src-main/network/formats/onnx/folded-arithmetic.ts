// Arithmetic of ONNX nodes that depend on no image: element by element, and along axes.
import { product } from '../layout';
import { elementsOf } from '../weights';
import { constant, type Constant, type Context } from './context';

/** Numbers that are worked out in this way are few; weights are only passed on. */
const MOST = 1 << 24;

/** A count of numbers that can be worked out. Throws a RangeError for another. */
export function limited(count: number): number {
  if (!(count >= 0 && count <= MOST)) throw new RangeError('a constant is too large');
  return count;
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
  Max: Math.max,
  Min: Math.min,
};
const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  Equal: (a, b) => a === b,
  Less: (a, b) => a < b,
  LessOrEqual: (a, b) => a <= b,
  Greater: (a, b) => a > b,
  GreaterOrEqual: (a, b) => a >= b,
  And: (a, b) => a !== 0 && b !== 0,
  Or: (a, b) => a !== 0 || b !== 0,
};

/** Halves go to the even side. */
function rounded(a: number): number {
  const up = Math.round(a);
  return up - a === 0.5 && up % 2 !== 0 ? up - 1 : up;
}

const FUNCTIONS: Readonly<Record<string, (a: number) => number>> = {
  Floor: Math.floor,
  Ceil: Math.ceil,
  Round: rounded,
  Neg: (a) => -a,
  Abs: Math.abs,
  Sign: Math.sign,
  Sqrt: Math.sqrt,
  Reciprocal: (a) => 1 / a,
  Exp: Math.exp,
  Log: Math.log,
  Sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  Tanh: Math.tanh,
  Relu: (a) => Math.max(0, a),
  Not: (a) => Number(a === 0),
  Identity: (a) => a,
};

interface Reduction {
  readonly start: number;
  readonly step: (so: number, value: number) => number;
}
const total: Reduction = { start: 0, step: (so, value) => so + value };
const REDUCTIONS: Readonly<Record<string, Reduction>> = {
  ReduceSum: total,
  ReduceMean: total,
  ReduceProd: { start: 1, step: (so, value) => so * value },
  ReduceMax: { start: -Infinity, step: Math.max },
  ReduceMin: { start: Infinity, step: Math.min },
};

/** From one element to the next along each axis of `shape`, for what has `own` sides there: 0 where it is repeated. */
function stridesIn(shape: readonly number[], own: readonly number[]): number[] {
  const lead = shape.length - own.length;
  return shape.map((_, axis) => ((own[axis - lead] ?? 1) === 1 ? 0 : product(own.slice(axis - lead + 1))));
}

/** Each row of a shape along its last axis, with where it begins by each of the strides. */
function eachRow(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  visit: (row: number, begins: readonly number[]) => void,
): void {
  const outer = shape.slice(0, -1);
  const rows = product(outer);
  const begins = strides.map(() => 0);
  const place = outer.map(() => 0);
  for (let row = 0; row < rows; row++) {
    visit(row, begins);
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      const next = (place[axis] as number) + 1;
      const turns = next === outer[axis];
      place[axis] = turns ? 0 : next;
      strides.forEach((by, i) => {
        const step = by[axis] as number;
        begins[i] = (begins[i] as number) + (turns ? -step * (next - 1) : step);
      });
      if (!turns) break;
    }
  }
}

/** Two constants element by element, the smaller repeated. */
export function combined(
  a: Constant,
  b: Constant,
  of: (a: number, b: number) => number,
  integer = false,
): Constant {
  const rank = Math.max(a.shape.length, b.shape.length);
  const side = ({ shape }: Constant, axis: number): number => shape[axis - rank + shape.length] ?? 1;
  const shape = Array.from({ length: rank }, (_, axis) => {
    const [one, other] = [side(a, axis), side(b, axis)];
    if (one !== other && one !== 1 && other !== 1)
      throw new RangeError(`constants of ${a.shape.join('×')} and ${b.shape.join('×')} do not fit together`);
    return one === 1 ? other : one;
  });
  const count = limited(elementsOf(shape));
  const data = new Float32Array(count);
  const [ofA, ofB] = [stridesIn(shape, a.shape), stridesIn(shape, b.shape)];
  const [alongA, alongB, length] = [ofA.at(-1) ?? 0, ofB.at(-1) ?? 0, shape.at(-1) ?? 1];
  if (count > 0)
    eachRow(shape, [ofA, ofB], (row, [beginA = 0, beginB = 0]) => {
      for (let i = 0; i < length; i++)
        data[row * length + i] = of(
          a.data[beginA + i * alongA] as number,
          b.data[beginB + i * alongB] as number,
        );
    });
  return constant(shape, data, integer);
}

function mapped(from: Constant, of: (value: number) => number, integer = from.integer): Constant {
  return constant(from.shape, from.data.map(of), integer);
}

/** Reduces axes, all where none are named. */
function reduced(context: Context, from: Constant, { start, step }: Reduction): Constant {
  const rank = from.shape.length;
  const stated = context.intsAt(1, 'axes') ?? [];
  if (stated.length === 0 && context.int('noop_with_empty_axes', 0) === 1) return from;
  const axes = new Set(stated.map((axis) => (axis < 0 ? axis + rank : axis)));
  const reduces = (axis: number): boolean => axes.size === 0 || axes.has(axis);
  const whole = from.shape.map((side, axis) => (reduces(axis) ? 1 : side));
  // in double precision, as a sum of many
  const values = new Float64Array(elementsOf(whole)).fill(start);
  const strides = stridesIn(from.shape, whole);
  const [along, length] = [strides.at(-1) ?? 0, from.shape.at(-1) ?? 1];
  if (from.data.length > 0)
    eachRow(from.shape, [strides], (row, [begin = 0]) => {
      for (let i = 0; i < length; i++) {
        const to = begin + i * along;
        values[to] = step(values[to] as number, from.data[row * length + i] as number);
      }
    });
  const shape = context.int('keepdims', 1) === 1 ? whole : from.shape.filter((_, axis) => !reduces(axis));
  const count = context.node.kind === 'ReduceMean' ? from.data.length / values.length : 1;
  return constant(
    shape,
    Float32Array.from(values, (value) => value / count),
    from.integer,
  );
}

/** Batch normalisation of weights, as weight standardisation is written; in training by the weights' own statistics. */
function normalised(context: Context, from: Constant): Constant {
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((index) => context.constant(index).data) as [
    ...[Float32Array, Float32Array, Float32Array, Float32Array],
  ];
  const epsilon = context.number('epsilon', 1e-5);
  const channels = from.shape[1] ?? 1;
  const inner = product(from.shape.slice(2));
  const data = new Float32Array(from.data.length);
  const rows = (channel: number): number[] =>
    Array.from({ length: from.shape[0] ?? 1 }, (_, row) => (row * channels + channel) * inner);
  for (let channel = 0; channel < channels; channel++) {
    let [middle, spread] = [mean[channel] as number, variance[channel] as number];
    if (context.int('training_mode', 0) === 1) {
      const own = rows(channel);
      const count = own.length * inner;
      middle = 0;
      for (const begin of own) for (let i = begin; i < begin + inner; i++) middle += from.data[i] as number;
      middle /= count;
      spread = 0;
      for (const begin of own)
        for (let i = begin; i < begin + inner; i++) {
          const off = (from.data[i] as number) - middle;
          spread += off * off;
        }
      spread /= count;
    }
    const factor = (scale[channel] as number) / Math.sqrt(spread + epsilon);
    const term = bias[channel] as number;
    for (const begin of rows(channel))
      for (let i = begin; i < begin + inner; i++)
        data[i] = ((from.data[i] as number) - middle) * factor + term;
  }
  return constant(from.shape, data);
}

/** What such a node makes of its constants; null for one that does no arithmetic. */
export function foldedArithmetic(context: Context, first: Constant): Constant | null {
  const { kind } = context.node;
  const find = <T>(table: Readonly<Record<string, T>>): T | undefined =>
    Object.hasOwn(table, kind) ? table[kind] : undefined;
  const arithmetic = find(ARITHMETIC);
  if (arithmetic !== undefined) {
    const others = context.inputs.slice(1).map((_, i) => context.constant(i + 1));
    return others.reduce((so, other) => {
      const integer = so.integer && other.integer;
      const cut = kind === 'Div' && integer;
      return combined(so, other, cut ? (a, b) => Math.trunc(a / b) : arithmetic, integer);
    }, first);
  }
  const comparison = find(COMPARISONS);
  if (comparison !== undefined)
    return combined(first, context.constant(1), (a, b) => Number(comparison(a, b)), true);
  const function_ = find(FUNCTIONS);
  if (function_ !== undefined) return mapped(first, function_);
  const reduction = find(REDUCTIONS);
  if (reduction !== undefined) return reduced(context, first, reduction);
  switch (kind) {
    case 'Mod': {
      const sign = context.int('fmod', 0) === 1;
      const of = (a: number, b: number): number => (sign ? a % b : a - b * Math.floor(a / b));
      return combined(first, context.constant(1), of, first.integer);
    }
    case 'Clip': {
      const [least, most] = [1, 2].map((index) => context.optional(index)?.data[0]);
      const [low, high] = [
        least ?? context.number('min', -Infinity),
        most ?? context.number('max', Infinity),
      ];
      return mapped(first, (value) => Math.min(high, Math.max(low, value)));
    }
    case 'BatchNormalization':
      return normalised(context, first);
    case 'Where': {
      const [yes, no] = [context.constant(1), context.constant(2)];
      const picked = combined(first, yes, (condition, value) => (condition === 0 ? NaN : value));
      return combined(picked, no, (a, b) => (Number.isNaN(a) ? b : a), yes.integer && no.integer);
    }
    default:
      return null;
  }
}
