// Activation functions by name: all of Keras', and those of ONNX and TensorFlow graphs.
import type { Tensor } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import { differentiable, relu } from './convolutions';
import * as kernels from './kernels';

/** An element-wise function with its parameters; 'softmax' and its kin work along the last axis. */
export type Activation =
  /** x above `threshold`, slope·(x − threshold) below it, at most `max` (Keras' ReLU layer). */
  | { readonly name: 'rectified'; readonly slope: number; readonly max: number; readonly threshold: number }
  | { readonly name: 'elu' | 'celu'; readonly alpha: number }
  | { readonly name: 'selu'; readonly alpha: number; readonly gamma: number }
  /** clip(slope·x + shift, 0, 1). */
  | { readonly name: 'hardSigmoid'; readonly slope: number; readonly shift: number }
  | { readonly name: 'clip'; readonly min: number; readonly max: number }
  | { readonly name: 'hardShrink' | 'softShrink'; readonly threshold: number }
  /** x above `threshold`, else `otherwise`. */
  | { readonly name: 'threshold'; readonly threshold: number; readonly otherwise: number }
  | { readonly name: 'squareplus'; readonly b: number }
  | { readonly name: PlainActivation };

/** Functions without parameters. */
export type PlainActivation =
  | 'sigmoid'
  | 'tanh'
  | 'softplus'
  | 'softsign'
  | 'silu'
  | 'hardSilu'
  | 'mish'
  | 'gelu'
  | 'geluTanh'
  | 'glu'
  | 'logSoftmax'
  | 'logSigmoid'
  | 'sparsePlus'
  | 'sparseSigmoid'
  | 'sparsemax'
  | 'tanhShrink'
  | 'exponential'
  | 'log'
  | 'squareRoot'
  | 'reciprocalRoot'
  | 'reciprocal'
  | 'square'
  | 'absolute'
  | 'negative'
  | 'sine'
  | 'cosine'
  | 'erf';

/** Mean and standard: Φ(x) = (1 + erf(x / √2)) / 2. */
const gelu = (x: Tensor): Tensor => x.mul(0.5).mul(tf.erf(x.mul(Math.SQRT1_2)).add(1));

/** Hendrycks & Gimpel 2016, "Gaussian error linear units": the tanh approximation. */
const geluTanh = (x: Tensor): Tensor => {
  const inner = x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
  return x.mul(0.5).mul(tf.tanh(inner).add(1));
};

/** Halves a and b of the last axis: a·σ(b). */
const glu = (x: Tensor): Tensor => {
  const [a, b] = tf.split(x, 2, -1) as [Tensor, Tensor];
  return a.mul(tf.sigmoid(b));
};

/** What the values say that does not change with them a little: it has no gradient, as comparisons in tfjs have none. */
const fixed = (x: Tensor, of: (values: Tensor) => Tensor): Tensor =>
  tf.customGrad((values) => ({ value: of(values as Tensor), gradFunc: () => tf.zerosLike(x) }))(x);

/**
 * As Keras computes it (keras/src/backend/tensorflow/nn.py): max(x − τ, 0) with τ = (Σ of the running sums of the k
 * greatest − 1) / k, where k elements have 1 + k·x₍ₖ₎ > their sum (Martins & Astudillo 2016 take the last running sum
 * alone). Each element enters as often as it stands in those sums, which is found without a gradient through sorting.
 */
const sparsemax = (x: Tensor): Tensor => {
  const size = x.shape.at(-1) as number;
  const found = fixed(x, (values) => {
    const sorted = tf.topk(values, size).values;
    const support = sorted
      .mul(tf.range(1, size + 1))
      .add(1)
      .greater(tf.cumsum(sorted, -1))
      .toFloat();
    const above = values.expandDims(-1).greaterEqual(sorted.expandDims(-2)).toFloat();
    return tf.concat([above.mul(support.expandDims(-2)).sum(-1), support.sum(-1, true)], -1);
  });
  const [weights, count] = tf.split(found, [size, 1], -1) as [Tensor, Tensor];
  return relu(x.sub(x.mul(weights).sum(-1, true).sub(1).div(count)));
};

/** x where it is above the threshold in magnitude, else 0. */
const hardShrink = (x: Tensor, threshold: number): Tensor =>
  x.mul(fixed(x, (values) => values.abs().greater(threshold).toFloat()));

/** x within min..max, with a gradient of few kernels: tfjs' own is made of comparisons and selections. */
const clip = (x: Tensor, min: number, max: number): Tensor =>
  differentiable(
    x,
    (values) => tf.clipByValue(values, min, max),
    (dy, values) => {
      const above = min === -Infinity ? dy : kernels.reluGradient(dy, values.sub(min));
      return max === Infinity ? above : kernels.reluGradient(above, tf.sub(max, values));
    },
  );

const relu6 = (x: Tensor): Tensor =>
  differentiable(x, kernels.relu6, (dy, _, y) => kernels.relu6Gradient(dy, y));

const leakyRelu = (x: Tensor, slope: number): Tensor =>
  differentiable(
    x,
    (values) => kernels.leakyRelu(values, slope),
    (dy, values) => kernels.leakyReluGradient(dy, values, slope),
  );

const rectified = (x: Tensor, slope: number, max: number, threshold: number): Tensor => {
  if (threshold === 0 && slope === 0) {
    if (max === Infinity) return relu(x);
    return max === 6 ? relu6(x) : clip(x, 0, max);
  }
  if (threshold === 0 && max === Infinity && slope < 1) return leakyRelu(x, slope);
  const above = fixed(x, (values) => values.greater(threshold).toFloat());
  const kept = tf.minimum(threshold === 0 ? relu(x) : x.mul(above), max);
  if (slope === 0) return kept;
  return kept.add(x.sub(threshold).mul(tf.sub(1, above)).mul(slope));
};

const plain: Readonly<Record<PlainActivation, (x: Tensor) => Tensor>> = {
  sigmoid: (x) => tf.sigmoid(x),
  tanh: (x) => tf.tanh(x),
  softplus: (x) => tf.softplus(x),
  softsign: (x) => x.div(x.abs().add(1)),
  silu: (x) => x.mul(tf.sigmoid(x)),
  hardSilu: (x) => x.mul(relu6(x.add(3))).div(6),
  mish: (x) => x.mul(tf.tanh(tf.softplus(x))),
  gelu,
  geluTanh,
  glu,
  logSoftmax: (x) => tf.logSoftmax(x),
  logSigmoid: (x) => tf.softplus(x.neg()).neg(),
  sparsePlus: (x) => {
    const inside = clip(x, -1, 1);
    return inside
      .add(1)
      .square()
      .div(4)
      .add(relu(x.sub(1)));
  },
  sparseSigmoid: (x) => clip(x, -1, 1).add(1).div(2),
  sparsemax,
  tanhShrink: (x) => x.sub(tf.tanh(x)),
  exponential: (x) => tf.exp(x),
  log: (x) => tf.log(x),
  squareRoot: (x) => tf.sqrt(x),
  reciprocalRoot: (x) => tf.rsqrt(x),
  reciprocal: (x) => tf.reciprocal(x),
  square: (x) => tf.square(x),
  absolute: (x) => x.abs(),
  negative: (x) => x.neg(),
  sine: (x) => tf.sin(x),
  cosine: (x) => tf.cos(x),
  erf: (x) => tf.erf(x),
};

/** The activation of x [n, …], differentiable. Formulas are those of Keras 3 and, for log … erf, of ONNX. */
export function activate(activation: Activation, x: Tensor): Tensor {
  switch (activation.name) {
    case 'rectified':
      return rectified(x, activation.slope, activation.max, activation.threshold);
    case 'elu':
      return relu(x).add(tf.exp(tf.minimum(x, 0)).sub(1).mul(activation.alpha));
    case 'celu':
      return relu(x).add(tf.exp(tf.minimum(x, 0).div(activation.alpha)).sub(1).mul(activation.alpha));
    case 'selu':
      return tf
        .relu(x)
        .add(tf.exp(tf.minimum(x, 0)).sub(1).mul(activation.alpha))
        .mul(activation.gamma);
    case 'hardSigmoid':
      return clip(x.mul(activation.slope).add(activation.shift), 0, 1);
    case 'clip':
      return clip(x, activation.min, activation.max);
    case 'hardShrink':
      return hardShrink(x, activation.threshold);
    case 'softShrink':
      return x.sub(clip(x, -activation.threshold, activation.threshold));
    case 'threshold': {
      const above = fixed(x, (values) => values.greater(activation.threshold).toFloat());
      return x.mul(above).add(tf.sub(1, above).mul(activation.otherwise));
    }
    case 'squareplus':
      return x.add(x.square().add(activation.b).sqrt()).div(2);
    default:
      return plain[activation.name](x);
  }
}
