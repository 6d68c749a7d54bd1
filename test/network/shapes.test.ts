// What cannot be computed is refused when the shape of its output is asked for.
import { expect, test } from 'vitest';
import type { ExplicitPadding } from '../../src-main/network/kernels';
import { outputShape } from '../../src-main/network/shapes';

const pooled = (op: 'maxPool' | 'averagePool', size: [number, number], padding: ExplicitPadding) =>
  outputShape({ op, geometry: { size, strides: [1, 1], padding } }, [[8, 8, 3]]);

test('a greatest element of padding alone is refused; a mean is not, and padding within the window is neither', () => {
  expect(pooled('maxPool', [2, 3], [1, 1, 2, 2])).toEqual([9, 10, 3]);
  expect(() => pooled('maxPool', [1, 2], [0, 1, 0, 1])).toThrow(
    'its padding of 0×1×0×1 is as wide as its window of 1×2',
  );
  expect(() => pooled('maxPool', [3, 2], [0, 0, 0, 2])).toThrow('as wide as its window');
  expect(pooled('averagePool', [1, 1], [0, 1, 0, 1])).toEqual([9, 9, 3]);
});
