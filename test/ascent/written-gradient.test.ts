// The written-out gradient equals the tape's, on every kind of chain; where it is not written out, it says so.
import { afterAll, describe, expect, test } from 'vitest';
import { neuron } from '../../src-main/ascent/objectives';
import { dct, pixel, whitened } from '../../src-main/ascent/parametrisations';
import { windowPrior } from '../../src-main/ascent/prior';
import { writtenGradient } from '../../src-main/ascent/written-gradient';
import { openMnist } from '../../src-main/datasets/dataset';
import { realWindows } from '../../src-main/evidence/real-windows';
import { tf } from '../../src-main/native/tensorflow';
import { windowOf } from '../../src-main/network/receptive-field';
import { createRng } from '../../src-main/network/rng';
import { openShipped } from '../support/networks';

const network = await openShipped();
const dataset = openMnist();
afterAll(() => {
  network.dispose();
});

describe('the gradient without the tape', () => {
  test.each([
    ['conv1', 'whitened'],
    ['conv1', 'pixel'],
    ['conv2', 'whitened'],
    ['conv2', 'pixel'],
    ['dense', 'whitened'],
    ['classes', 'pixel'],
  ])(
    'equals the tape on %s in %s coordinates, to 1e-5 of its norm, and leaves nothing behind',
    (layer, name) => {
      const size = { ...windowOf(network, layer), channels: 1 };
      const windows = realWindows(dataset, network, layer).values.subarray(0, 500 * size.height * size.width);
      const before = tf.memory().numTensors;
      const prior = windowPrior(windows, size.height * size.width);
      const parametrisation = name === 'pixel' ? pixel(size) : whitened(prior, size);
      const objective = neuron(network, layer, [0, 1, 2, 3, 9]);
      if (objective.weighs === undefined) throw new Error('a neuron weighs what it sees');
      const written = writtenGradient(network, layer, objective.weighs.weights, parametrisation);
      const theta = parametrisation.start(5, createRng(2));
      const errors = tf.tidy(() => {
        const taped = tf.grad((t) => objective.of(parametrisation.image(t as typeof theta)).sum())(theta);
        const error = (written?.of(theta) ?? tf.zerosLike(theta)).sub(taped);
        return error.norm('euclidean', 1).div(taped.norm('euclidean', 1)).dataSync();
      });
      expect(Math.max(...errors)).toBeLessThan(1e-5);
      for (const made of [theta, objective, parametrisation, prior]) made.dispose();
      written?.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  test('is left to the tape where the parametrisation has no adjoint', () => {
    const parametrisation = dct({ height: 14, width: 14, channels: 1 });
    const objective = neuron(network, 'conv2', [0]);
    expect(writtenGradient(network, 'conv2', objective.weighs?.weights as never, parametrisation)).toBeNull();
    objective.dispose();
    parametrisation.dispose();
  });
});
