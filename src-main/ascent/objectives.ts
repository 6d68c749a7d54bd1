// What is climbed: one score per picture, so that the pictures of a batch never mix.
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import { forward, unitPreActivations, unitWeights, type UnitWeights } from '../network/forward';
import { nodeOf, type Network } from '../network/network';
import { windowOf } from '../network/receptive-field';

/** A score per picture, [n], of pictures x [n, h, w, c]; differentiable in x. */
export interface Objective {
  readonly name: string;
  readonly of: (x: Tensor4D) => Tensor1D;
  /** Where the score is nothing but units' weights on what a layer sees: which ones. */
  readonly weighs?: { readonly network: Network; readonly layer: string; readonly weights: UnitWeights };
  dispose(): void;
}

const nothing = (): void => undefined;

/** Weights of a linear combination of a layer's units for each picture: vectors [n, units]. */
function combinedWeights(network: Network, layer: string, vectors: Tensor2D): UnitWeights {
  const units = nodeOf(network, layer).shape[2];
  const all = unitWeights(network, layer, [...Array(units).keys()]);
  const [kernel, bias] = tf.tidy((): [Tensor2D, Tensor1D] => [
    tf.matMul(all.kernel, vectors, false, true),
    tf.matMul(vectors, all.bias.reshape<Tensor2D>([-1, 1])).reshape<Tensor1D>([-1]),
  ]);
  all.dispose();
  return {
    kernel,
    bias,
    dispose: () => {
      tf.dispose([kernel, bias]);
    },
  };
}

/** One-hot rows [n, size]; of a layer of a single unit, ones. */
export function oneHot(units: readonly number[], size: number): Tensor2D {
  // tfjs refuses a depth of 1
  if (size === 1) return tf.ones([units.length, 1]);
  return tf.tidy(() => tf.oneHot(tf.tensor1d([...units], 'int32'), size).toFloat() as Tensor2D);
}

/** The objective that reads the layer's whole map and weighs it: `positions` 'centre' or 'mean'. */
function mapped(
  network: Network,
  layer: string,
  vectors: Tensor2D,
  positions: 'centre' | 'mean',
): Pick<Objective, 'of' | 'dispose'> {
  return {
    of: (x) => {
      const map = forward(network, x, layer);
      const [, height, width, units] = map.shape;
      const read: Tensor4D =
        positions === 'mean'
          ? map.mean<Tensor4D>([1, 2], true)
          : map.slice<Tensor4D>([0, height >> 1, width >> 1, 0], [-1, 1, 1, units]);
      return read.reshape<Tensor2D>([-1, units]).mul(vectors).sum<Tensor1D>(1);
    },
    dispose: () => {
      vectors.dispose();
    },
  };
}

/** True when a unit of the layer can be read on a window, or on an image, at its single position. */
function single(network: Network, layer: string): boolean {
  return nodeOf(network, layer).operation.op === 'dense' || !windowOf(network, layer).whole;
}

/** The pre-activations of a layer with one position, by weights that are disposed of with the objective. */
function weighed(
  name: string,
  network: Network,
  layer: string,
  weights: ReturnType<typeof unitWeights>,
): Objective {
  return {
    name,
    of: (x) => unitPreActivations(network, x, layer, weights),
    weighs: { network, layer, weights },
    dispose: () => {
      weights.dispose();
    },
  };
}

/**
 * The pre-activation of one unit per picture: unit units[i] for picture i. Pictures are windows of the layer's
 * receptive field; where that is larger than the image, whole images, and the map's centre is read.
 */
export function neuron(network: Network, layer: string, units: readonly number[]): Objective {
  const name = `neuron ${layer}`;
  if (!single(network, layer)) {
    return { name, ...mapped(network, layer, oneHot(units, nodeOf(network, layer).shape[2]), 'centre') };
  }
  return weighed(name, network, layer, unitWeights(network, layer, units));
}

/** A unit's pre-activation averaged over all its positions on a whole image; unit units[i] for picture i. */
export function channel(network: Network, layer: string, units: readonly number[]): Objective {
  const vectors = oneHot(units, nodeOf(network, layer).shape[2]);
  return { name: `channel ${layer}`, ...mapped(network, layer, vectors, 'mean') };
}

/** The layer's pre-activations along a direction: vectors [n, units], one per picture, copied. */
export function direction(network: Network, layer: string, vectors: Tensor2D): Objective {
  const name = `direction ${layer}`;
  if (!single(network, layer)) return { name, ...mapped(network, layer, vectors.clone(), 'centre') };
  return weighed(name, network, layer, combinedWeights(network, layer, vectors));
}

/**
 * A class's logit minus the mean of the other classes' logits: what tells the class apart, where the logit alone
 * also climbs on what all classes share.
 */
export function classContrast(network: Network, layer: string, units: readonly number[]): Objective {
  const classes = nodeOf(network, layer).shape[2];
  if (classes < 2) return neuron(network, layer, units);
  const vectors = tf.tidy(() => {
    const chosen = oneHot(units, classes);
    return chosen.mul<Tensor2D>(classes / (classes - 1)).sub<Tensor2D>(1 / (classes - 1));
  });
  const objective = direction(network, layer, vectors);
  vectors.dispose();
  return { ...objective, name: `contrast ${layer}` };
}

/** The sum of objectives; disposing of it disposes of them. */
export function sum(...objectives: readonly Objective[]): Objective {
  return {
    name: objectives.map(({ name }) => name).join(' + '),
    of: (x) => objectives.map(({ of }) => of(x)).reduce((total, score) => total.add(score)),
    dispose: () => {
      for (const objective of objectives) objective.dispose();
    },
  };
}

/** An objective times a number. */
export function scaled(objective: Objective, factor: number): Objective {
  return {
    name: `${factor}·${objective.name}`,
    of: (x) => objective.of(x).mul<Tensor1D>(factor),
    dispose: () => {
      objective.dispose();
    },
  };
}

/** What excites least. */
export const negative = (objective: Objective): Objective => scaled(objective, -1);

/** Σ|x| of each picture. A penalty is a negatively scaled objective: `sum(neuron(…), scaled(l1(), -0.1))`. */
export function l1(): Objective {
  return { name: 'L1', of: (x) => x.abs().sum<Tensor1D>([1, 2, 3]), dispose: nothing };
}

/** Σx² of each picture. */
export function l2(): Objective {
  return { name: 'L2', of: (x) => x.square().sum<Tensor1D>([1, 2, 3]), dispose: nothing };
}

/** Anisotropic total variation of each picture: Σ|difference to the pixel below| + Σ|… to the right|. */
export function totalVariation(): Objective {
  return {
    name: 'total variation',
    of: (x) => {
      const [, height, width, channels] = x.shape;
      const part = (top: number, left: number, rows: number, columns: number): Tensor4D =>
        x.slice<Tensor4D>([0, top, left, 0], [-1, rows, columns, channels]);
      const down = part(1, 0, height - 1, width).sub(part(0, 0, height - 1, width));
      const right = part(0, 1, height, width - 1).sub(part(0, 0, height, width - 1));
      return down
        .abs()
        .sum<Tensor1D>([1, 2, 3])
        .add(right.abs().sum<Tensor1D>([1, 2, 3]));
    },
    dispose: nothing,
  };
}
