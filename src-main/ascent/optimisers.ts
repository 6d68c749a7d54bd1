// How a gradient becomes a step.
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import type { Constraint } from './constraints';

export interface Optimiser {
  readonly name: string;
  /** Where θ [n, d] goes by its gradient, before the constraint; `progress` runs from 0 to 1. */
  readonly step: (theta: Tensor2D, gradient: Tensor2D, progress: number) => Tensor2D;
  /** The same where a step depends on no other: by a rate that is a tensor, which makes all steps alike. */
  readonly rated?: {
    readonly rate: (progress: number) => number;
    readonly step: (theta: Tensor2D, gradient: Tensor2D, rate: Scalar) => Tensor2D;
  };
  dispose(): void;
}

/** Projected gradient ascent: steps of the constraint's own size times a rate that falls as a cosine to 0. */
export function projectedAscent(constraint: Constraint, most = 0.5): Optimiser {
  const rate = (progress: number): number => (most / 2) * (1 + Math.cos(Math.PI * progress));
  return {
    name: 'projected ascent',
    step: (theta, gradient, progress) => constraint.advance(theta, gradient, tf.scalar(rate(progress))),
    rated: { rate, step: constraint.advance },
    dispose: () => undefined,
  };
}

/** Adam (Kingma & Ba 2015), upwards. `rate` is in the units of θ. */
export function adam(rate: number, beta1 = 0.9, beta2 = 0.999): Optimiser {
  let first: Tensor2D | null = null;
  let second: Tensor2D | null = null;
  let steps = 0;
  return {
    name: 'Adam',
    step: (theta, gradient) => {
      steps += 1;
      const m = tf.keep(
        gradient.mul<Tensor2D>(1 - beta1).add<Tensor2D>(first === null ? 0 : first.mul(beta1)),
      );
      const v = tf.keep(
        gradient
          .square<Tensor2D>()
          .mul<Tensor2D>(1 - beta2)
          .add<Tensor2D>(second === null ? 0 : second.mul(beta2)),
      );
      tf.dispose([first ?? [], second ?? []]);
      [first, second] = [m, v];
      const scale = (rate * Math.sqrt(1 - beta2 ** steps)) / (1 - beta1 ** steps);
      return theta.add(m.mul(scale).div(v.sqrt().add(1e-8)));
    },
    dispose: () => {
      tf.dispose([first ?? [], second ?? []]);
    },
  };
}
