// Resampling along one axis: nearest or linear, with each convention of where the samples lie.
import type { Tensor2D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';

/**
 * Output element o takes the input at (o + origin) · step + offset: as it is nearest, or between its two neighbours.
 * Half-pixel centres are origin ½, offset −½; corners aligned are origin 0, step (input − 1) / (output − 1).
 */
export interface AxisResampling {
  readonly input: number;
  readonly output: number;
  readonly method: 'nearest' | 'linear';
  /** Input elements from one output element to the next. */
  readonly step: number;
  readonly origin: number;
  readonly offset: number;
  /** How a nearest position is rounded; 'down' at halves is ONNX's round_prefer_floor. */
  readonly rounding: 'floor' | 'ceil' | 'halfDown' | 'halfUp';
}

/** The input elements that an output element takes, unclamped, with their weights. */
export function samplesOf(axis: AxisResampling, element: number): readonly (readonly [number, number])[] {
  // a hair's breadth against positions such as 0.99999 that are 1 in exact arithmetic
  const position = (element + axis.origin) * axis.step + axis.offset;
  const at = Math.abs(position - Math.round(position)) < 1e-6 ? Math.round(position) : position;
  if (axis.method === 'linear') {
    const below = Math.floor(at);
    const share = at - below;
    return share === 0
      ? [[below, 1]]
      : [
          [below, 1 - share],
          [below + 1, share],
        ];
  }
  switch (axis.rounding) {
    case 'floor':
      return [[Math.floor(at), 1]];
    case 'ceil':
      return [[Math.ceil(at), 1]];
    case 'halfDown':
      return [[Math.ceil(at - 0.5), 1]];
    case 'halfUp':
      return [[Math.floor(at + 0.5), 1]];
  }
}

/**
 * The matrix [outputs, inputs] that takes input elements `from` … `from + inputs − 1` to output elements `first` … ;
 * positions outside the axis take its first or last element.
 */
export function resamplingMatrix(
  axis: AxisResampling,
  first: number,
  outputs: number,
  from: number,
  inputs: number,
): Tensor2D {
  const values = new Float32Array(outputs * inputs);
  for (let row = 0; row < outputs; row++) {
    for (const [element, weight] of samplesOf(axis, first + row)) {
      const column = Math.min(Math.max(element - from, 0), inputs - 1);
      values[row * inputs + column] = (values[row * inputs + column] ?? 0) + weight;
    }
  }
  return tf.tensor2d(values, [outputs, inputs]);
}
