// The question's network and its training, number for number, with TensorFlow's own kernels.
import type { Rank, Tensor, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-node';
import { batches, pixels, type Dataset, type Split } from '../datasets/dataset';
import { tf } from '../native/tensorflow';
import * as k from '../network/kernels';
import type { NamedWeight } from '../network/formats/tfjs-layers';
import { createRng } from '../network/rng';

/** Defaults are the question's. */
export interface Configuration {
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly keepProbability: number;
  readonly seed: number;
  readonly reportEvery: number;
}
export const QUESTION: Configuration = {
  steps: 5000,
  batch: 50,
  learningRate: 1e-4,
  keepProbability: 0.5,
  seed: 0,
  reportEvery: 100,
};

const CONV: k.ConvGeometry = { strides: [1, 1], padding: 'same', dilations: [1, 1] };
const POOL: k.PoolGeometry = { size: [2, 2], strides: [2, 2], padding: 'same' };

/** Shapes of all weights for images of the given size, in the order of the file. */
function shapes(height: number, width: number): Record<string, number[]> {
  const flat = Math.ceil(Math.ceil(height / 2) / 2) * Math.ceil(Math.ceil(width / 2) / 2) * 64;
  return {
    'conv1/kernel': [5, 5, 1, 32],
    'conv1/bias': [32],
    'conv2/kernel': [5, 5, 32, 64],
    'conv2/bias': [64],
    'dense/kernel': [flat, 1024],
    'dense/bias': [1024],
    'classes/kernel': [1024, 10],
    'classes/bias': [10],
  };
}

type Weights = Record<string, Variable>;

/** Every weight truncated normal of stddev 0.1, every bias 0.1. */
function initialWeights(height: number, width: number, seed: number): Weights {
  const weights: Weights = {};
  Object.entries(shapes(height, width)).forEach(([name, shape], part) => {
    const rng = createRng(seed).fork(part);
    const size = shape.reduce((product, side) => product * side, 1);
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++) values[i] = shape.length === 1 ? 0.1 : 0.1 * rng.truncatedNormal();
    weights[name] = tf.tidy(() => tf.variable(tf.tensor(values, shape), true));
  });
  return weights;
}

const of = <R extends Rank>(weights: Weights, name: string): Tensor<R> =>
  weights[name] as unknown as Tensor<R>;

/** Every intermediate result that the gradients need; x [n, h, w, 1], mask [n, 1024] or null without dropout. */
function forward(w: Weights, x: Tensor4D, mask: Tensor2D | null) {
  const r1 = k.relu(
    k.biasAdd(k.conv2d(x, of<Rank.R4>(w, 'conv1/kernel'), CONV), of<Rank.R1>(w, 'conv1/bias')),
  );
  const p1 = k.maxPool(r1, POOL);
  const r2 = k.relu(
    k.biasAdd(k.conv2d(p1, of<Rank.R4>(w, 'conv2/kernel'), CONV), of<Rank.R1>(w, 'conv2/bias')),
  );
  const p2 = k.maxPool(r2, POOL);
  const flat = p2.reshape<Tensor2D>([x.shape[0], -1]);
  const hidden = k.relu(
    k.biasAdd(k.matMul(flat, of<Rank.R2>(w, 'dense/kernel')), of<Rank.R1>(w, 'dense/bias')),
  );
  const kept = mask === null ? hidden : hidden.mul<Tensor2D>(mask);
  const logits = k.biasAdd(k.matMul(kept, of<Rank.R2>(w, 'classes/kernel')), of<Rank.R1>(w, 'classes/bias'));
  return { r1, p1, r2, p2, flat, hidden, kept, logits };
}

/** Gradients of the mean cross-entropy by weight; labels one-hot [n, 10]. */
export function gradients(w: Weights, x: Tensor4D, labels: Tensor2D, mask: Tensor2D): Record<string, Tensor> {
  const f = forward(w, x, mask);
  const dLogits = tf.softmax(f.logits).sub<Tensor2D>(labels).div<Tensor2D>(x.shape[0]);
  const dKept = k.matMul(dLogits, of<Rank.R2>(w, 'classes/kernel'), false, true);
  const dHidden = k.reluGradient(dKept.mul<Tensor2D>(mask), f.hidden);
  const dP2 = k.matMul(dHidden, of<Rank.R2>(w, 'dense/kernel'), false, true).reshape<Tensor4D>(f.p2.shape);
  const dC2 = k.reluGradient(k.maxPoolGradient(f.r2, f.p2, dP2, POOL), f.r2);
  const dP1 = k.conv2dInputGradient(f.p1.shape, of<Rank.R4>(w, 'conv2/kernel'), dC2, CONV);
  const dC1 = k.reluGradient(k.maxPoolGradient(f.r1, f.p1, dP1, POOL), f.r1);
  return {
    'conv1/kernel': k.conv2dKernelGradient(x, of<Rank.R4>(w, 'conv1/kernel').shape, dC1, CONV),
    'conv1/bias': k.biasGradient(dC1),
    'conv2/kernel': k.conv2dKernelGradient(f.p1, of<Rank.R4>(w, 'conv2/kernel').shape, dC2, CONV),
    'conv2/bias': k.biasGradient(dC2),
    'dense/kernel': k.matMul(f.flat, dHidden, true),
    'dense/bias': k.biasGradient(dHidden),
    'classes/kernel': k.matMul(f.kept, dLogits, true),
    'classes/bias': k.biasGradient(dLogits),
  };
}

export interface Evaluation {
  readonly loss: number;
  readonly accuracy: number;
  /** Images by true class (row) and predicted class (column). */
  readonly confusion: number[][];
}

/** Loss, accuracy and confusion over the given images of a split, dropout off. */
function evaluate(
  w: Weights,
  split: Split,
  { height, width }: Dataset,
  indices: readonly number[],
): Evaluation {
  const confusion = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));
  let loss = 0;
  for (let from = 0; from < indices.length; from += 500) {
    const part = indices.slice(from, from + 500);
    tf.tidy(() => {
      const x = tf.tensor4d(pixels(split, height * width, part), [part.length, height, width, 1]);
      const log = tf.logSoftmax(forward(w, x, null).logits);
      const values = log.dataSync();
      part.forEach((image, row) => {
        const label = split.labels[image] as number;
        const scores = values.subarray(row * 10, row * 10 + 10);
        loss -= scores[label] as number;
        const line = confusion[label] as number[];
        const guess = scores.indexOf(Math.max(...scores));
        line[guess] = (line[guess] ?? 0) + 1;
      });
    });
  }
  const right = confusion.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  return { loss: loss / indices.length, accuracy: right / indices.length, confusion };
}

export type TrainingEvent =
  | { readonly type: 'report'; readonly step: number; readonly loss: number; readonly accuracy: number }
  | {
      readonly type: 'end';
      readonly steps: number;
      readonly test: Evaluation;
      readonly weights: NamedWeight[];
    };

/** An event-loop turn, in which a cancel can arrive. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Trains the question's network (question.md): yields the loss and accuracy of the next batch, dropout off, every
 * `reportEvery` steps before that step's update, and at the end the test evaluation and the weights. An abort
 * ends it early with what was learnt so far. Adam is tfjs's own (epsilon 1e-7).
 */
export async function* train(
  dataset: Dataset,
  configuration: Configuration,
  signal?: AbortSignal,
): AsyncGenerator<TrainingEvent, void> {
  const { steps, batch, learningRate, keepProbability, seed, reportEvery } = configuration;
  const { height, width } = dataset;
  const weights = initialWeights(height, width, seed);
  const optimiser = tf.train.adam(learningRate);
  const names = Object.keys(weights);
  // tfjs applies gradients to variables by their registered names
  const registered = new Map(names.map((name) => [name, (weights[name] as Variable).name]));
  const next = batches(dataset.train.count, batch, seed);
  const dropout = createRng(seed).fork(1000);
  let step = 0;
  try {
    for (; step < steps && signal?.aborted !== true; step++) {
      const indices = next(step);
      if (step % reportEvery === 0) {
        const { loss, accuracy } = evaluate(weights, dataset.train, dataset, indices);
        yield { type: 'report', step, loss, accuracy };
      }
      tf.tidy(() => {
        const x = tf.tensor4d(pixels(dataset.train, height * width, indices), [batch, height, width, 1]);
        const labels = tf.oneHot(
          tf.tensor1d(
            indices.map((i) => dataset.train.labels[i] as number),
            'int32',
          ),
          10,
        );
        const rng = dropout.fork(step);
        const mask = new Float32Array(batch * 1024);
        for (let i = 0; i < mask.length; i++)
          mask[i] = rng.uniform() < keepProbability ? 1 / keepProbability : 0;
        const found = gradients(weights, x, labels.toFloat() as Tensor2D, tf.tensor2d(mask, [batch, 1024]));
        const byVariable: Record<string, Tensor> = {};
        for (const name of names) byVariable[registered.get(name) ?? ''] = found[name] as Tensor;
        optimiser.applyGradients(byVariable as Record<string, Variable>);
      });
      await turn();
    }
    const all = Array.from({ length: dataset.test.count }, (_, i) => i);
    const kept = names.map((name) => {
      const variable = weights[name] as Variable;
      return { name, shape: variable.shape, data: variable.dataSync<'float32'>().slice() };
    });
    yield { type: 'end', steps: step, test: evaluate(weights, dataset.test, dataset, all), weights: kept };
  } finally {
    optimiser.dispose();
    tf.dispose(Object.values(weights));
  }
}

/** Keras' description of the question's network, layer by layer. */
export function questionTopology(height: number, width: number): unknown[] {
  const conv = (name: string, filters: number, more: object = {}) => ({
    class_name: 'Conv2D',
    config: {
      name,
      filters,
      kernel_size: [5, 5],
      strides: [1, 1],
      padding: 'same',
      data_format: 'channels_last',
      activation: 'relu',
      use_bias: true,
      dtype: 'float32',
      ...more,
    },
  });
  const pool = (name: string) => ({
    class_name: 'MaxPooling2D',
    config: { name, pool_size: [2, 2], strides: [2, 2], padding: 'same', data_format: 'channels_last' },
  });
  const dense = (name: string, units: number, activation: string) => ({
    class_name: 'Dense',
    config: { name, units, activation, use_bias: true, dtype: 'float32' },
  });
  return [
    conv('conv1', 32, { batch_input_shape: [null, height, width, 1] }),
    pool('pool1'),
    conv('conv2', 64),
    pool('pool2'),
    { class_name: 'Flatten', config: { name: 'flatten' } },
    dense('dense', 1024, 'relu'),
    { class_name: 'Dropout', config: { name: 'dropout', rate: 0.5 } },
    dense('classes', 10, 'softmax'),
  ];
}
