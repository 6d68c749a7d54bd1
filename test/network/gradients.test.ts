// The gradient of every operation that models bring, in each of its inputs, against finite differences.
import type { Tensor } from '@tensorflow/tfjs-node';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tf } from '../../src-main/native/tensorflow';
import type { Activation } from '../../src-main/network/activations';
import { evaluateNodes } from '../../src-main/network/evaluation';
import { openModel } from '../../src-main/network/formats/open';
import type { Network, Operation } from '../../src-main/network/network';
import { evaluate } from '../../src-main/network/operations';
import { fixtures } from './formats/parity';

/** Operations that are defined for positive numbers alone. */
const POSITIVE = new Set(['log', 'squareRoot', 'reciprocalRoot', 'reciprocal']);
const isPositive = (operation: Operation): boolean =>
  (operation.op === 'activation' && POSITIVE.has(operation.activation.name)) ||
  ((operation.op === 'merge' || operation.op === 'constant') && /power|divide/.test(operation.function)) ||
  operation.op === 'localResponse';

/** Σ a·b in double precision: what differs little must not drown in rounding. */
const inner = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);

/**
 * How far the gradient of ⟨f, dy⟩ along a direction is from the central difference, relative to the size of the
 * gradient. The least of several tries: a step may happen to cross a kink.
 */
function mismatch(operation: Operation, shapes: readonly (readonly number[])[], at: number): number {
  let least = Infinity;
  for (let seed = 1; seed <= 6; seed++) {
    const found = tf.tidy(() => {
      const inputs = shapes.map((shape, i) => {
        const drawn = tf.randomNormal([2, ...shape], 0, 1, 'float32', 100 * seed + i);
        return isPositive(operation) ? drawn.abs().add(0.5) : drawn.add(0.03);
      });
      const x = inputs[at] as Tensor;
      const with_ = (value: Tensor): Tensor =>
        evaluate(
          operation,
          inputs.map((input, i) => (i === at ? value : input)),
        );
      const y = with_(x);
      const dy = tf.randomNormal(y.shape, 0, 1, 'float32', 7 * seed);
      const gradient = tf.grad((value) => with_(value).mul(dy).sum())(x);
      const direction = tf.randomNormal(x.shape, 0, 1, 'float32', 13 * seed);
      const step = 1e-3;
      const ahead = with_(x.add(direction.mul(step)));
      const behind = with_(x.sub(direction.mul(step)));
      const [up, down, out] = [ahead, behind, dy].map((value) => value.dataSync<'float32'>()) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      const change = up.map((value, i) => value - (down[i] as number));
      const values = gradient.dataSync<'float32'>();
      const scale = Math.sqrt(inner(values, values)) + 1e-3;
      return (
        Math.abs(inner(values, direction.dataSync<'float32'>()) - inner(change, out) / (2 * step)) / scale
      );
    });
    least = Math.min(least, found);
  }
  return least;
}

/** Shapes of all values, those of more than three dimensions too, which a node's own shape folds. */
function featureShapes(network: Network): Map<string, number[]> {
  const names = network.nodes.map(({ name }) => name);
  const shapes = tf.tidy(() => {
    const image = tf.zeros([1, ...network.input]);
    const values = evaluateNodes(network.nodes, names, ({ operation }, inputs) =>
      operation.op === 'input' ? image : evaluate(operation, inputs),
    );
    return values.map(({ shape }) => shape.slice(1));
  });
  return new Map(names.map((name, i) => [name, shapes[i] as number[]]));
}

const seen = new Set<string>();

const FILES = ['model.keras', 'keras2.h5', 'model.onnx', 'model'];
const files = readdirSync(fixtures).flatMap((name) => {
  const path = FILES.map((file) => join(fixtures, name, file)).find(existsSync);
  return path === undefined ? [] : [[name, path] as const];
});

describe('In every layer of', () => {
  it.each(files)('%s', async (_, path) => {
    const network = await openModel(path, { inputSize: 12, scaling: '0..1' });
    const shapesOf = featureShapes(network);
    for (const { name, operation, inputs } of network.nodes) {
      if (operation.op === 'input') continue;
      seen.add(operation.op);
      const shapes = inputs.map((input) => shapesOf.get(input) ?? []);
      inputs.forEach((input, at) => {
        expect(mismatch(operation, shapes, at), `${name} (${operation.op}) in ${input}`).toBeLessThan(2e-2);
      });
    }
    network.dispose();
  });
});

const PLAIN = [
  ...['sigmoid', 'tanh', 'softplus', 'softsign', 'silu', 'hardSilu', 'mish', 'gelu', 'geluTanh', 'glu'],
  ...['logSoftmax', 'logSigmoid', 'sparsePlus', 'sparseSigmoid', 'sparsemax', 'tanhShrink', 'exponential'],
  ...[
    'log',
    'squareRoot',
    'reciprocalRoot',
    'reciprocal',
    'square',
    'absolute',
    'negative',
    'sine',
    'cosine',
  ],
  'erf',
] as const;
const ACTIVATIONS: readonly Activation[] = [
  ...PLAIN.map((name): Activation => ({ name })),
  { name: 'rectified', slope: 0.1, max: Infinity, threshold: 0 },
  { name: 'rectified', slope: 0, max: 0.8, threshold: 0 },
  { name: 'rectified', slope: 0.3, max: 1, threshold: 0.2 },
  { name: 'elu', alpha: 0.7 },
  { name: 'celu', alpha: 1.3 },
  { name: 'selu', alpha: 1.67, gamma: 1.05 },
  { name: 'hardSigmoid', slope: 0.2, shift: 0.5 },
  { name: 'clip', min: -0.5, max: 0.7 },
  { name: 'hardShrink', threshold: 0.5 },
  { name: 'softShrink', threshold: 0.5 },
  { name: 'threshold', threshold: 0.2, otherwise: -1 },
  { name: 'squareplus', b: 4 },
];

it.each(ACTIVATIONS.map((activation) => [JSON.stringify(activation), activation] as const))(
  'Through %s',
  (_, activation) => {
    expect(mismatch({ op: 'activation', activation }, [[3, 2, 6]], 0)).toBeLessThan(2e-2);
  },
);

it('Convolutions, pools, norms and what stands between them are among those tried', () => {
  const expected = [
    'conv2d',
    'depthwiseConv2d',
    'convTranspose2d',
    'dense',
    'maxPool',
    'averagePool',
    'affine',
  ];
  const others = [
    'normalise',
    'prelu',
    'merge',
    'constant',
    'concatenate',
    'reduce',
    'pad',
    'slice',
    'resample',
  ];
  expect([...expected, ...others].filter((op) => !seen.has(op))).toEqual([]);
});
