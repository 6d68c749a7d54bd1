// The small parts of an ascent, each against an independent computation.
import type { Rank, Scalar, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { describe, expect, test } from 'vitest';
import { ascend, type Ascent, type Frame } from '../../src-main/ascent/ascend';
import { box, ellipsoid, none, sphere } from '../../src-main/ascent/constraints';
import {
  channel,
  classContrast,
  direction,
  l1,
  l2,
  negative,
  neuron,
  scaled,
  sum,
  totalVariation,
  type Objective,
} from '../../src-main/ascent/objectives';
import { adam, projectedAscent } from '../../src-main/ascent/optimisers';
import { dct, dctMatrix, dctScales, natural, pixel, whitened } from '../../src-main/ascent/parametrisations';
import { windowPrior } from '../../src-main/ascent/prior';
import { movement, resamplingMatrix } from '../../src-main/ascent/transforms';
import { tf } from '../../src-main/native/tensorflow';
import { forward } from '../../src-main/network/forward';
import { createRng } from '../../src-main/network/rng';
import { question } from '../support/networks';

const network = await question();
const random = (shape: number[], seed = 1): Float32Array => {
  const rng = createRng(seed);
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal());
};
const values = (x: { dataSync(): ArrayLike<number> }): number[] => Array.from(x.dataSync());

/** Largest relative error of the gradient against central differences at a few pixels. */
function gradientError(
  of: (x: Tensor4D) => Tensor1D,
  at: Float32Array,
  shape: [number, number, number, number],
): number {
  const gradient = tf.tidy(() =>
    tf
      .grad((x) => of(x as Tensor4D).sum())(tf.tensor4d(at, shape))
      .dataSync<'float32'>(),
  );
  const scoreAt = (index: number, by: number): number => {
    const moved = at.slice();
    moved[index] = (moved[index] ?? 0) + by;
    return tf.tidy(() => of(tf.tensor4d(moved, shape)).sum().dataSync()[0] ?? NaN);
  };
  const largest = Math.max(...gradient.map(Math.abs));
  const errors = Array.from({ length: 12 }, (_, i) => {
    const index = Math.floor(((i + 0.5) * at.length) / 12);
    const expected = (scoreAt(index, 1e-3) - scoreAt(index, -1e-3)) / 2e-3;
    return Math.abs(expected - (gradient[index] ?? NaN)) / largest;
  });
  return Math.max(...errors);
}

describe('objectives', () => {
  const whole: [number, number, number, number] = [2, 28, 28, 1];
  const window: [number, number, number, number] = [2, 14, 14, 1];

  test.each<[string, () => Objective, [number, number, number, number]]>([
    ['neuron', () => neuron(network, 'conv2', [1, 5]), window],
    ['channel', () => channel(network, 'conv2', [1, 5]), whole],
    ['class contrast', () => classContrast(network, 'classes', [3, 8]), whole],
    ['direction', () => direction(network, 'conv2', tf.tensor2d(random([2, 8]), [2, 8])), window],
    [
      'penalised sum',
      () => sum(neuron(network, 'conv2', [1, 5]), scaled(l2(), -0.1), scaled(totalVariation(), -0.05)),
      window,
    ],
  ])('%s: the gradient is that of finite differences', (_, make, shape) => {
    const objective = make();
    expect(gradientError(objective.of, random(shape), shape)).toBeLessThan(0.02);
    objective.dispose();
  });

  test('a channel is the mean of its map, a contrast the logit less the mean of the others, a negative the opposite', () => {
    const x = tf.tensor4d(random(whole), whole);
    const map = forward(network, x, 'conv2');
    const unit5 = values(map.slice([1, 0, 0, 5], [1, -1, -1, 1]));
    const mean = unit5.reduce((a, b) => a + b) / unit5.length;
    expect(values(channel(network, 'conv2', [1, 5]).of(x))[1]).toBeCloseTo(mean, 4);
    const logits = values(forward(network, x, 'classes')).slice(0, 10);
    const others = logits.filter((_, i) => i !== 3).reduce((a, b) => a + b) / 9;
    const contrast = classContrast(network, 'classes', [3, 8]);
    expect(values(contrast.of(x))[0]).toBeCloseTo((logits[3] ?? NaN) - others, 3);
    expect(values(negative(contrast).of(x))[0]).toBeCloseTo(others - (logits[3] ?? NaN), 3);
  });

  test('the penalties are what they are called', () => {
    const x = tf.tensor4d([1, -2, 3, 5], [1, 2, 2, 1]);
    expect(values(l1().of(x))).toEqual([11]);
    expect(values(l2().of(x))).toEqual([39]);
    expect(values(totalVariation().of(x))).toEqual([3 + 2 + 2 + 7]);
  });
});

describe('parametrisations', () => {
  const size = { height: 6, width: 4, channels: 2 };

  test('the DCT is orthonormal, so the norm of the picture is that of the scaled coefficients', () => {
    const basis = dctMatrix(6);
    const identity = values(tf.matMul(basis, basis, false, true));
    identity.forEach((value, i) => {
      expect(value).toBeCloseTo(i % 7 === 0 ? 1 : 0, 5);
    });
    const theta = random([1, 48]);
    const scales = dctScales(6, 4);
    const expected = Math.sqrt(
      theta.reduce((total, value, i) => total + (value * (scales[i % 24] ?? NaN)) ** 2, 0),
    );
    const image = dct(size).image(tf.tensor2d(theta, [1, 48]));
    expect(image.shape).toEqual([1, 6, 4, 2]);
    expect(image.norm().dataSync()[0]).toBeCloseTo(expected, 4);
  });

  test('pictures of DCT coefficients are sums of cosines, whose gradient is their adjoint', () => {
    const [n, { height, width, channels }] = [2, size];
    const [rows, columns] = [values(dctMatrix(height)), values(dctMatrix(width))];
    const scales = dctScales(height, width);
    const theta = random([n, 48]);
    const cosines = (picture: number, channel: number, y: number, x: number): number =>
      scales.reduce((total, scale, i) => {
        const [k, l] = [Math.floor(i / width), i % width];
        const coefficient = (theta[picture * 48 + channel * 24 + i] ?? NaN) * scale;
        return total + coefficient * (rows[k * height + y] ?? NaN) * (columns[l * width + x] ?? NaN);
      }, 0);
    const parametrisation = dct(size);
    const found = values(parametrisation.image(tf.tensor2d(theta, [n, 48])));
    expect(found).toHaveLength(n * height * width * channels);
    found.forEach((value, i) => {
      const pixel = Math.floor(i / channels) % (height * width);
      const place = [i % channels, Math.floor(pixel / width), pixel % width] as const;
      expect(value).toBeCloseTo(cosines(Math.floor(i / 48), ...place), 5);
    });
    parametrisation.dispose();
  });

  test.each([
    ['dct', dct],
    ['natural', natural],
  ])('the gradient of %s is its adjoint', (_, make) => {
    const colour = { height: 7, width: 5, channels: 3 };
    const parametrisation = make(colour);
    const image = (t: Tensor2D): Tensor4D => parametrisation.image(t);
    const [theta, dx] = [tf.tensor2d(random([2, 105]), [2, 105]), tf.tensor(random([210]), [2, 7, 5, 3])];
    const pulled = tf.grad((t) =>
      image(t as Tensor2D)
        .mul(dx)
        .sum(),
    )(theta);
    const moved = image(theta).sub(image(tf.zerosLike(theta)));
    const [along, across] = [values(pulled.mul(theta).sum()), values(moved.mul(dx).sum())];
    expect(along[0]).toBeCloseTo(across[0] ?? NaN, 3);
    parametrisation.dispose();
  });

  test('natural pictures are mid grey and scaled coefficients, mixed as colours go together', () => {
    const flat = values(natural({ ...size, channels: 1 }).image(tf.zeros<Rank.R2>([1, 24])));
    expect(flat.every((value) => value === 0.5)).toBe(true);
    // the first of three channels is brightness: it moves red, green and blue alike
    const bright = tf.tensor2d([...random([24]), ...new Float32Array(48)], [1, 72]);
    const tinted = values(
      natural({ ...size, channels: 3 })
        .image(bright)
        .sub(0.5),
    );
    for (let i = 0; i < tinted.length; i += 3) {
      const [red = NaN, green = NaN, blue = NaN] = tinted.slice(i, i + 3);
      expect(red * 0.27).toBeCloseTo(green * 0.26, 5);
      expect(blue).toBeCloseTo(green, 5);
    }
  });

  test('the principal axes reproduce the covariance, directly and through the Gram matrix', () => {
    const direct = random([400, 3]).map((value, i) => value * (1 + (i % 3)));
    const prior = windowPrior(direct, 3);
    const covariance = values(tf.matMul(prior.axes, prior.axes, true));
    [1, 4, 9].forEach((variance, i) => {
      expect((covariance[i * 4] ?? NaN) / variance).toBeGreaterThan(0.75);
      expect((covariance[i * 4] ?? NaN) / variance).toBeLessThan(1.3);
    });
    const wide = random([5, 2000]);
    const gram = windowPrior(wide, 2000);
    expect(gram.axes.shape).toEqual([4, 2000]);
    const image = whitened(gram, { height: 40, width: 50, channels: 1 });
    const mean = values(gram.mean);
    // the first window lies in the space of the axes: its projection gives it back
    const centred = tf.tensor2d(wide.subarray(0, 2000), [1, 2000]).sub<Tensor2D>(gram.mean);
    const lengths = gram.axes.square().sum<Tensor1D>(1);
    const z = tf.matMul(centred, gram.axes, false, true).div<Tensor2D>(lengths);
    const back = values(image.image(z));
    expect(Math.max(...back.map((value, i) => Math.abs(value - (wide[i] ?? NaN))))).toBeLessThan(1e-3);
    expect(mean).toHaveLength(2000);
  });
});

describe('constraints', () => {
  const g = tf.tensor2d([3, -4, 0.5, 2], [2, 2]);

  test('the gap is 0 at the first-order optimum and 1 at the centre or across', () => {
    const scales = Float32Array.of(1, 2);
    const optimum = tf.tensor2d([3, -1, 0.5, 0.5], [2, 2]);
    const egg = ellipsoid(2, scales);
    for (const gap of values(egg.gap(egg.project(optimum), g))) expect(gap).toBeCloseTo(0, 5);
    const ball = sphere(5);
    expect(values(ball.project(g))[0]).toBeCloseTo(3, 4);
    for (const gap of values(ball.gap(g, g))) expect(gap).toBeCloseTo(0, 5);
    expect(values(ball.gap(tf.tensor2d([4, 3, 2, -0.5], [2, 2]), g))[0]).toBeCloseTo(1, 5);
    expect(values(box().gap(tf.tensor2d([1, 0, 1, 1], [2, 2]), g))).toEqual([0, 0]);
    expect(values(box().gap(tf.tensor2d([0.5, 0.5, 0.5, 0.5], [2, 2]), g))).toEqual([1, 1]);
    expect(values(none().gap(g, g))).toEqual([1, 1]);
  });

  test('a projected point satisfies its constraint and is left where it is by a second projection', () => {
    const egg = ellipsoid(2, Float32Array.of(1, 2));
    const once = egg.project(g);
    for (const norm of values(once.mul(tf.tensor2d([1, 2], [1, 2])).norm('euclidean', 1)))
      expect(norm).toBeCloseTo(2, 5);
    values(egg.project(once)).forEach((value, i) => {
      expect(value).toBeCloseTo(values(once)[i] ?? NaN, 5);
    });
    expect(values(box().project(g))).toEqual([1, 0, 0.5, 1]);
  });
});

describe('transforms', () => {
  test('no movement is the identity; a shift moves whole pixels; a quarter turn is clockwise', () => {
    const still = resamplingMatrix(3, 3, { dy: 0, dx: 0, factor: 1, angle: 0 });
    still.forEach((value, i) => {
      expect(value).toBe(i % 10 === 0 ? 1 : 0);
    });
    const apply = (matrix: Float32Array): number[] => {
      const x = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8, 9], [9, 1]);
      return values(tf.matMul(tf.tensor2d(matrix, [9, 9]), x)).map((value) => Math.round(value * 1e4) / 1e4);
    };
    expect(apply(resamplingMatrix(3, 3, { dy: 1, dx: 0, factor: 1, angle: 0 }))).toEqual([
      0, 0, 0, 1, 2, 3, 4, 5, 6,
    ]);
    expect(apply(resamplingMatrix(3, 3, { dy: 0, dx: 0, factor: 1, angle: Math.PI / 2 }))).toEqual([
      7, 4, 1, 8, 5, 2, 9, 6, 3,
    ]);
  });

  test('a drawn movement keeps the shape, channels apart, and follows its seed', () => {
    const move = movement({ jitter: 2, scale: 0.1, rotate: 10 });
    const x = tf.tensor4d(random([2, 8, 8, 2]), [2, 8, 8, 2]);
    const drawn = (): Scalar[] => move.draw(createRng(1)).map((value) => tf.scalar(value));
    const one = move.of(x, drawn());
    expect(one.shape).toEqual([2, 8, 8, 2]);
    expect(values(move.of(x, drawn()))).toEqual(values(one));
    const first = x.slice([0, 0, 0, 0], [2, 8, 8, 1]);
    expect(values(move.of(first, drawn()))).toEqual(values(one.slice([0, 0, 0, 0], [2, 8, 8, 1])));
  });

  test('a drawn movement is the resampling of its numbers; of a large picture, without the turn', () => {
    const moved = (height: number, width: number, angle: number): [number[], number[]] => {
      const [dy, dx, factor] = [1.25, -0.5, 1.1];
      const x = tf.tensor4d(random([1, height, width, 1]), [1, height, width, 1]);
      const drawn = [dy, dx, 1 / factor, Math.cos(angle), Math.sin(angle)].map((value) => tf.scalar(value));
      const matrix = resamplingMatrix(height, width, { dy, dx, factor, angle: height > 40 ? 0 : angle });
      const pixels = height * width;
      const expected = tf.matMul(tf.tensor2d(matrix, [pixels, pixels]), x.reshape([pixels, 1]));
      return [values(movement({ jitter: 2, scale: 0.1, rotate: 10 }).of(x, drawn)), values(expected)];
    };
    for (const [height, width] of [
      [7, 9],
      [42, 40],
    ] as const) {
      const [found, expected] = moved(height, width, 0.15);
      found.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i] ?? NaN, 4);
      });
    }
  });
});

describe('optimisers', () => {
  async function climb(optimiser: ReturnType<typeof adam>, steps: number): Promise<Ascent> {
    const objective: Objective = {
      name: '−(x − 3)²',
      of: (x) => x.sub(3).square().sum<Tensor1D>([1, 2, 3]).mul(-1),
      dispose: () => undefined,
    };
    const parametrisation = pixel({ height: 1, width: 2, channels: 1 });
    const start = tf.zeros<Rank.R2>([2, 2]);
    const run: AsyncGenerator<Frame, Ascent> = ascend({
      ...{ objective, parametrisation, constraint: none(), optimiser, start, steps, seed: 0 },
    });
    const end = await run.next();
    if (end.done !== true) throw new Error('a frame that nobody asked for');
    return end.value;
  }

  test('Adam and plain ascent both find the top of a parabola', async () => {
    for (const optimiser of [adam(0.05), projectedAscent(none(), 0.5)]) {
      const { images, scores } = await climb(optimiser, 400);
      for (const value of images) expect(value).toBeCloseTo(3, 1);
      for (const score of scores) expect(score).toBeGreaterThan(-0.02);
      optimiser.dispose();
    }
  });
});
