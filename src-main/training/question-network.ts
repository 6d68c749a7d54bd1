// The question's network: its weights at the start, its forward pass and its gradients by TensorFlow's own kernels.
import type { Rank, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import type { TrainingConfiguration } from '../contract/training';
import { tf } from '../native/tensorflow';
import type { NamedWeight } from '../network/formats/tfjs-layers';
import * as k from '../network/kernels';
import { pooled } from '../network/max-pool';
import { createRng } from '../network/rng';

const CONV: k.ConvGeometry = { strides: [1, 1], padding: 'same', dilations: [1, 1] };
const POOL: k.PoolGeometry = { size: [2, 2], strides: [2, 2], padding: 'same' };

/** What is to be told apart: the images' shape, and into which classes. */
export interface Task {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: readonly string[];
}

/** The part of the configuration that gives the network its shape. */
export type Architecture = Pick<TrainingConfiguration, 'filters' | 'kernelSize' | 'hidden'>;

/** Shapes of all weights, in the order of the file. */
function shapes(
  { height, width, channels, classes }: Task,
  { filters, kernelSize, hidden }: Architecture,
): Record<string, number[]> {
  const [first, second] = filters;
  const quarter = (side: number): number => Math.ceil(Math.ceil(side / 2) / 2);
  return {
    'conv1/kernel': [kernelSize, kernelSize, channels, first],
    'conv1/bias': [first],
    'conv2/kernel': [kernelSize, kernelSize, first, second],
    'conv2/bias': [second],
    'dense/kernel': [quarter(height) * quarter(width) * second, hidden],
    'dense/bias': [hidden],
    'classes/kernel': [hidden, classes.length],
    'classes/bias': [classes.length],
  };
}

/** Every weight truncated normal of stddev 0.1, every bias 0.1 (question.md). */
export function initialWeights(task: Task, architecture: Architecture, seed: number): NamedWeight[] {
  return Object.entries(shapes(task, architecture)).map(([name, shape], part) => {
    const rng = createRng(seed).fork(part);
    const data = new Float32Array(shape.reduce((product, side) => product * side, 1));
    for (let i = 0; i < data.length; i++) data[i] = shape.length === 1 ? 0.1 : 0.1 * rng.truncatedNormal();
    return { name, shape, data };
  });
}

/** Weights by name, as tensors. */
export type Weights = Readonly<Record<string, Tensor>>;

const of = <R extends Rank>(weights: Weights, name: string): Tensor<R> =>
  weights[name] as unknown as Tensor<R>;

/** Every intermediate result that the gradients need; `pool` says how each map is pooled. */
function forward<P extends { readonly y: Tensor4D }>(
  w: Weights,
  x: Tensor4D,
  mask: Tensor2D | null,
  pool: (x: Tensor4D) => P,
) {
  // ReLU and the bias rise with their operand, so they commute with the maximum: after it they have a quarter to do
  const block = (input: Tensor4D, name: string) => {
    const before = pool(k.conv2d(input, of<Rank.R4>(w, `${name}/kernel`), CONV));
    return { pool: before, y: k.relu(k.biasAdd(before.y, of<Rank.R1>(w, `${name}/bias`))) };
  };
  const first = block(x, 'conv1');
  const second = block(first.y, 'conv2');
  const flat = second.y.reshape<Tensor2D>([x.shape[0], -1]);
  const hidden = k.relu(
    k.biasAdd(k.matMul(flat, of<Rank.R2>(w, 'dense/kernel')), of<Rank.R1>(w, 'dense/bias')),
  );
  const kept = mask === null ? hidden : hidden.mul<Tensor2D>(mask);
  const logits = k.biasAdd(k.matMul(kept, of<Rank.R2>(w, 'classes/kernel')), of<Rank.R1>(w, 'classes/bias'));
  return { first, second, flat, hidden, kept, logits };
}

/** Logits [n, classes] of images x [n, h, w, channels] in 0..1, without dropout. */
export function logitsOf(w: Weights, x: Tensor4D): Tensor2D {
  return tf.tidy(() => forward(w, x, null, (map) => ({ y: k.maxPool(map, POOL) })).logits);
}

/**
 * Gradients of the mean cross-entropy by weight. x [n, h, w, channels] in 0..1; labels one-hot [n, classes]; mask [n, hidden]
 * holds 0 or 1/keepProbability (inverted dropout), null without dropout. The caller disposes of them.
 */
export function gradients(
  w: Weights,
  x: Tensor4D,
  labels: Tensor2D,
  mask: Tensor2D | null,
): Record<string, Tensor> {
  return tf.tidy(() => {
    const f = forward(w, x, mask, (map) => pooled(map, POOL));
    const dLogits = k.softmaxCrossEntropy(f.logits, labels)[1].div<Tensor2D>(x.shape[0]);
    const dKept = k.matMul(dLogits, of<Rank.R2>(w, 'classes/kernel'), false, true);
    const dHidden = k.reluGradient(mask === null ? dKept : dKept.mul<Tensor2D>(mask), f.hidden);
    // the great kernel stands first and as it lies in memory: transposing it takes three times as long
    const dFlat = k.matMul(of<Rank.R2>(w, 'dense/kernel'), dHidden, false, true).transpose();
    const dSecond = k.reluGradient(dFlat.reshape<Tensor4D>(f.second.y.shape), f.second.y);
    const dC2 = f.second.pool.gradient(dSecond);
    const dP1 = k.conv2dInputGradient(f.first.y.shape, of<Rank.R4>(w, 'conv2/kernel'), dC2, CONV);
    const dFirst = k.reluGradient(dP1, f.first.y);
    const dC1 = f.first.pool.gradient(dFirst);
    return {
      'conv1/kernel': k.conv2dKernelGradient(x, of<Rank.R4>(w, 'conv1/kernel').shape, dC1, CONV),
      'conv1/bias': k.biasGradient(dFirst),
      'conv2/kernel': k.conv2dKernelGradient(f.first.y, of<Rank.R4>(w, 'conv2/kernel').shape, dC2, CONV),
      'conv2/bias': k.biasGradient(dSecond),
      'dense/kernel': k.matMul(f.flat, dHidden, true),
      'dense/bias': k.biasGradient(dHidden),
      'classes/kernel': k.matMul(f.kept, dLogits, true),
      'classes/bias': k.biasGradient(dLogits),
    };
  });
}

/** Keras' description of the network, layer by layer, for model.json. */
export function topology(
  { height, width, channels, classes }: Task,
  { filters, kernelSize, hidden }: Architecture,
  keepProbability: number,
): unknown[] {
  const conv = (name: string, count: number, more: object = {}) => ({
    class_name: 'Conv2D',
    config: {
      name,
      filters: count,
      kernel_size: [kernelSize, kernelSize],
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
    conv('conv1', filters[0], { batch_input_shape: [null, height, width, channels] }),
    pool('pool1'),
    conv('conv2', filters[1]),
    pool('pool2'),
    { class_name: 'Flatten', config: { name: 'flatten' } },
    dense('dense', hidden, 'relu'),
    { class_name: 'Dropout', config: { name: 'dropout', rate: 1 - keepProbability } },
    dense('classes', classes.length, 'softmax'),
  ];
}
