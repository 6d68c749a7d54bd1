// A halving pool gives what the pooling kernels give, ties and edges included.
import type { Rank, Tensor4D } from '@tensorflow/tfjs-node';
import { describe, expect, test } from 'vitest';
import { tf } from '../../src-main/native/tensorflow';
import { pooled, pooledByKernel } from '../../src-main/network/max-pool';

const HALVING = { size: [2, 2], strides: [2, 2], padding: 'same' } as const;

describe('max-pooling and its gradient equal the kernels bit for bit', () => {
  test.each([
    { of: 'even sides', shape: [3, 8, 6, 5], geometry: HALVING, levels: 1000 },
    { of: 'many equal values', shape: [3, 8, 6, 5], geometry: HALVING, levels: 2 },
    { of: 'one value', shape: [1, 4, 4, 3], geometry: HALVING, levels: 1 },
    { of: 'odd sides, padded', shape: [2, 7, 5, 4], geometry: HALVING, levels: 4 },
    { of: 'overlapping windows', shape: [2, 8, 8, 2], geometry: { ...HALVING, size: [3, 3] }, levels: 4 },
  ] as const)('$of', ({ shape, geometry, levels }) => {
    const differences = tf.tidy(() => {
      const x = tf.tidy(() =>
        tf.randomUniform<Rank.R4>([...shape], 0, levels, 'float32', 7).floor<Tensor4D>(),
      );
      const [fast, general] = [pooled(x, geometry), pooledByKernel(x, geometry)];
      const dy = tf.randomNormal<Rank.R4>(general.y.shape, 0, 1, 'float32', 8);
      return [
        fast.y.sub(general.y).abs().max().dataSync()[0],
        fast.gradient(dy).sub(general.gradient(dy)).abs().max().dataSync()[0],
      ];
    });
    expect(differences).toEqual([0, 0]);
  });
});
