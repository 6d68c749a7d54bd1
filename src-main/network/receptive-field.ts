// Which part of the input a unit can see, worked out from the geometry of the layers below it.
import { chainTo, type Network, type Node } from './network';

/** Along one axis: a unit at output position i sees input pixels start + i·stride … + size − 1. */
export interface FieldAxis {
  readonly size: number;
  readonly stride: number;
  /** First input pixel that the unit at position 0 sees; negative where padding is seen. */
  readonly start: number;
}

export interface ReceptiveField {
  readonly rows: FieldAxis;
  readonly columns: FieldAxis;
}

/** Rows or columns. */
type Axis = 0 | 1;

/** Padding before the first element, as TensorFlow's SAME places it: the odd one goes after. */
function paddingBefore(input: number, window: number, stride: number): number {
  const output = Math.ceil(input / stride);
  return Math.floor(Math.max(0, (output - 1) * stride + window - input) / 2);
}

interface Sliding {
  readonly window: number;
  readonly stride: number;
  readonly same: boolean;
}

/** How a node slides over its input along an axis; null when it sees the whole of it. */
function slidingOf({ operation }: Node, axis: Axis): Sliding | null {
  switch (operation.op) {
    case 'conv2d': {
      const { strides, padding, dilations } = operation.geometry;
      const window = (operation.kernel.shape[axis] - 1) * dilations[axis] + 1;
      return { window, stride: strides[axis], same: padding === 'same' };
    }
    case 'maxPool': {
      const { size, strides, padding } = operation.geometry;
      return { window: size[axis], stride: strides[axis], same: padding === 'same' };
    }
    case 'input':
    case 'relu':
      return { window: 1, stride: 1, same: false };
    default:
      return null;
  }
}

/**
 * The receptive field of a node's units, or null when they see the whole image (dense layers and beyond).
 * Recurrence of Araujo, Norris & Sim 2019, "Computing receptive fields of convolutional neural networks":
 * size += (window − 1)·stride, start −= padding·stride, stride ×= the layer's own.
 */
export function receptiveField(network: Network, name: string): ReceptiveField | null {
  const fields = [0, 1].map((axis) => fieldAlong(chainTo(network, name), axis as Axis));
  const [rows, columns] = fields;
  return rows && columns ? { rows, columns } : null;
}

function fieldAlong(chain: readonly Node[], axis: Axis): FieldAxis | null {
  let size = 1;
  let stride = 1;
  let start = 0;
  let extent = chain[0]?.shape[axis] ?? 1;
  for (const node of chain) {
    const sliding = slidingOf(node, axis);
    if (sliding === null) return null;
    const padding = sliding.same ? paddingBefore(extent, sliding.window, sliding.stride) : 0;
    size += (sliding.window - 1) * stride;
    start -= padding * stride;
    stride *= sliding.stride;
    extent = node.shape[axis];
  }
  return { size, stride, start };
}

/**
 * Height and width of the picture that a unit is optimised on: its receptive field where that is smaller than
 * the image in both directions, else the whole image.
 */
export function windowOf(network: Network, name: string): { height: number; width: number; whole: boolean } {
  const [height, width] = network.input;
  const field = receptiveField(network, name);
  if (field !== null && field.rows.size <= height && field.columns.size <= width) {
    return { height: field.rows.size, width: field.columns.size, whole: false };
  }
  return { height, width, whole: true };
}
