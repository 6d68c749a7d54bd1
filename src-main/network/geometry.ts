// Which input rows and columns a node's outputs look at: the geometry behind receptive fields and windows.
import { paddingAlong, reach } from './convolutions';
import type { FeatureShape, Operation } from './network';
import { samplesOf, type AxisResampling } from './resampling';

/** Rows or columns. */
export type Axis = 0 | 1;

/** Elements first … last of an axis, both included; below 0 and beyond the end where padding is. */
export interface Interval {
  readonly first: number;
  readonly last: number;
}

/** How outputs look at inputs along an axis that has no end. */
export interface View {
  /** The inputs that some outputs see. */
  readonly needs: (outputs: Interval) => Interval;
  /** Input elements from one output element to the next; a fraction where the layer upsamples. */
  readonly stride: number;
}

const straight: View = { needs: (outputs) => outputs, stride: 1 };

/** A window that slides by whole elements, its first one `before` elements above its output's place. */
function sliding(window: number, stride: number, before: number): View {
  return {
    needs: ({ first, last }) => ({
      first: first * stride - before,
      last: last * stride - before + window - 1,
    }),
    stride,
  };
}

/** A window that slides the other way: input i reaches outputs i·stride − crop … + window − 1. */
function transposed(window: number, stride: number, crop: number): View {
  return {
    needs: (outputs) => {
      const last = Math.floor((outputs.last + crop) / stride);
      // a window shorter than its stride leaves outputs that see nothing: they are given one input all the same
      return { first: Math.min(last, Math.ceil((outputs.first + crop - window + 1) / stride)), last };
    },
    stride: 1 / stride,
  };
}

/** A resampling repeats itself when its step, or the inverse of it, is whole; else each output is its own. */
function resampled(axis: AxisResampling): View | null {
  if (!Number.isInteger(axis.step) && !Number.isInteger(1 / axis.step)) return null;
  return {
    needs: ({ first, last }) => ({
      first: (samplesOf(axis, first)[0] as readonly [number, number])[0],
      last: (samplesOf(axis, last).at(-1) as readonly [number, number])[0],
    }),
    stride: axis.step,
  };
}

/** True where a constant of shape […, h, w, c] is the same at every row and column. */
const isUniform = (shape: readonly number[]): boolean => shape.slice(0, -1).every((side) => side === 1);

/** True for axes that leave out rows and columns. */
const withinChannels = (axes: readonly number[]): boolean => axes.every((axis) => axis === 2);

/**
 * How the outputs of an operation see one of its inputs along an axis; null when each sees the whole of it, or what
 * it sees depends on its place.
 */
export function viewOf(
  operation: Operation,
  input: FeatureShape,
  output: FeatureShape,
  axis: Axis,
): View | null {
  switch (operation.op) {
    case 'conv2d':
    case 'depthwiseConv2d': {
      const { strides, padding, dilations } = operation.geometry;
      const window = reach(operation.kernel.shape[axis], dilations[axis]);
      const [before] = paddingAlong(padding, axis, input[axis], window, strides[axis]);
      return sliding(window, strides[axis], before);
    }
    case 'maxPool':
    case 'averagePool': {
      const { size, strides, padding } = operation.geometry;
      const [before] = paddingAlong(padding, axis, input[axis], size[axis], strides[axis]);
      return sliding(size[axis], strides[axis], before);
    }
    case 'convTranspose2d': {
      const window = reach(operation.kernel.shape[axis], operation.dilations[axis]);
      return transposed(window, operation.strides[axis], operation.crop[axis]);
    }
    case 'resample':
      return resampled(axis === 0 ? operation.rows : operation.columns);
    case 'pad':
      return sliding(1, 1, operation.amounts[axis]?.[0] ?? 0);
    case 'slice':
      return sliding(1, operation.strides[axis] ?? 1, -(operation.begin[axis] ?? 0));
    case 'flatten':
    case 'reshape':
    case 'permute':
      return null;
    case 'softmax':
      return operation.axis === undefined || operation.axis === 2 ? straight : null;
    case 'prelu':
      return isUniform(operation.slope.shape) ? straight : null;
    case 'constant':
      return isUniform(operation.value.shape) ? straight : null;
    case 'normalise':
    case 'unitNorm':
    case 'reduce':
      return withinChannels(operation.axes) ? straight : null;
    case 'concatenate':
      return operation.axis === 2 ? straight : null;
    case 'merge':
      return input[0] === output[0] && input[1] === output[1] ? straight : null;
    case 'input':
    case 'identity':
    case 'dense':
    case 'relu':
    case 'activation':
    case 'affine':
    case 'localResponse':
      return straight;
  }
}
