// Resampling along one axis: nearest, linear, cubic or Lanczos, with each convention of where the samples lie.
import type { Tensor2D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';

export type Interpolation = 'linear' | 'cubic' | 'lanczos3' | 'lanczos5';

/**
 * Output element o takes the input at (o + origin) · step + offset: as it is nearest, or between its neighbours.
 * Half-pixel centres are origin ½, offset −½; corners aligned are origin 0, step (input − 1) / (output − 1).
 */
export interface AxisResampling {
  readonly input: number;
  readonly output: number;
  readonly method: 'nearest' | Interpolation;
  /** Input elements from one output element to the next. */
  readonly step: number;
  readonly origin: number;
  readonly offset: number;
  /** How a nearest position is rounded; 'down' at halves is ONNX's round_prefer_floor. */
  readonly rounding: 'floor' | 'ceil' | 'halfDown' | 'halfUp';
  /** Keys' a of the cubic kernel (Keys 1981); −½ when it is not said. */
  readonly cubic?: number;
  /** How much wider the kernel is, against aliasing; 1 when it is not said. */
  readonly widening?: number;
  /** Positions are rounded to so many parts of an element. */
  readonly parts?: number;
  /** Samples beyond the ends are left out, and the others' weights sum to 1; else the first or last element stands for them. */
  readonly omitted?: boolean;
}

/** Elements that a kernel reaches to each side. */
const RADIUS: Readonly<Record<Interpolation, number>> = { linear: 1, cubic: 2, lanczos3: 3, lanczos5: 5 };

function cubicWeight(x: number, a: number): number {
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

function weightOf(method: Interpolation, distance: number, a: number): number {
  const x = Math.abs(distance);
  const radius = RADIUS[method];
  if (x >= radius) return 0;
  if (method === 'linear') return 1 - x;
  if (method === 'cubic') return cubicWeight(x, a);
  const angle = Math.PI * x;
  return angle < 1e-8 ? 1 : (radius * Math.sin(angle) * Math.sin(angle / radius)) / angle ** 2;
}

/** The input elements that an output element takes, unclamped, with their weights. */
export function samplesOf(axis: AxisResampling, element: number): readonly (readonly [number, number])[] {
  // a hair's breadth against positions such as 0.99999 that are 1 in exact arithmetic
  const position = (element + axis.origin) * axis.step + axis.offset;
  const exact = Math.abs(position - Math.round(position)) < 1e-6 ? Math.round(position) : position;
  const at = axis.parts === undefined ? exact : Math.round(exact * axis.parts) / axis.parts;
  const { method, rounding, widening = 1, cubic = -0.5 } = axis;
  if (method !== 'nearest') {
    const reach = RADIUS[method] * widening;
    const samples: (readonly [number, number])[] = [];
    for (let near = Math.ceil(at - reach); near <= at + reach; near++) {
      const weight = weightOf(method, (near - at) / widening, cubic);
      if (weight !== 0) samples.push([near, weight]);
    }
    return samples;
  }
  switch (rounding) {
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
 * positions outside them take the first or last of them, or none.
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
    const samples = samplesOf(axis, first + row);
    const present =
      axis.omitted === true
        ? samples.filter(([element]) => element >= from && element < from + inputs)
        : samples;
    const total = axis.omitted === true ? present.reduce((sum, [, weight]) => sum + weight, 0) : 1;
    for (const [element, weight] of present) {
      const column = Math.min(Math.max(element - from, 0), inputs - 1);
      values[row * inputs + column] = (values[row * inputs + column] ?? 0) + weight / total;
    }
  }
  return tf.tensor2d(values, [outputs, inputs]);
}
