// The gradient of units' scores in θ without the tape, for pictures that are affine in θ and networks that are chains.
import { isDeepStrictEqual } from 'node:util';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import { bandOf } from '../network/band';
import { chainBelow, inside, isAffine, isPlain, stagesOf, type Passed, type Stage } from '../network/chain';
import type { PoolGeometry } from '../network/kernels';
import type { Network, Node } from '../network/network';
import { windowOf } from '../network/receptive-field';
import type { UnitWeights } from '../network/units';
import type { Parametrisation } from './parametrisations';

export interface WrittenGradient {
  /** Gradient [n, size] of each picture's score in θ [n, size]. */
  readonly of: (theta: Tensor2D) => Tensor2D;
  /** The scores [n] themselves. */
  readonly scores: (theta: Tensor2D) => Tensor1D;
  dispose(): void;
}

/** From θ to what the units see, and whether every stage is affine. */
interface Way {
  readonly stages: readonly Stage[];
  readonly straight: boolean;
  dispose(): void;
}

/** The nodes of a chain after its input, the first of which a band can take in one, and that convolution's pool with it. */
function banded(nodes: readonly Node[], windowed: boolean, parametrisation: Parametrisation): Way | null {
  const [first, ...others] = nodes.slice(1);
  if (first?.operation.op !== 'conv2d' || !isPlain(first.operation)) return null;
  const { kernel, geometry } = first.operation;
  const place = others.findIndex(({ operation: { op } }) => op !== 'relu' && op !== 'identity');
  const { operation: next } = others[place] ?? {};
  const { image, size } = parametrisation;
  const band = (pool: PoolGeometry | null) => bandOf(image, size, kernel, inside(geometry, windowed), pool);
  const pooled = next?.op === 'maxPool' ? band(inside(next.geometry, windowed)) : null;
  const found = pooled ?? band(null);
  if (found === null) return null;
  const left = pooled === null ? others : others.toSpliced(place, 1);
  const stages = stagesOf([first, ...left], windowed, found.stage);
  if (stages === null) found.dispose();
  return stages === null ? null : { stages, straight: nodes.every(isAffine), dispose: found.dispose };
}

/** The way through a chain of nodes: the picture and its first convolution at once where that pays. */
function wayOf(nodes: readonly Node[], windowed: boolean, parametrisation: Parametrisation): Way | null {
  const { image, adjoint } = parametrisation;
  if (adjoint === undefined) return null;
  const way = banded(nodes, windowed, parametrisation);
  if (way !== null) return way;
  const plain = stagesOf(nodes, windowed);
  if (plain === null) return null;
  const picture: Stage = (theta) => ({
    y: image(theta as Tensor2D),
    gradient: (dy) => adjoint(dy as Tensor4D),
  });
  return { stages: [picture, ...plain], straight: nodes.every(isAffine), dispose: () => undefined };
}

const shaped = (x: Tensor, { shape }: Tensor): Tensor =>
  isDeepStrictEqual(x.shape, shape) ? x : x.reshape(shape);

/**
 * The gradient of the scores `weights` · (what the units of `layer` see), one unit a picture, equal to the tape's.
 * Null where it is not written out: branches, activations other than ReLU, parametrisations that are not affine.
 */
export function writtenGradient(
  network: Network,
  layer: string,
  weights: UnitWeights,
  parametrisation: Parametrisation,
): WrittenGradient | null {
  const nodes = chainBelow(network, layer);
  const way = nodes === null ? null : wayOf(nodes, !windowOf(network, layer).whole, parametrisation);
  if (way === null) return null;
  // the score is linear in what the unit sees: its weights are the gradient there
  const start = tf.tidy(() => weights.kernel.transpose());
  const forward = (theta: Tensor2D): Passed[] => {
    const passed: Passed[] = [];
    for (const stage of way.stages) passed.push(stage(passed.at(-1)?.y ?? theta));
    return passed;
  };
  const of = (theta: Tensor2D): Tensor2D =>
    tf.tidy(() => {
      const back = forward(theta).reduceRight<Tensor>(
        (dy, { y, gradient }) => gradient(shaped(dy, y)),
        start,
      );
      return back as Tensor2D;
    });
  const scores = (theta: Tensor2D): Tensor1D =>
    tf.tidy(() => {
      const seen = shaped(forward(theta).at(-1)?.y ?? theta, start);
      return seen.mul(start).sum<Tensor1D>(1).add<Tensor1D>(weights.bias);
    });
  // where nothing bends, the gradient is the same everywhere
  const same = way.straight
    ? tf.tidy(() => of(tf.zeros([weights.kernel.shape[1], parametrisation.size])))
    : null;
  return {
    of: same === null ? of : () => same.clone(),
    scores,
    dispose: () => {
      way.dispose();
      tf.dispose([start, same ?? []]);
    },
  };
}
