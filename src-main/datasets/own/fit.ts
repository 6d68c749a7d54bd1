// Pictures brought to one size: cropped to the shape in the middle, scaled with every pixel counted, grey or RGB.
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-node';
import { tf } from '../../native/tensorflow';
import type { Target } from '../target';

/**
 * The matrix [to, from] that takes `cropped` of `from` samples, in the middle, to `to`: triangles as wide as the step
 * when it shrinks, linear interpolation when it grows (the "antialiased bilinear" of Pillow and TensorFlow).
 */
export function scalingMatrix(from: number, cropped: number, to: number): Float32Array {
  const step = cropped / to;
  const reach = Math.max(1, step);
  const start = (from - cropped) / 2;
  const values = new Float32Array(to * from);
  for (let row = 0; row < to; row++) {
    const centre = start + (row + 0.5) * step;
    const weights: [number, number][] = [];
    const [first, last] = [Math.floor(centre - reach), Math.ceil(centre + reach)];
    // nothing from beyond the crop, as if the picture ended there
    const [least, most] = [Math.floor(start), Math.ceil(start + cropped)];
    for (let column = Math.max(least, first); column < Math.min(most, last); column++) {
      const weight = 1 - Math.abs(column + 0.5 - centre) / reach;
      if (weight > 0) weights.push([column, weight]);
    }
    const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [column, weight] of weights) values[row * from + column] = weight / total;
  }
  return values;
}

/** Luma of red, green and blue (ITU-R BT.601), as Pillow's mode L has it. */
const LUMA = [0.299, 0.587, 0.114];

/** One picture [h × w × channels of `x`, 0..255] as bytes of the target; channels beyond three are left out. */
export function fit(x: Tensor3D, { height, width, channels }: Target): Uint8Array {
  const [rows, columns, given] = x.shape;
  const out = tf.tidy(() => {
    let picture = x.toFloat();
    if (given === 4 || given === 2) picture = picture.slice([0, 0, 0], [rows, columns, given - 1]);
    const colours = picture.shape[2];
    if (channels === 1 && colours === 3) {
      picture = tf
        .matMul(picture.reshape<Tensor2D>([-1, 3]), tf.tensor2d(LUMA, [3, 1]))
        .reshape<Tensor3D>([rows, columns, 1]);
    }
    const own = picture.shape[2];
    if (rows !== height || columns !== width) {
      // the largest part of the target's shape
      const scale = Math.min(rows / height, columns / width);
      const down = tf.tensor2d(scalingMatrix(rows, height * scale, height), [height, rows]);
      const across = tf.tensor2d(scalingMatrix(columns, width * scale, width), [width, columns]);
      const lower = tf.matMul(down, picture.reshape<Tensor2D>([rows, columns * own]));
      const turned = lower.reshape<Tensor3D>([height, columns, own]).transpose<Tensor3D>([1, 0, 2]);
      picture = tf
        .matMul(across, turned.reshape<Tensor2D>([columns, height * own]))
        .reshape<Tensor3D>([width, height, own])
        .transpose<Tensor3D>([1, 0, 2]);
    }
    if (channels === 3 && own === 1) picture = picture.tile<Tensor3D>([1, 1, 3]);
    return picture.dataSync<'float32'>();
  });
  return Uint8Array.from(out, (value) => Math.min(255, Math.max(0, Math.round(value))));
}
