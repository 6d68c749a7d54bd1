// The gradients of TensorFlow's own kernels against finite differences.
import type { Rank, Tensor, Tensor4D } from '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { tf } from '../../src-main/native/tensorflow';
import * as kernels from '../../src-main/network/kernels';

const random = <R extends Rank>(shape: number[], seed: number): Tensor<R> =>
  tf.randomNormal(shape, 0, 1, 'float32', seed) as unknown as Tensor<R>;
const inner = (a: Tensor, b: Tensor): number => tf.tidy(() => a.mul(b).sum().dataSync()[0] as number);

/** ⟨gradient, direction⟩ against the central difference of ⟨f(x), dy⟩ along the direction, relative. */
function mismatch(f: (x: Tensor) => Tensor, x: Tensor, dy: Tensor, gradient: Tensor): number {
  const direction = random(x.shape, 11);
  const h = 1e-2;
  const there = inner(f(x.add(direction.mul(h))), dy) - inner(f(x.sub(direction.mul(h))), dy);
  const expected = inner(gradient, direction);
  return Math.abs(there / (2 * h) - expected) / Math.max(1, Math.abs(expected));
}

describe.each([
  { strides: [1, 1], padding: 'same', dilations: [1, 1] },
  { strides: [2, 3], padding: 'same', dilations: [1, 1] },
  { strides: [2, 1], padding: 'valid', dilations: [1, 1] },
  { strides: [1, 1], padding: 'valid', dilations: [2, 1] },
] as const)('A convolution of strides $strides, padding $padding, dilations $dilations', (geometry) => {
  const x = random<Rank.R4>([2, 11, 12, 3], 1);
  const kernel = random<Rank.R4>([3, 4, 3, 5], 2);
  const y = kernels.conv2d(x, kernel, geometry);
  const dy = random<Rank.R4>(y.shape, 3);

  it('has the right gradient in its input', () => {
    const dx = kernels.conv2dInputGradient(x.shape, kernel, dy, geometry);
    expect(mismatch((at) => kernels.conv2d(at as Tensor4D, kernel, geometry), x, dy, dx)).toBeLessThan(1e-3);
  });
  it('has the right gradient in its kernel', () => {
    const dw = kernels.conv2dKernelGradient(x, kernel.shape, dy, geometry);
    expect(mismatch((at) => kernels.conv2d(x, at as Tensor4D, geometry), kernel, dy, dw)).toBeLessThan(1e-3);
  });
  it('is what tfjs computes', () => {
    const dilations = [...geometry.dilations] as [number, number];
    const reference = tf.conv2d(x, kernel, [...geometry.strides], geometry.padding, 'NHWC', dilations);
    expect(y.sub(reference).abs().max().dataSync()[0]).toBeLessThan(1e-4);
  });
});

it('Bias, ReLU, max-pooling and matrix products have the right gradients', () => {
  const x = random<Rank.R4>([2, 8, 9, 3], 4);
  const bias = random<Rank.R1>([3], 5);
  const dy = random<Rank.R4>(x.shape, 6);
  expect(
    mismatch((at) => kernels.biasAdd(x, at as typeof bias), bias, dy, kernels.biasGradient(dy)),
  ).toBeLessThan(1e-3);

  const rectified = kernels.relu(x);
  expect([...rectified.dataSync()]).toEqual([...x.dataSync()].map((value) => Math.max(value, 0)));
  expect(kernels.reluGradient(dy, rectified).sub(dy.mul(x.step())).abs().max().dataSync()[0]).toBe(0);

  const geometry = { size: [2, 3], strides: [2, 2], padding: 'same' } as const;
  // far apart values, so that no step of the difference changes which one is greatest
  const spread = tf.tensor4d([...tf.util.createShuffledIndices(2 * 8 * 9 * 3)], [2, 8, 9, 3], 'float32');
  const y = kernels.maxPool(spread, geometry);
  const dPool = random<Rank.R4>(y.shape, 7);
  const dx = kernels.maxPoolGradient(spread, y, dPool, geometry);
  expect(dx.sum().dataSync()[0]).toBeCloseTo(dPool.sum().dataSync()[0] as number, 3);
  expect(inner(dx, spread)).toBeCloseTo(inner(dPool, y), 0);

  const a = random<Rank.R2>([4, 3], 8);
  const b = random<Rank.R2>([4, 5], 9);
  expect(
    kernels
      .matMul(a, b, true)
      .sub(tf.matMul(a, b, true))
      .abs()
      .max()
      .dataSync()[0],
  ).toBeLessThan(1e-5);
});
