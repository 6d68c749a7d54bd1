// The shape of an operation's output from the shapes of its inputs, checked against its weights.
import { paddingAlong, reach } from './convolutions';
import type { Padding } from './kernels';
import type { FeatureShape, Operation } from './network';

/** Features of one image: [height, width, channels], or more dimensions as they are. */
export type Features = readonly number[];

/** Elements that one image's features may have. */
const MOST_ELEMENTS = 2 ** 28;

const product = (shape: Features): number => shape.reduce((all, side) => all * side, 1);
const show = (shape: Features): string => shape.join('×');

function extent(axis: 0 | 1, input: number, window: number, stride: number, padding: Padding): number {
  if (padding === 'same') return Math.ceil(input / stride);
  const [before, after] = paddingAlong(padding, axis, input, window, stride);
  return Math.floor((input + before + after - window) / stride) + 1;
}

/** Elements that a window, its steps and what is put around an image may have along an axis. */
const MOST_ALONG = 2 ** 20;

/** Throws a RangeError unless all are whole numbers from `least` on, and none is beyond reason. */
function mustCount(what: string, values: readonly number[], least: number): void {
  if (values.some((value) => !Number.isInteger(value) || value < least || value > MOST_ALONG))
    throw new RangeError(`its ${what} of ${show(values)} cannot be`);
}

/** Height and width after a sliding window. */
function slid(
  input: Features,
  window: readonly [number, number],
  strides: readonly [number, number],
  padding: Padding,
): [number, number] {
  if (input.length !== 3) throw new RangeError(`it takes images, not features of ${show(input)}`);
  mustCount('window', window, 1);
  mustCount('strides', strides, 1);
  if (typeof padding !== 'string') mustCount('padding', padding, 0);
  const padded = input.map((side, axis) => {
    if (axis > 1) return side;
    const [before, after] = paddingAlong(
      padding,
      axis as 0 | 1,
      side,
      window[axis] as number,
      strides[axis] as number,
    );
    return side + before + after;
  });
  if (product(padded) > MOST_ELEMENTS)
    throw new RangeError(`its padded input of ${show(padded)} is too large`);
  const side = (axis: 0 | 1): number =>
    extent(axis, input[axis] as number, window[axis], strides[axis], padding);
  return [side(0), side(1)];
}

function broadcast(a: Features, b: Features): Features {
  const rank = Math.max(a.length, b.length);
  const side = (shape: Features, axis: number): number => shape[axis - rank + shape.length] ?? 1;
  return Array.from({ length: rank }, (_, axis) => {
    const [one, other] = [side(a, axis), side(b, axis)];
    if (one !== other && one !== 1 && other !== 1) {
      throw new RangeError(`shapes ${show(a)} and ${show(b)} do not fit together`);
    }
    return Math.max(one, other);
  });
}

function convolved(
  operation: Extract<Operation, { op: 'conv2d' | 'depthwiseConv2d' }>,
  input: Features,
): Features {
  const { kernel, geometry } = operation;
  const [rows, columns, within, last] = kernel.shape;
  const groups = operation.op === 'conv2d' ? (operation.groups ?? 1) : 1;
  if (within * groups !== input[2] || (operation.op === 'conv2d' && last % groups !== 0)) {
    throw new RangeError(`its kernel ${show(kernel.shape)} does not fit an input of ${show(input)}`);
  }
  mustCount('dilation', geometry.dilations, 1);
  const window = [reach(rows, geometry.dilations[0]), reach(columns, geometry.dilations[1])] as const;
  const sides = slid(input, window, geometry.strides, geometry.padding);
  return [...sides, operation.op === 'conv2d' ? last : within * last];
}

function computed(operation: Operation, inputs: readonly Features[]): Features {
  const input = inputs[0] as Features;
  switch (operation.op) {
    case 'conv2d':
    case 'depthwiseConv2d':
      return convolved(operation, input);
    case 'convTranspose2d': {
      const [, , filters, channels] = operation.kernel.shape;
      if (input.length !== 3 || channels !== input[2] || channels % operation.groups !== 0) {
        throw new RangeError(`its kernel ${show(operation.kernel.shape)} does not fit ${show(input)}`);
      }
      mustCount('strides', operation.strides, 1);
      mustCount('dilation', operation.dilations, 1);
      mustCount('place in the full output', operation.crop, 0);
      return [...operation.output, filters * operation.groups];
    }
    case 'dense': {
      const [inputsOf, units] = operation.kernel.shape;
      if (inputsOf !== product(input)) {
        throw new RangeError(`its ${inputsOf} inputs are not the ${product(input)} that come in`);
      }
      return [1, 1, units];
    }
    case 'maxPool':
    case 'averagePool': {
      const { size, strides, padding } = operation.geometry;
      // a window of padding alone has no greatest element, and TensorFlow's kernel refuses it
      if (operation.op === 'maxPool' && typeof padding !== 'string') {
        if (padding.some((side, i) => side >= (size[i >> 1] as number)))
          throw new RangeError(`its padding of ${show(padding)} is as wide as its window of ${show(size)}`);
      }
      return [...slid(input, size, strides, padding), input[2] as number];
    }
    case 'activation':
      if (operation.activation.name !== 'glu') return input;
      if ((input.at(-1) as number) % 2 !== 0) throw new RangeError('its channels cannot be halved');
      return [...input.slice(0, -1), (input.at(-1) as number) / 2];
    case 'affine':
      return broadcast(input, operation.scale.shape);
    case 'prelu':
      return broadcast(input, operation.slope.shape);
    case 'constant':
      return broadcast(input, operation.value.shape);
    case 'merge':
      return inputs.reduce(broadcast);
    case 'normalise':
      if ((input.at(-1) as number) % operation.groups !== 0) {
        throw new RangeError(`${input.at(-1) ?? 0} channels do not fall into ${operation.groups} groups`);
      }
      return input;
    case 'concatenate': {
      const { axis } = operation;
      for (const other of inputs) {
        if (other.length !== input.length || other.some((side, i) => i !== axis && side !== input[i])) {
          throw new RangeError(`shapes ${inputs.map(show).join(' and ')} cannot stand side by side`);
        }
      }
      return input.map((side, i) =>
        i === axis ? inputs.reduce((sum, other) => sum + (other[i] as number), 0) : side,
      );
    }
    case 'reduce':
      return input.map((side, i) => (operation.axes.includes(i) ? 1 : side));
    case 'flatten':
      return [1, 1, product(input)];
    case 'reshape':
      if (product(operation.to) !== product(input)) {
        throw new RangeError(`${show(input)} cannot be reshaped to ${show(operation.to)}`);
      }
      return operation.to;
    case 'permute':
      return operation.order.map((axis) => input[axis] as number);
    case 'pad': {
      const { amounts, mode } = operation;
      mustCount('padding', amounts.flat(), 0);
      // what is mirrored must be there
      const most = mode === 'reflect' ? -1 : mode === 'symmetric' ? 0 : Infinity;
      const beyond = input.some((side, i) => Math.max(...(amounts[i] ?? [0])) > side + most);
      if (beyond) throw new RangeError(`it mirrors more than there is of ${show(input)}`);
      return input.map((side, i) => side + (amounts[i]?.[0] ?? 0) + (amounts[i]?.[1] ?? 0));
    }
    case 'slice':
      mustCount('cut', operation.begin, 0);
      mustCount('steps', operation.strides, 1);
      operation.size.forEach((count, i) => {
        const last = (operation.begin[i] ?? 0) + (count - 1) * (operation.strides[i] ?? 1);
        if (last >= (input[i] as number)) throw new RangeError(`it cuts beyond ${show(input)}`);
      });
      return operation.size;
    case 'resample':
      return [operation.rows.output, operation.columns.output, input[2] as number];
    default:
      return input;
  }
}

/** The features that an operation makes of others. Throws a RangeError for weights and inputs that do not fit. */
export function outputShape(operation: Operation, inputs: readonly Features[]): Features {
  const shape = computed(operation, inputs);
  if (shape.some((side) => !Number.isInteger(side) || side < 1)) {
    throw new RangeError(`nothing is left of an input of ${show(inputs[0] ?? [])}`);
  }
  if (product(shape) > MOST_ELEMENTS) throw new RangeError(`its output of ${show(shape)} is too large`);
  return shape;
}

/** Features of any dimensions as the shape of a node: first ones folded into one. */
export function asFeatureShape(shape: Features): FeatureShape {
  const padded = [...Array<number>(Math.max(0, 3 - shape.length)).fill(1), ...shape];
  const [width = 1, channels = 1] = padded.slice(-2);
  return [product(padded.slice(0, -2)), width, channels];
}
