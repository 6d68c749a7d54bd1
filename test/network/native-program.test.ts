// Functions run by TensorFlow as graphs give what they give in JavaScript, and leave nothing behind.
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend';
import { describe, expect, test } from 'vitest';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-node';
import { tf } from '../../src-main/native/tensorflow';
import { nativeFunction, nativeLoop, type NativeFunction } from '../../src-main/network/native-program';
import { Unrecordable } from '../../src-main/network/recording';

const matrix = (seed: number, shape: [number, number]): Tensor2D =>
  tf.randomNormal(shape, 0, 1, 'float32', seed);

interface Made {
  readonly native: NativeFunction;
  readonly of: (x: Tensor2D) => Tensor[];
}

function expectEqual(found: Tensor, expected: Tensor): void {
  expect(found.shape).toEqual(expected.shape);
  const [a, b] = [found.dataSync(), expected.dataSync()];
  a.forEach((value, i) => {
    expect(value).toBeCloseTo(b[i] ?? NaN, 4);
  });
}

describe('a native function', () => {
  test('computes on other numbers what the example showed, gradients included', () => {
    const before = tf.memory().numTensors;
    const weights = matrix(1, [5, 4]);
    const of = (x: Tensor): Tensor[] => {
      const score = (t: Tensor) =>
        tf
          .relu(tf.matMul(t as Tensor2D, weights))
          .square()
          .mean();
      return [
        tf.grad(score)(x),
        x.reshape([5, 3]).sum(0),
        tf
          .matMul(x as Tensor2D, weights)
          .argMax(1)
          .toFloat(),
      ];
    };
    const native = nativeFunction([matrix(2, [3, 5])], of);
    const other = matrix(3, [3, 5]);
    const found = native.run(other);
    const expected = tf.tidy(() => of(other));
    found.forEach((tensor, i) => {
      expectEqual(tensor, expected[i] as Tensor);
    });
    native.dispose();
    tf.dispose([found, expected, weights, other]);
    // the example
    expect(tf.memory().numTensors).toBe(before + 1);
  });

  test('is loaded once for all that come to the same graph, whatever numbers they use besides', () => {
    const { binding } = tf.backend() as NodeJSKernelBackend;
    const before = binding.getNumOfSavedModels();
    const example = matrix(2, [3, 6]);
    const [one, other] = [matrix(1, [6, 4]), matrix(4, [6, 4])].map((weights) => {
      const of = (x: Tensor2D): Tensor[] => [tf.matMul(x, weights).square()];
      return { native: nativeFunction([example], of), of };
    }) as [Made, Made];
    expect(binding.getNumOfSavedModels()).toBe(before + 1);
    for (const { native, of } of [one, other]) {
      expectEqual(native.run(example)[0] as Tensor, of(example)[0] as Tensor);
    }
    one.native.dispose();
    // the other one goes on, and a third finds it there when both are done with it
    expectEqual(other.native.run(example)[0] as Tensor, other.of(example)[0] as Tensor);
    other.native.dispose();
    nativeFunction([example], one.of).dispose();
    expect(binding.getNumOfSavedModels()).toBe(before + 1);
  });

  test('is refused to a function that looks at its numbers, without a trace', () => {
    const x = matrix(2, [3, 5]);
    const before = tf.memory().numTensors;
    const looks = (t: Tensor): Tensor[] => [t.mul(t.dataSync()[0] ?? 0)];
    expect(() => nativeFunction([x], looks)).toThrow(Unrecordable);
    expect(tf.memory().numTensors).toBe(before);
    expectEqual(x.add(0), x);
  });
});

describe('a native loop', () => {
  test('takes as many steps as its schedules say, each with its own numbers', () => {
    const weights = matrix(1, [4, 4]);
    const step = ([x, sum]: readonly Tensor[], [rate, share]: readonly Tensor[]): Tensor[] => {
      const next = tf.tanh(tf.matMul(x as Tensor2D, weights)).mul(rate as Scalar);
      return [next, (sum as Tensor).add(next.mul(share as Scalar))];
    };
    const start = [matrix(2, [3, 4]), tf.zeros([3, 4])];
    const before = tf.memory().numTensors;
    const native = nativeLoop(start, 2, step);
    for (const count of [0, 1, 7]) {
      const rates = Array.from({ length: count }, (_, i) => 1 + i / 10);
      const shares = rates.map((_, i) => i % 2);
      const schedules = [tf.tensor1d(rates, 'float32'), tf.tensor1d(shares, 'float32')];
      const found = native.run(start, schedules);
      const expected = tf.tidy(() =>
        rates
          .reduce<Tensor[]>(
            (state, rate, i) => step(state, [tf.scalar(rate), tf.scalar(shares[i] ?? 0)]),
            start,
          )
          .map((tensor) => tensor.clone()),
      );
      found.forEach((tensor, i) => {
        expectEqual(tensor, expected[i] as Tensor);
      });
      tf.dispose([found, expected, schedules]);
    }
    native.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
