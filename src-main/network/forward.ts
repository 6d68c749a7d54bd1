// Evaluates a network, or the part of it that some units need, with gradients through TensorFlow's own kernels.
import type { GradSaveFunc, Rank, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import * as kernels from './kernels';
import type { ConvGeometry, PoolGeometry } from './kernels';
import { chainTo, nodeOf, sourceOf, type Network, type Node } from './network';

/** An operation whose gradient is one of TensorFlow's own kernels: `gradient` gets dy, the input and the output. */
function differentiable<T extends Tensor>(x: T, value: (x: T) => T, gradient: (dy: T, x: T, y: T) => T): T {
  return tf.customGrad<T>((input, save) => {
    const y = value(input as T);
    (save as GradSaveFunc)([input as T, y]);
    return { value: y, gradFunc: (dy, saved) => gradient(dy, saved[0] as T, saved[1] as T) };
  })(x);
}

/** Convolution with the kernel held constant: differentiable in x. */
export function conv2d(
  x: Tensor4D,
  kernel: Tensor4D,
  bias: Tensor1D | null,
  geometry: ConvGeometry,
): Tensor4D {
  return differentiable(
    x,
    (input) => {
      const convolved = kernels.conv2d(input, kernel, geometry);
      return bias === null ? convolved : kernels.biasAdd(convolved, bias);
    },
    (dy, input) => kernels.conv2dInputGradient(input.shape, kernel, dy, geometry),
  );
}

/** ReLU whose gradient is one kernel. */
export function relu<T extends Tensor>(x: T): T {
  return differentiable(x, kernels.relu, (dy, _, y) => kernels.reluGradient(dy, y));
}

/** Max-pooling whose gradient is one kernel. */
export function maxPool(x: Tensor4D, geometry: PoolGeometry): Tensor4D {
  return differentiable(
    x,
    (input) => kernels.maxPool(input, geometry),
    (dy, input, y) => kernels.maxPoolGradient(input, y, dy, geometry),
  );
}

const flat = (x: Tensor): Tensor2D => x.reshape([x.shape[0], -1]);

function dense(x: Tensor, kernel: Tensor2D, bias: Tensor1D | null): Tensor4D {
  const product = tf.matMul(flat(x), kernel);
  const value = bias === null ? product : product.add(bias);
  return value.reshape([x.shape[0], 1, 1, kernel.shape[1]]);
}

/** Windows are cut so that no unit sees padding: there every layer slides without it. */
const unpadded = <G extends { padding: kernels.Padding }>(geometry: G, windowed: boolean): G =>
  windowed ? { ...geometry, padding: 'valid' } : geometry;

function apply(node: Node, x: Tensor4D, windowed: boolean): Tensor4D {
  const { operation } = node;
  switch (operation.op) {
    case 'input':
      return x;
    case 'conv2d':
      return conv2d(x, operation.kernel, operation.bias, unpadded(operation.geometry, windowed));
    case 'dense':
      return dense(x, operation.kernel, operation.bias);
    case 'maxPool':
      return maxPool(x, unpadded(operation.geometry, windowed));
    case 'relu':
      return relu(x);
    case 'softmax':
      return tf.softmax(flat(x)).reshape(x.shape);
    case 'flatten':
      return flat(x).reshape([x.shape[0], 1, 1, -1]);
  }
}

/**
 * The output of node `name` for images x [n, h, w, c]: [n, h', w', c'] (dense layers: [n, 1, 1, units]).
 * With `windowed`, x holds receptive-field windows instead of whole images, and no layer pads.
 */
export function forward(network: Network, x: Tensor4D, name: string, windowed = false): Tensor4D {
  return tf.tidy(() => {
    let value = x;
    for (const node of chainTo(network, name)) value = apply(node, value, windowed);
    return value;
  });
}

/** The outputs of several nodes for whole images x, in the order of `names`, each layer evaluated once. */
export function forwardAll(network: Network, x: Tensor4D, names: readonly string[]): Tensor4D[] {
  return tf.tidy(() => {
    const found = new Map<string, Tensor4D>();
    for (const node of network.nodes) {
      const source = node.inputs[0];
      found.set(node.name, apply(node, source === undefined ? x : (found.get(source) as Tensor4D), false));
    }
    return names.map((name) => {
      const value = found.get(name);
      if (value === undefined) throw new RangeError(`The network has no node "${name}".`);
      return value;
    });
  });
}

/** Kernels of some units, [inputs of one unit flattened, units], and their biases [units]. */
export interface UnitWeights {
  readonly kernel: Tensor2D;
  readonly bias: Tensor1D;
  dispose(): void;
}

/** Picks the kernels of the named units out of a convolution or dense layer. The caller disposes of them. */
export function unitWeights(network: Network, name: string, units: readonly number[]): UnitWeights {
  const { operation } = nodeOf(network, name);
  if (operation.op !== 'conv2d' && operation.op !== 'dense') {
    throw new RangeError(`"${name}" has no units to visualise: it is no convolution or dense layer.`);
  }
  const [kernel, bias] = tf.tidy(() => {
    const index = tf.tensor1d([...units], 'int32');
    const all = operation.kernel.reshape<Tensor2D>([-1, operation.kernel.shape.at(-1) ?? 1]);
    const biases = operation.bias ?? tf.zeros<Rank.R1>([operation.kernel.shape.at(-1) ?? 1]);
    return [all.gather<Tensor2D>(index, 1), biases.gather<Tensor1D>(index)];
  });
  return {
    kernel,
    bias,
    dispose: () => {
      tf.dispose([kernel, bias]);
    },
  };
}

/**
 * The pre-activation of one unit per picture: picture i of x is shown to unit i alone, so that a layer's 64
 * units cost one kernel each and not 64. x [n, h, w, c] holds windows (or, for dense layers, whole images) on
 * which the unit has a single position; `weights` holds n units. Returns [n].
 */
export function unitPreActivations(
  network: Network,
  x: Tensor4D,
  name: string,
  weights: UnitWeights,
): Tensor1D {
  const below = sourceOf(network, nodeOf(network, name));
  const windowed = nodeOf(network, name).operation.op === 'conv2d';
  const features = flat(forward(network, x, below.name, windowed));
  const products = features.mul(weights.kernel.transpose());
  return products.sum<Tensor1D>(1).add<Tensor1D>(weights.bias);
}
