// Convolutions and pools of every geometry, differentiable in their input through TensorFlow's own kernels.
import type { GradSaveFunc, Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import * as kernels from './kernels';
import type { ConvGeometry, ExplicitPadding, Padding, PoolGeometry } from './kernels';

/** An operation whose gradient is one of TensorFlow's own kernels: `gradient` gets dy, the input and the output. */
export function differentiable<T extends Tensor>(
  x: T,
  value: (x: T) => T,
  gradient: (dy: T, x: T, y: T) => T,
): T {
  return tf.customGrad<T>((input, save) => {
    const y = value(input as T);
    (save as GradSaveFunc)([input as T, y]);
    return { value: y, gradFunc: (dy, saved) => gradient(dy, saved[0] as T, saved[1] as T) };
  })(x);
}

/** Extent of a dilated window of `taps` taps. */
export const reach = (taps: number, dilation: number): number => (taps - 1) * dilation + 1;

/** Zeros before and after an axis of `input` elements; SAME puts the odd one after, as TensorFlow does. */
export function paddingAlong(
  padding: Padding,
  axis: 0 | 1,
  input: number,
  window: number,
  stride: number,
): readonly [before: number, after: number] {
  if (padding === 'valid') return [0, 0];
  if (padding !== 'same') return [padding[2 * axis] as number, padding[2 * axis + 1] as number];
  const total = Math.max(0, (Math.ceil(input / stride) - 1) * stride + window - input);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

/** The padding of both axes of x [n, h, w, c] in numbers. */
function explicit(
  x: Tensor4D,
  padding: Padding,
  windows: readonly [number, number],
  strides: readonly [number, number],
): ExplicitPadding {
  return [
    ...paddingAlong(padding, 0, x.shape[1], windows[0], strides[0]),
    ...paddingAlong(padding, 1, x.shape[2], windows[1], strides[1]),
  ];
}

/** x [n, h, w, c] with zeros, or another value, around its rows and columns. */
function pad(x: Tensor4D, [top, bottom, left, right]: ExplicitPadding, value = 0): Tensor4D {
  if (top === 0 && bottom === 0 && left === 0 && right === 0) return x;
  return tf.pad4d(
    x,
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    value,
  );
}

/** Every s-th row and t-th column of x, beginning with the first. */
export function thin(x: Tensor4D, [s, t]: readonly [number, number]): Tensor4D {
  if (s === 1 && t === 1) return x;
  const [n, h, w, c] = x.shape;
  const [rows, columns] = [Math.ceil(h / s), Math.ceil(w / t)];
  return pad(x, [0, rows * s - h, 0, columns * t - w])
    .reshape([n, rows, s, columns, t * c])
    .slice([0, 0, 0, 0, 0], [n, rows, 1, columns, c])
    .reshape([n, rows, columns, c]);
}

/**
 * A dilated convolution as an undilated one on the grids of every d-th element: no gradient of a dilated convolution
 * is right on every processor (TensorFlow's depthwise one ignores the dilation without saying so).
 */
function dilated(
  x: Tensor4D,
  windows: readonly [number, number],
  { strides, padding, dilations }: ConvGeometry,
  undilated: (x: Tensor4D) => Tensor4D,
): Tensor4D {
  const padded = pad(x, explicit(x, padding, windows, strides));
  const [, h, w] = padded.shape;
  const fill = [h, w].map((size, axis) => {
    const d = dilations[axis] as number;
    return Math.ceil(size / d) * d - size;
  }) as [number, number];
  const blocks = tf.spaceToBatchND(
    padded,
    [...dilations],
    [
      [0, fill[0]],
      [0, fill[1]],
    ],
  );
  const y = tf.batchToSpaceND(
    undilated(blocks),
    [...dilations],
    [
      [0, fill[0]],
      [0, fill[1]],
    ],
  );
  return thin(y, strides);
}

const isDilated = ({ dilations }: ConvGeometry): boolean => dilations[0] > 1 || dilations[1] > 1;

/** Gradient of a grouped convolution in its input: TensorFlow has one for single groups alone. */
function inputGradient(
  x: Tensor4D,
  kernel: Tensor4D,
  dy: Tensor4D,
  geometry: ConvGeometry,
  groups: number,
): Tensor4D {
  if (groups === 1) return kernels.conv2dInputGradient(x.shape, kernel, dy, geometry);
  const [n, h, w, c] = x.shape;
  const kernelParts = tf.split<Tensor4D>(kernel, groups, 3);
  const parts = tf
    .split<Tensor4D>(dy, groups, 3)
    .map((part, group) =>
      kernels.conv2dInputGradient([n, h, w, c / groups], kernelParts[group] as Tensor4D, part, geometry),
    );
  return tf.concat(parts, 3);
}

const withBias = (y: Tensor4D, bias: Tensor1D | null): Tensor4D =>
  bias === null ? y : kernels.biasAdd(y, bias);

/** Convolution with the kernel [kh, kw, c / groups, f] held constant: differentiable in x [n, h, w, c]. */
export function conv2d(
  x: Tensor4D,
  kernel: Tensor4D,
  bias: Tensor1D | null,
  geometry: ConvGeometry,
  groups = 1,
): Tensor4D {
  const { dilations } = geometry;
  if (isDilated(geometry)) {
    const windows = [reach(kernel.shape[0], dilations[0]), reach(kernel.shape[1], dilations[1])] as const;
    const plain: ConvGeometry = { strides: [1, 1], padding: 'valid', dilations: [1, 1] };
    return dilated(x, windows, geometry, (blocks) => conv2d(blocks, kernel, bias, plain, groups));
  }
  return differentiable(
    x,
    (input) => withBias(kernels.conv2d(input, kernel, geometry), bias),
    (dy, input) => inputGradient(input, kernel, dy, geometry, groups),
  );
}

/** Depthwise convolution with the kernel [kh, kw, c, m] held constant: differentiable in x. */
export function depthwiseConv2d(
  x: Tensor4D,
  kernel: Tensor4D,
  bias: Tensor1D | null,
  geometry: ConvGeometry,
): Tensor4D {
  const { strides, dilations, padding } = geometry;
  const windows = [reach(kernel.shape[0], dilations[0]), reach(kernel.shape[1], dilations[1])] as const;
  const square = (input: Tensor4D, stride: number, zeros: Padding): Tensor4D =>
    differentiable(
      input,
      (at) => withBias(kernels.depthwiseConv2d(at, kernel, stride, zeros), bias),
      (dy, at) => kernels.depthwiseInputGradient(at.shape, kernel, dy, stride, zeros),
    );
  if (isDilated(geometry)) return dilated(x, windows, geometry, (blocks) => square(blocks, 1, 'valid'));
  const isSquare = strides[0] === strides[1];
  if (isSquare && typeof padding === 'string') return square(x, strides[0], padding);
  // zeros of their own around x, not the kernel's: TensorFlow aborts the process where it joins a kernel that has them with
  // what follows it (the shape of _FusedDepthwiseConv2dNative, up to 2.20)
  if (isSquare) return square(pad(x, explicit(x, padding, windows, strides)), strides[0], 'valid');
  return thin(square(pad(x, explicit(x, padding, windows, strides)), 1, 'valid'), strides);
}

/** Where a transposed convolution's output begins and ends in its full extent, rows then columns. */
export interface TransposedCrop {
  /** First row and column kept; may lie before 0 or beyond the end, where zeros are. */
  readonly begin: readonly [number, number];
  readonly size: readonly [number, number];
}

/** Rows and columns `crop` of x [n, h, w, c], zeros where it has none. */
function window(x: Tensor4D, { begin, size }: TransposedCrop): Tensor4D {
  const [, h, w] = x.shape;
  const before = [Math.max(0, -begin[0]), Math.max(0, -begin[1])] as const;
  const padded = pad(x, [
    before[0],
    Math.max(0, begin[0] + size[0] - h),
    before[1],
    Math.max(0, begin[1] + size[1] - w),
  ]);
  const [row, column] = [begin[0] + before[0], begin[1] + before[1]];
  return padded.slice([0, row, column, 0], [-1, size[0], size[1], -1]);
}

/** A kernel [kh, kw, a, b] with zeros between its taps. */
function spread(kernel: Tensor4D, [d, e]: readonly [number, number]): Tensor4D {
  if (d === 1 && e === 1) return kernel;
  const [kh, kw, a, b] = kernel.shape;
  const spaced = tf.pad(kernel.reshape([kh, 1, kw, 1, a * b]), [
    [0, 0],
    [0, d - 1],
    [0, 0],
    [0, e - 1],
    [0, 0],
  ]);
  return spaced
    .reshape<Tensor4D>([kh * d, kw * e, a, b])
    .slice([0, 0, 0, 0], [reach(kh, d), reach(kw, e), a, b]);
}

/**
 * Transposed convolution with the kernel [kh, kw, f / groups, c] held constant: differentiable in x [n, h, w, c].
 * The full output has (h − 1)·stride + window rows, of which `crop` is kept.
 */
export function convTranspose2d(
  x: Tensor4D,
  kernel: Tensor4D,
  bias: Tensor1D | null,
  strides: readonly [number, number],
  dilations: readonly [number, number],
  crop: TransposedCrop,
  groups = 1,
): Tensor4D {
  const geometry: ConvGeometry = { strides, padding: 'valid', dilations: [1, 1] };
  const inputs = groups === 1 ? [x] : tf.split<Tensor4D>(x, groups, 3);
  const [rows, columns] = ([0, 1] as const).map((axis) => reach(kernel.shape[axis], dilations[axis])) as [
    number,
    number,
  ];
  // made where it is used: on the way back what was made before is gone
  const taps = (group: number): Tensor4D => {
    const whole = spread(kernel, dilations);
    return groups === 1 ? whole : (tf.split<Tensor4D>(whole, groups, 3)[group] as Tensor4D);
  };
  const parts = inputs.map((part, group) => {
    const [n, h, w] = part.shape;
    const full: [number, number, number, number] = [
      n,
      (h - 1) * strides[0] + rows,
      (w - 1) * strides[1] + columns,
      kernel.shape[2],
    ];
    return differentiable(
      part,
      (input) => kernels.conv2dInputGradient(full, taps(group), input, geometry),
      (dy) => kernels.conv2d(dy, taps(group), geometry),
    );
  });
  const [only] = parts;
  const y = window(groups === 1 && only !== undefined ? only : tf.concat(parts, 3), crop);
  return bias === null ? y : y.add(bias);
}

/** ReLU whose gradient is one kernel. */
export function relu<T extends Tensor>(x: T): T {
  return differentiable(x, kernels.relu, (dy, _, y) => kernels.reluGradient(dy, y));
}

/** Max-pooling whose gradient is one kernel. Padding never wins: it counts as −∞. */
export function maxPool(x: Tensor4D, geometry: PoolGeometry): Tensor4D {
  return differentiable(
    x,
    (input) => kernels.maxPool(input, geometry),
    (dy, input, y) => kernels.maxPoolGradient(input, y, dy, geometry),
  );
}

/** How many elements of an axis each window of an average covers. */
function covered(
  output: number,
  input: number,
  before: number,
  window: number,
  stride: number,
  counted: readonly [before: number, after: number],
): number[] {
  return Array.from({ length: output }, (_, i) => {
    const first = i * stride - before;
    return Math.max(1, Math.min(first + window, input + counted[1]) - Math.max(first, -counted[0]));
  });
}

/**
 * Mean over windows. Padding is left out of the count, except that of `countPadding` (ONNX's count_include_pad),
 * of which what lies beyond it (its ceil_mode) is still left out.
 */
export function averagePool(x: Tensor4D, geometry: PoolGeometry, countPadding?: ExplicitPadding): Tensor4D {
  const { size, strides, padding } = geometry;
  if (typeof padding === 'string' && (padding === 'valid' || countPadding === undefined)) {
    return differentiable(
      x,
      (input) => kernels.averagePool(input, geometry),
      (dy, input) => kernels.averagePoolGradient(input.shape, dy, geometry),
    );
  }
  const zeros = explicit(x, padding, size, strides);
  const sums = averagePool(pad(x, zeros), { size, strides, padding: 'valid' });
  const counts = ([0, 1] as const).map((axis) => {
    const counted =
      countPadding === undefined ? ([0, 0] as const) : paddingAlong(countPadding, axis, 0, 0, 1);
    const [input, output] = [x.shape[axis + 1] as number, sums.shape[axis + 1] as number];
    return covered(output, input, zeros[2 * axis] as number, size[axis], strides[axis], counted);
  });
  const [rows = [], columns = []] = counts;
  const share = rows.flatMap((row) => columns.map((column) => (size[0] * size[1]) / (row * column)));
  return sums.mul(tf.tensor4d(share, [1, rows.length, columns.length, 1]));
}
