// The gradient of units' scores in θ without the tape, for pictures that are affine in θ and networks that are chains.
import { isDeepStrictEqual } from 'node:util';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import { bandOf } from '../network/band';
import { chainBelow, inside, isAffine, isPlain, stagesOf, type Passed, type Stage } from '../network/chain';
import type { Network, Node } from '../network/network';
import { windowOf } from '../network/receptive-field';
import type { UnitWeights } from '../network/units';
import type { Parametrisation } from './parametrisations';

export interface WrittenGradient {
  /** Gradient [n, size] of each picture's score in θ [n, size]. */
  readonly of: (theta: Tensor2D) => Tensor2D;
  dispose(): void;
}

/** From θ to what the units see, and whether every stage is affine. */
interface Way {
  readonly stages: readonly Stage[];
  readonly straight: boolean;
  dispose(): void;
}

/** The way through a chain of nodes: the picture and its first convolution at once where that pays. */
function wayOf(nodes: readonly Node[], windowed: boolean, parametrisation: Parametrisation): Way | null {
  const { image, adjoint, size } = parametrisation;
  if (adjoint === undefined) return null;
  const straight = nodes.every(isAffine);
  const plain = stagesOf(nodes, windowed);
  if (plain === null) return null;
  const first = nodes[1]?.operation;
  const band =
    first?.op === 'conv2d' && isPlain(first)
      ? bandOf(image, size, first.kernel, inside(first.geometry, windowed))
      : null;
  const short = band === null ? null : stagesOf(nodes.slice(1), windowed, band.stage);
  if (band !== null && short !== null) return { stages: short, straight, dispose: band.dispose };
  const picture: Stage = (theta) => ({
    y: image(theta as Tensor2D),
    gradient: (dy) => adjoint(dy as Tensor4D),
  });
  return { stages: [picture, ...plain], straight, dispose: () => undefined };
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
  const of = (theta: Tensor2D): Tensor2D =>
    tf.tidy(() => {
      const passed: Passed[] = [];
      for (const stage of way.stages) passed.push(stage(passed.at(-1)?.y ?? theta));
      const back = passed.reduceRight<Tensor>((dy, { y, gradient }) => gradient(shaped(dy, y)), start);
      return back as Tensor2D;
    });
  // where nothing bends, the gradient is the same everywhere
  const same = way.straight
    ? tf.tidy(() => of(tf.zeros([weights.kernel.shape[1], parametrisation.size])))
    : null;
  return {
    of: same === null ? of : () => same.clone(),
    dispose: () => {
      way.dispose();
      tf.dispose([start, same ?? []]);
    },
  };
}
