// ONNX operators that resample images, or trade pixels for channels.
import type { Operation } from '../../network';
import type { AxisResampling } from '../../resampling';
import { imageOrderOf } from '../image-operations';
import { arrange, inOrder, reshaped, valueOf, type Value } from '../layout';
import type { Context, TranslateNode } from './context';

type Method = Pick<AxisResampling, 'method' | 'cubic' | 'omitted'>;

/** How Resize finds what lies between elements. */
function methodOf(context: Context): Method {
  const mode = context.text('mode', 'nearest');
  if (context.int('antialias', 0) === 1 && mode !== 'nearest')
    throw new RangeError('it smooths against aliasing');
  if (mode === 'nearest' || mode === 'linear') return { method: mode };
  if (mode !== 'cubic') throw new RangeError(`its mode is "${mode}"; nearest, linear and cubic are known`);
  const omitted = context.int('exclude_outside', 0) === 1;
  return { method: 'cubic', cubic: context.number('cubic_coeff_a', -0.75), omitted };
}

/** One axis of Resize by its coordinate transformation (onnx/docs/Operators.md#Resize). */
function resampling(
  input: number,
  output: number,
  scale: number,
  method: Method,
  mode: string,
  rounding: AxisResampling['rounding'],
): AxisResampling {
  const base = { input, output, rounding, ...method };
  switch (mode) {
    case 'align_corners':
      return { ...base, step: output === 1 ? 0 : (input - 1) / (output - 1), origin: 0, offset: 0 };
    case 'asymmetric':
      return { ...base, step: 1 / scale, origin: 0, offset: 0 };
    case 'pytorch_half_pixel':
      if (output === 1) return { ...base, step: 0, origin: 0, offset: 0 };
      return { ...base, step: 1 / scale, origin: 0.5, offset: -0.5 };
    case 'half_pixel':
      return { ...base, step: 1 / scale, origin: 0.5, offset: -0.5 };
    case 'tf_half_pixel_for_nn':
      return { ...base, step: 1 / scale, origin: 0.5, offset: 0 };
    default:
      throw new RangeError(`its coordinates are "${mode}"`);
  }
}

const ROUNDINGS: Readonly<Record<string, AxisResampling['rounding']>> = {
  ...{ round_prefer_floor: 'halfDown', round_prefer_ceil: 'halfUp', floor: 'floor', ceil: 'ceil' },
};

function resize(context: Context): Value {
  const { builder, name, node, opset } = context;
  const value = context.value();
  const method = methodOf(context);
  const old = node.kind === 'Upsample' || opset < 11;
  const given = (index: number): Float32Array | null => {
    const found = context.optional(index);
    return found === null || found.data.length === 0 ? null : found.data;
  };
  const scales = old
    ? (given(1) ?? Float32Array.from(node.attributes.get('scales')?.floats ?? []))
    : given(2);
  const sizes = old ? null : given(3);
  const order = imageOrderOf(value, true);
  const placed = arrange(builder, value, order, name);
  const coordinates = old ? 'asymmetric' : context.text('coordinate_transformation_mode', 'half_pixel');
  const rounding = old
    ? 'floor'
    : (ROUNDINGS[context.text('nearest_mode', 'round_prefer_floor')] ?? 'halfDown');
  // scales and sizes are of all dimensions, the batch's too, or of those that `axes` names
  const axes = context.ints('axes') ?? [];
  const rank = value.dims.length + 1;
  const at = (axis: number): number =>
    axes.length === 0 ? axis : axes.findIndex((stated) => (stated < 0 ? stated + rank : stated) === axis);
  const axis = (index: number): AxisResampling => {
    const side = value.dims[index - 1] as number;
    const [scale, size] = [scales?.[at(index)], sizes?.[at(index)]];
    if (scale === undefined && size === undefined)
      throw new RangeError('it does not say how large its output is');
    const output = size ?? Math.floor(side * (scale ?? 1));
    return resampling(side, output, scale ?? output / side, method, coordinates, rounding);
  };
  const channels = scales?.[at(1)];
  if (channels !== undefined && channels !== 1) throw new RangeError('it resizes the channels');
  const operation: Operation = {
    op: 'resample',
    // the one row of a sequence is taken as it is
    rows: rank === 3 ? resampling(1, 1, 1, { method: 'nearest' }, 'asymmetric', 'floor') : axis(rank - 2),
    columns: axis(rank - 1),
  };
  return valueOf(builder, builder.add(name, operation, [placed.node]), order);
}

/** Blocks of channels to blocks of pixels or back, by the dimensions that the reference reshapes through. */
function blocks(context: Context, toSpace: boolean): Value {
  const { builder, name } = context;
  const value = context.value();
  const [c = 0, h = 0, w = 0] = value.dims;
  const b = context.int('blocksize', 1);
  const columnsFirst = context.text('mode', 'DCR') === 'DCR';
  const through = toSpace
    ? columnsFirst
      ? [b, b, c / (b * b), h, w]
      : [c / (b * b), b, b, h, w]
    : [c, h / b, b, w / b, b];
  const to = toSpace ? (columnsFirst ? [2, 3, 0, 4, 1] : [0, 3, 1, 4, 2]) : [2, 4, 0, 1, 3];
  const spread = reshaped(builder, `${name}/spread`, value, through);
  const moved = arrange(builder, spread, to, name);
  const dims = to.map((axis) => through[axis] as number);
  const flat = toSpace ? [c / (b * b), h * b, w * b] : [c * b * b, h / b, w / b];
  return reshaped(builder, name, { node: moved.node, dims, order: inOrder(dims) }, flat);
}

export const resamplingNode: TranslateNode = (context) => {
  switch (context.node.kind) {
    case 'Resize':
    case 'Upsample':
      return [resize(context)];
    case 'DepthToSpace':
      return [blocks(context, true)];
    case 'SpaceToDepth':
      return [blocks(context, false)];
    default:
      return null;
  }
};
