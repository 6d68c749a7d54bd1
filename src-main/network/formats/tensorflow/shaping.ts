// TensorFlow's operators that reshape, move, cut, join and split.
import { squeezed } from '../image-operations';
import { arrange, axisOf, inOrder, reshaped, valueOf, type Value } from '../layout';
import { isConstant, type Operand } from '../onnx/context';
import { part } from '../onnx/picking';
import { reshapeTo } from '../onnx/shaping';
import type { NodeContext } from './graph';

interface Part {
  begin: number;
  size: number;
  step: number;
}

function concatenate(context: NodeContext, values: readonly Value[], axis: number): Value {
  const { builder, name } = context;
  const [first] = values;
  if (first === undefined) throw new RangeError('it has no inputs');
  const placed = values.map((value) => arrange(builder, value, first.order, name));
  const at = axisOf(placed[0] as Value, axis);
  const nodes = placed.map(({ node }) => node);
  return valueOf(builder, builder.add(name, { op: 'concatenate', axis: at }, nodes), first.order);
}

function concat(context: NodeContext): Value {
  const { inputs } = context;
  const values = inputs.slice(0, -1).map((_, i) => context.value(i));
  const rank = values[0]?.dims.length ?? 0;
  return concatenate(context, values, context.axis(context.constant(inputs.length - 1).data[0] ?? -1, rank));
}

/** The value with a dimension of 1 before its dimension `axis`. */
function expanded(context: NodeContext, name: string, value: Value, axis: number): Value {
  return reshaped(context.builder, name, value, [...value.dims.slice(0, axis), 1, ...value.dims.slice(axis)]);
}

/** An axis of the result, which has a dimension more than its input of `rank` dimensions. */
const newAxis = (context: NodeContext, axis: number, rank: number): number => context.axis(axis, rank + 1);

function expandDims(context: NodeContext): Value {
  const stated = context.constant(1).data[0] ?? 0;
  const single = context.single();
  if (single !== null) {
    if (stated !== 0) throw new RangeError('its input is an image without its batch');
    return single;
  }
  const value = context.value();
  const image = expanded(context, context.name, value, newAxis(context, stated, value.dims.length));
  // a dilated convolution of steps is one of a single row
  const dilation = context.dilated.get(value.node);
  if (dilation !== undefined) context.dilated.set(image.node, dilation);
  return image;
}

function pack(context: NodeContext): Value {
  const axis = context.int('axis', 0);
  const single = context.single();
  if (single !== null && context.inputs.length === 1 && axis === 0) return single;
  const values = context.inputs.map((_, i) => context.value(i));
  const at = newAxis(context, axis, values[0]?.dims.length ?? 0);
  const apart = values.map((value, i) => expanded(context, `${context.name}/${i}`, value, at));
  return concatenate(context, apart, at);
}

/** Takes the batch of one off, which only `expandDims` and `pack` put back. */
function withoutBatch(context: NodeContext): Value {
  const value = { ...context.value() };
  context.singles.add(value);
  return value;
}

/** Equal or stated parts along an axis. */
function cut(context: NodeContext, value: Value, stated: number, sizes: (side: number) => number[]): Value[] {
  const axis = context.axis(stated, value.dims.length);
  const side = value.dims[axis] as number;
  let begin = 0;
  return sizes(side).map((size, i) => {
    const parts = value.dims.map((whole, at): Part => ({
      begin: at === axis ? begin : 0,
      size: at === axis ? size : whole,
      step: 1,
    }));
    begin += size;
    const name = i === 0 ? context.name : `${context.name}/${i}`;
    return part({ builder: context.builder, name }, value, parts);
  });
}

function split(context: NodeContext): Value[] {
  const count = context.int('num_split', 1);
  // Split has its axis first, SplitV last
  if (context.node.op === 'Split') {
    const axis = context.constant(0).data[0] ?? 0;
    return cut(context, context.value(1), axis, (side) => Array<number>(count).fill(side / count));
  }
  const sizes = [...context.constant(1).data];
  const axis = context.constant(2).data[0] ?? 0;
  return cut(context, context.value(), axis, (side) => {
    const rest = side - sizes.reduce((sum, size) => sum + Math.max(0, size), 0);
    return sizes.map((size) => (size < 0 ? rest : size));
  });
}

function unpack(context: NodeContext): Value[] {
  const { builder, name } = context;
  const axis = context.int('axis', 0);
  const count = context.int('num', 1);
  if (axis === 0 && count === 1) return [withoutBatch(context)];
  const value = context.value();
  const at = context.axis(axis, value.dims.length);
  return cut(context, value, axis, () => Array<number>(count).fill(1)).map((slice, i) => {
    const dims = slice.dims.filter((_, dimension) => dimension !== at);
    return dims.length === 0 ? slice : squeezed(builder, `${name}/${i}`, slice, dims, [at]);
  });
}

/** A part along every dimension; the masks say by bit which limits are left out, and which dimensions are made or dropped. */
function stridedSlice(context: NodeContext): Value {
  const { builder, name } = context;
  const value = context.value();
  const [begins, ends, steps] = [1, 2, 3].map((index) => [...context.constant(index).data]) as [
    number[],
    number[],
    number[],
  ];
  const mask = (kind: string, i: number): boolean => ((context.int(`${kind}_mask`, 0) >> i) & 1) === 1;
  const whole = [1, ...value.dims];
  const made = begins.filter((_, i) => mask('new_axis', i) || mask('ellipsis', i)).length;
  const parts: Part[] = [];
  // dimensions of the result: a kept one, or one of 1
  const result: ('kept' | 'dropped' | 'new')[] = [];
  begins.forEach((stated, i) => {
    if (mask('ellipsis', i)) {
      for (let left = whole.length - (begins.length - made) - parts.length; left > 0; left--) {
        // what comes after the ellipsis counts from the end
        if (parts.length >= whole.length) break;
        parts.push({ begin: 0, size: whole[parts.length] as number, step: 1 });
        result.push('kept');
      }
    } else if (mask('new_axis', i)) result.push('new');
    else {
      const side = whole[parts.length];
      const step = steps[i] ?? 1;
      if (side === undefined) throw new RangeError('it cuts along more dimensions than there are');
      if (step < 1) throw new RangeError('it goes backwards');
      const clamp = (at: number): number => Math.min(side, Math.max(0, at < 0 ? at + side : at));
      const begin = mask('begin', i) ? 0 : clamp(stated);
      const one = mask('shrink_axis', i);
      const end = one ? begin + 1 : mask('end', i) ? side : clamp(ends[i] ?? side);
      parts.push({ begin, size: Math.max(0, Math.ceil((end - begin) / step)), step });
      result.push(one ? 'dropped' : 'kept');
    }
  });
  while (parts.length < whole.length) {
    parts.push({ begin: 0, size: whole[parts.length] as number, step: 1 });
    result.push('kept');
  }
  const [batch, ...rest] = parts as [Part, ...Part[]];
  if (result[0] !== 'kept' || batch.size !== 1) throw new RangeError('it cuts the batch');
  if (rest.some(({ size }) => size < 1)) throw new RangeError('it leaves nothing over');
  const picked = part({ builder, name }, value, rest);
  let from = 0;
  const dims = result.slice(1).flatMap((kind) => {
    if (kind === 'new') return [1];
    const side = rest[from++]?.size ?? 1;
    return kind === 'dropped' ? [] : [side];
  });
  if (dims.join() === picked.dims.join()) return picked;
  return reshaped(builder, `${name}/shape`, picked, dims.length === 0 ? [1] : dims);
}

/** Blocks of channels to blocks of pixels or back, rows before columns before channels. */
function blocks(context: NodeContext, toSpace: boolean): Value {
  const { builder, name } = context;
  if (context.text('data_format', 'NHWC') !== 'NHWC') throw new RangeError('its channels come first');
  const value = context.value();
  const [h = 0, w = 0, c = 0] = value.dims;
  const b = context.int('block_size', 1);
  const through = toSpace ? [h, w, b, b, c / (b * b)] : [h / b, b, w / b, b, c];
  const to = [0, 2, 1, 3, 4];
  const spread = reshaped(builder, `${name}/spread`, value, through);
  const moved = arrange(builder, spread, to, name);
  const dims = to.map((axis) => through[axis] as number);
  const flat = toSpace ? [h * b, w * b, c / (b * b)] : [h / b, w / b, c * b * b];
  return reshaped(builder, name, { node: moved.node, dims, order: inOrder(dims) }, flat);
}

function squeeze(context: NodeContext): Value {
  const value = context.value();
  const stated = context.ints('squeeze_dims');
  // the images' batch may go as long as it comes back
  if (stated.length === 1 && stated[0] === 0) return withoutBatch(context);
  const axes =
    stated.length === 0
      ? inOrder(value.dims).filter((axis) => value.dims[axis] === 1)
      : stated.map((axis) => context.axis(axis, value.dims.length));
  const dims = value.dims.filter((_, axis) => !axes.includes(axis));
  return dims.length === 0 ? value : squeezed(context.builder, context.name, value, dims, axes);
}

function transpose(context: NodeContext): Value {
  const value = context.value();
  const [batch, ...rest] = context.constant(1).data;
  const to = rest.map((axis) => axis - 1);
  if (batch !== 0 || to.length !== value.dims.length) throw new RangeError('it moves the batch');
  const placed = arrange(context.builder, value, value.order, context.name);
  return {
    node: placed.node,
    dims: to.map((axis) => value.dims[axis] as number),
    order: placed.order.map((axis) => to.indexOf(axis)),
  };
}

/** The outputs of such an operator, or null for another. */
export function shapingNode(context: NodeContext): Operand | Operand[] | null {
  const { builder, name, node } = context;
  switch (node.op) {
    case 'ConcatV2':
      return concat(context);
    case 'ExpandDims':
      return isConstant(context.inputs[0]) ? null : expandDims(context);
    case 'Pack':
      return pack(context);
    case 'Unpack':
      return unpack(context);
    case 'Split':
    case 'SplitV':
      return split(context);
    case 'StridedSlice':
      return stridedSlice(context);
    case 'DepthToSpace':
      return blocks(context, true);
    case 'SpaceToDepth':
      return blocks(context, false);
    case 'Reshape': {
      const value = context.value();
      return reshaped(builder, name, value, reshapeTo(value, [...context.constant(1).data], true));
    }
    case 'Squeeze':
      return squeeze(context);
    case 'Transpose':
      return transpose(context);
    default:
      return null;
  }
}
