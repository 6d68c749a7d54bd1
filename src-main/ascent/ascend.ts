// Gradient ascent on a batch of independent pictures, under a constraint, with a certificate for each.
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';

/** Where θ may lie. Rows of θ are independent. */
export interface Constraint {
  readonly name: 'sphere' | 'box';
  /** Brings every row of θ [n, d] back to where it may lie. */
  readonly project: (theta: Tensor2D) => Tensor2D;
  /** A step of relative size `rate` (1 = the constraint's own size) along the gradient. */
  readonly advance: (theta: Tensor2D, gradient: Tensor2D, rate: number) => Tensor2D;
  /** Frank–Wolfe gap of the averaged gradient, as a share of the greatest first-order gain from the centre: [n]. */
  readonly gap: (theta: Tensor2D, gradient: Tensor2D) => Tensor1D;
}

const norms = (x: Tensor2D): Tensor2D => tf.maximum(x.norm('euclidean', 1, true), 1e-30);

/** Rows of norm `radius`. Its gap is 1 − cos(θ, gradient). */
export function sphere(radius: number): Constraint {
  const project = (theta: Tensor2D): Tensor2D => theta.mul<Tensor2D>(radius).div<Tensor2D>(norms(theta));
  return {
    name: 'sphere',
    project,
    advance: (theta, gradient, rate) => theta.add<Tensor2D>(gradient.mul(rate * radius).div(norms(gradient))),
    gap: (theta, gradient) => {
      const cosine = theta
        .mul(gradient)
        .sum<Tensor2D>(1, true)
        .div(norms(theta).mul(norms(gradient)));
      return tf.sub<Tensor1D>(1, cosine.reshape([-1]));
    },
  };
}

/** Elements in 0..1; the centre is 0.5. */
export function box(): Constraint {
  return {
    name: 'box',
    project: (theta) => tf.clipByValue<Tensor2D>(theta, 0, 1),
    advance: (theta, gradient, rate) => {
      const scale = tf.maximum(gradient.abs().mean<Tensor2D>(1, true), 1e-30);
      return theta.add<Tensor2D>(gradient.mul(rate).div(scale));
    },
    gap: (theta, gradient) => {
      const best = tf.maximum(gradient.abs().sum<Tensor1D>(1).mul(0.5), 1e-30);
      const gain = gradient.mul(theta.sub(0.5)).sum<Tensor1D>(1);
      return tf.sub<Tensor1D>(1, gain.div(best));
    },
  };
}

/** One moment of an ascent, per picture. */
export interface Frame {
  readonly step: number;
  readonly scores: Float32Array;
  readonly gradientNorms: Float32Array;
}

export interface Ascent {
  readonly scores: Float32Array;
  /** Images [n × h × w × c] whose scores these are. */
  readonly images: Float32Array;
  /** Norm of the averaged gradient: 0 for a unit that nothing moves. */
  readonly gradientNorms: Float32Array;
  readonly gaps: Float32Array;
}

export interface AscendOptions {
  /** One score per picture, [n]: pictures never mix. */
  readonly score: (x: Tensor4D) => Tensor1D;
  /** Pictures [n, h, w, c] of the searched variable [n, d]. */
  readonly image: (theta: Tensor2D) => Tensor4D;
  readonly constraint: Constraint;
  /** [n, d]; stays the caller's. */
  readonly start: Tensor2D;
  readonly steps: number;
  /** Steps at which a frame is yielded. */
  readonly frames?: ReadonlySet<number>;
  readonly signal?: AbortSignal;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Projected ascent with a cosine schedule from 0.5 to 0. The gradient is averaged over the last quarter of the
 * steps: ReLU and max-pool have kinks, the optimum sits on them, and there only the average tells convergence.
 * An abort ends it at the next step with what it has.
 */
export async function* ascend(options: AscendOptions): AsyncGenerator<Frame, Ascent> {
  const { score, image, constraint, steps, frames, signal } = options;
  const of = tf.valueAndGrad((theta) => score(image(theta as Tensor2D)).sum());
  let theta = tf.tidy(() => constraint.project(options.start.clone()));
  let sum = tf.zerosLike(theta);
  try {
    for (let step = 0; step < steps && signal?.aborted !== true; step++) {
      const rate = 0.25 * (1 + Math.cos((Math.PI * step) / steps));
      const averaging = step >= steps * 0.75;
      const [moved, summed, gradient] = tf.tidy((): [Tensor2D, Tensor2D, Tensor2D] => {
        const { grad } = of(theta);
        const to = constraint.project(constraint.advance(theta, grad as Tensor2D, rate));
        return [to, averaging ? sum.add<Tensor2D>(grad) : sum.clone(), grad as Tensor2D];
      });
      if (frames?.has(step) === true) {
        const scores = tf.tidy(() => score(image(theta)).dataSync<'float32'>());
        yield { step, scores, gradientNorms: tf.tidy(() => norms(gradient).dataSync<'float32'>()) };
      }
      tf.dispose([theta, sum, gradient]);
      theta = moved;
      sum = summed;
      if (step % 8 === 0) await turn();
    }
    return tf.tidy(() => {
      const x = image(theta);
      return {
        scores: score(x).dataSync<'float32'>(),
        images: x.dataSync<'float32'>(),
        gradientNorms: sum.norm('euclidean', 1).dataSync<'float32'>(),
        gaps: constraint.gap(theta, sum).dataSync<'float32'>(),
      };
    });
  } finally {
    tf.dispose([theta, sum]);
  }
}
