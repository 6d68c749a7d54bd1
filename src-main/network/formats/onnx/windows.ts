// ONNX operators that slide windows: convolutions and pools; and matrix products.
import { reach } from '../../convolutions';
import type { ExplicitPadding, Padding } from '../../kernels';
import {
  convolve,
  convolveTransposed,
  imageOrderOf,
  multiplyMatrix,
  pool,
  reduceAxes,
  sameLower,
  transposeWeight,
} from '../image-operations';
import { inOrder, reshaped, type Value } from '../layout';
import type { Weight } from '../weights';
import { isConstant, type Context, type TranslateNode } from './context';

type Pair = [number, number];

/** Numbers for rows and columns; a sequence has columns alone. */
function pair(values: readonly number[] | null, fallback: number): Pair {
  if (values === null || values.length === 0) return [fallback, fallback];
  const [first = fallback, second] = values;
  return second === undefined ? [fallback, first] : [first, second];
}

function sidesOf(value: Value): Pair {
  const spatial = value.dims.slice(1);
  return spatial.length === 1 ? [1, spatial[0] as number] : [spatial[0] as number, spatial[1] as number];
}

/** ONNX's pads: all the befores, then all the afters. */
function padsOf(context: Context): ExplicitPadding {
  const pads = context.ints('pads') ?? [];
  if (pads.length === 0) return [0, 0, 0, 0];
  if (pads.some((side) => side < 0)) throw new RangeError('its padding is negative');
  if (pads.length === 2) return [0, 0, pads[0] as number, pads[1] as number];
  const [top = 0, left = 0, bottom = 0, right = 0] = pads;
  return [top, bottom, left, right];
}

function paddingOf(context: Context, value: Value, window: Pair, strides: Pair, dilations: Pair): Padding {
  switch (context.text('auto_pad', 'NOTSET')) {
    case 'SAME_UPPER':
      return 'same';
    case 'SAME_LOWER':
      return sameLower(sidesOf(value), window, strides, dilations);
    case 'VALID':
      return 'valid';
    default: {
      const pads = padsOf(context);
      return pads.every((side) => side === 0) ? 'valid' : pads;
    }
  }
}

/** A kernel [out, in, …] with rows and columns first; one of a sequence gets a row. */
function kernelOf(weight: Weight, order: readonly [number, number, number, number]): Weight {
  const { shape, data } = weight;
  if (shape.length < 3 || shape.length > 4) throw new RangeError(`its kernel has ${shape.length} dimensions`);
  const [out = 1, into = 1, ...spatial] = shape;
  return transposeWeight(
    { data, shape: [out, into, ...(spatial.length === 1 ? [1, ...spatial] : spatial)] },
    order,
  );
}

function conv(context: Context): Value {
  const value = context.value();
  const kernel = kernelOf(context.constant(1), [2, 3, 1, 0]);
  const window: Pair = [kernel.shape[0] as number, kernel.shape[1] as number];
  const [strides, dilations] = [pair(context.ints('strides'), 1), pair(context.ints('dilations'), 1)];
  return convolve(context.builder, context.name, value, true, {
    ...{ kernel, bias: context.optional(2), groups: context.int('group', 1), strides, dilations },
    padding: paddingOf(context, value, window, strides, dilations),
  });
}

function convTranspose(context: Context): Value {
  const value = context.value();
  const kernel = kernelOf(context.constant(1), [2, 3, 1, 0]);
  const [strides, dilations] = [pair(context.ints('strides'), 1), pair(context.ints('dilations'), 1)];
  const extra = pair(context.ints('output_padding'), 0);
  const window = [0, 1].map((axis) => reach(kernel.shape[axis] as number, dilations[axis] as number));
  const sides = sidesOf(value);
  const pads = padsOf(context);
  const shape = context.ints('output_shape');
  const auto = context.text('auto_pad', 'NOTSET');
  const placed = sides.map((side, axis) => {
    const [stride, taps] = [strides[axis] as number, window[axis] as number];
    const full = (side - 1) * stride + taps + (extra[axis] as number);
    const stated = shape === null || shape.length === 0 ? null : pair(shape, 1)[axis];
    const wanted = stated ?? (auto.startsWith('SAME') ? side * stride : null);
    if (wanted === null) {
      const [before, after] = [pads[2 * axis] as number, pads[2 * axis + 1] as number];
      return { output: full - before - after, crop: before };
    }
    const total = Math.max(0, full - wanted);
    return { output: wanted, crop: auto === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2) };
  });
  const [rows, columns] = placed as [{ output: number; crop: number }, { output: number; crop: number }];
  return convolveTransposed(context.builder, context.name, value, true, {
    ...{ kernel, bias: context.optional(2), groups: context.int('group', 1), strides, dilations },
    crop: [rows.crop, columns.crop],
    output: [rows.output, columns.output],
  });
}

/** More padding after, so that the last window, which ceil_mode counts, is whole. */
function ceiled(
  input: Pair,
  window: Pair,
  strides: Pair,
  [top, bottom, left, right]: ExplicitPadding,
): ExplicitPadding {
  const after = ([0, 1] as const).map((axis) => {
    const [before, end] = axis === 0 ? [top, bottom] : [left, right];
    const [side, taps, stride] = [input[axis], window[axis], strides[axis]];
    let output = Math.ceil((side + before + end - taps) / stride) + 1;
    // a window that would begin in the padding after is left out
    if ((output - 1) * stride >= side + before) output--;
    return Math.max(end, (output - 1) * stride + taps - side - before);
  });
  return [top, after[0] as number, left, after[1] as number];
}

function pooled(context: Context, op: 'maxPool' | 'averagePool'): Value {
  const value = context.value();
  const spatial = pair(context.ints('kernel_shape'), 1);
  const [strides, dilations] = [pair(context.ints('strides'), 1), pair(context.ints('dilations'), 1)];
  if (dilations.some((side) => side !== 1)) throw new RangeError('it is dilated');
  let padding = paddingOf(context, value, spatial, strides, dilations);
  const stated = padsOf(context);
  if (context.int('ceil_mode', 0) === 1 && padding !== 'same') {
    padding = ceiled(sidesOf(value), spatial, strides, stated);
  }
  const counted = context.int('count_include_pad', 0) === 1 ? stated : undefined;
  return pool(context.builder, context.name, value, true, op, { size: spatial, strides, padding }, counted);
}

function gemm(context: Context): Value {
  const value = context.value();
  const [alpha, beta] = [context.number('alpha', 1), context.number('beta', 1)];
  if (context.int('transA', 0) === 1) throw new RangeError('it transposes the batch');
  const stated = context.constant(1);
  const matrix = context.int('transB', 0) === 1 ? transposeWeight(stated, [1, 0]) : stated;
  const scaled = alpha === 1 ? matrix : { ...matrix, data: matrix.data.map((weight) => weight * alpha) };
  const bias = context.optional(2);
  const units = matrix.shape[1] ?? 0;
  const full =
    bias === null
      ? null
      : {
          shape: [units],
          data: new Float32Array(units).map(
            (_, i) => (bias.data[bias.data.length === 1 ? 0 : i] ?? 0) * beta,
          ),
        };
  const flat =
    value.dims.length === 1
      ? value
      : reshaped(context.builder, `${context.name}/flat`, value, [
          value.dims.reduce((all, side) => all * side, 1),
        ]);
  return multiplyMatrix(context.builder, context.name, flat, scaled, full);
}

function globalPool(context: Context, over: 'mean' | 'max'): Value {
  const value = context.value();
  imageOrderOf(value, true);
  return reduceAxes(context.builder, context.name, value, over, inOrder(value.dims).slice(1), true);
}

export const windowNode: TranslateNode = (context) => {
  switch (context.node.kind) {
    case 'Conv':
      return [conv(context)];
    case 'ConvTranspose':
      return [convTranspose(context)];
    case 'MaxPool':
      return [pooled(context, 'maxPool')];
    case 'AveragePool':
      return [pooled(context, 'averagePool')];
    case 'GlobalAveragePool':
      return [globalPool(context, 'mean')];
    case 'GlobalMaxPool':
      return [globalPool(context, 'max')];
    case 'Gemm':
      return [gemm(context)];
    case 'MatMul':
      if (!isConstant(context.inputs[0]) && !isConstant(context.inputs[1]))
        throw new RangeError('it multiplies two things that come from the image, as attention does');
      return [multiplyMatrix(context.builder, context.name, context.value(), context.constant(1), null)];
    default:
      return null;
  }
};
