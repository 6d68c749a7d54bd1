// Where the searched numbers may lie, and how near a point is to the first-order optimum there.
import type { Rank, Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import { rowNorms, unitRows } from '../network/kernels';

/** Where θ may lie. Rows of θ are independent. */
export interface Constraint {
  readonly name: 'sphere' | 'ellipsoid' | 'box' | 'none';
  /** Brings every row of θ [n, d] back to where it may lie. */
  readonly project: (theta: Tensor2D) => Tensor2D;
  /** A step of relative size `rate` (1 = the constraint's own size) along the gradient. */
  readonly advance: (theta: Tensor2D, gradient: Tensor2D, rate: Scalar) => Tensor2D;
  /**
   * Frank–Wolfe gap (Jaggi 2013) of the averaged gradient, as a share of the greatest first-order gain from the
   * centre: [n]. 0 is a first-order optimum. Without a constraint there is no such gain: 1 everywhere.
   */
  readonly gap: (theta: Tensor2D, gradient: Tensor2D) => Tensor1D;
}

const norms = (x: Tensor2D): Tensor2D => tf.maximum(rowNorms(x), 1e-30);

/** Rows of norm `radius`. Its gap is 1 − cos(θ, gradient). */
export function sphere(radius: number): Constraint {
  return {
    name: 'sphere',
    project: (theta) => unitRows(theta).mul(radius),
    advance: (theta, gradient, rate) => theta.add(unitRows(gradient).mul(rate.mul(radius))),
    gap: (theta, gradient) => {
      const cosine = theta
        .mul(gradient)
        .sum<Tensor2D>(1, true)
        .div(norms(theta).mul(norms(gradient)));
      return tf.sub<Tensor1D>(1, cosine.reshape([-1]));
    },
  };
}

/** Rows with ‖θ ∘ scales‖ = radius; scales [d], all above 0. The steepest direction is gradient / scales². */
export function ellipsoid(radius: number, scales: Float32Array): Constraint {
  const row = (): Tensor2D => tf.tensor2d(scales, [1, scales.length]);
  return {
    name: 'ellipsoid',
    project: (theta) => theta.mul(tf.div<Tensor2D>(radius, norms(theta.mul(row())))),
    advance: (theta, gradient, rate) => {
      const direction = gradient.div<Tensor2D>(row().square());
      return theta.add(direction.mul(tf.div(rate.mul(radius), norms(direction.mul(row())))));
    },
    gap: (theta, gradient) => {
      const best = norms(gradient.div(row())).mul(radius).reshape<Tensor1D>([-1]);
      return tf.sub<Tensor1D>(1, gradient.mul(theta).sum<Tensor1D>(1).div(best));
    },
  };
}

/** Elements in 0..1; the centre is 0.5. */
export function box(): Constraint {
  return {
    name: 'box',
    project: (theta) => tf.clipByValue<Tensor2D>(theta, 0, 1),
    // the steepest direction in the maximum norm, whose ball the box is: small weights move as far as great ones
    advance: (theta, gradient, rate) => theta.add<Tensor2D>(gradient.sign().mul(rate.div(2))),
    gap: (theta, gradient) => {
      const best = tf.maximum(gradient.abs().sum<Tensor1D>(1).mul(0.5), 1e-30);
      const gain = gradient.mul(theta.sub(0.5)).sum<Tensor1D>(1);
      return tf.sub<Tensor1D>(1, gain.div(best));
    },
  };
}

/** Anywhere; a step is `rate` times the gradient. */
export function none(): Constraint {
  return {
    name: 'none',
    project: (theta) => theta,
    advance: (theta, gradient, rate) => theta.add(gradient.mul(rate)),
    gap: (theta) => tf.ones<Rank.R1>([theta.shape[0]]),
  };
}
