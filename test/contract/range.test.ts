// What a user may say of the pixels that a model takes.
import { expect, it } from 'vitest';
import { affineOf, rangeNames, rangeSchema } from '../../src-main/contract/range';

it.each([
  ['0..1', [1], [0]],
  ['-1..1', [2], [-1]],
  ['−1..1', [2], [-1]],
  ['0..255', [255], [0]],
  ['-0.5 .. .5', [1], [-0.5]],
  ['1..0', [-1], [1]],
  ['mean 0.5 std 0.25', [4], [-2]],
  ['mean 0.5, 0.25 std 0.5', [2, 2], [-1, -0.5]],
  ['Mean 100 of 255', [255], [-100]],
  ['mean 127.5 std 127.5 of 255', [2], [-1]],
])('%s', (range, scale, offset) => {
  expect(affineOf(range)).toEqual({ scale, offset });
});

it('ImageNet’s figures are three of each', () => {
  const { scale, offset } = affineOf('imagenet') ?? { scale: [], offset: [] };
  expect(scale[0]).toBeCloseTo(1 / 0.229);
  expect(offset[2]).toBeCloseTo(-0.406 / 0.225);
  for (const name of rangeNames) expect(affineOf(name)).not.toBeNull();
});

const WRONG = ['', '1', '1..1', 'a..b', '0..', '..', '__proto__', 'constructor', 'mean', 'mean x std 1'];
it.each([...WRONG, 'mean 1 std 0', 'mean 1, 2 std 1, 0', '0..1e99', `mean ${'1,'.repeat(80)}1`, 'NaN..1'])(
  '“%s” is none',
  (range) => {
    expect(affineOf(range)).toBeNull();
    expect(rangeSchema.safeParse(range).success).toBe(false);
  },
);
