// Gradient ascent on a batch of independent pictures, with a certificate for each.
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import { rowNorms } from '../network/kernels';
import { createRng } from '../network/rng';
import { turn } from '../turn';
import type { Constraint } from './constraints';
import { averagedFrom, NativeAscent, type AscentState } from './native-ascent';
import type { Objective } from './objectives';
import type { Optimiser } from './optimisers';
import type { Parametrisation } from './parametrisations';
import { asScalars, transformed, type Transform } from './transforms';
import { writtenGradient } from './written-gradient';

/** One moment of an ascent, a value per picture. */
export interface Frame {
  readonly step: number;
  readonly scores: Float32Array;
  readonly gradientNorms: Float32Array;
  /** 1 − gap of this step's gradient alone: cos(θ, gradient) on a sphere. */
  readonly cosines: Float32Array;
  /** Pictures [n × h × w × c]. */
  readonly images: Float32Array;
}

export interface Ascent {
  readonly scores: Float32Array;
  /** Pictures [n × h × w × c] whose scores these are. */
  readonly images: Float32Array;
  /** Norm of the averaged gradient: 0 for a picture that nothing moves. */
  readonly gradientNorms: Float32Array;
  /** The constraint's gap of the averaged gradient. */
  readonly gaps: Float32Array;
  /** Steps done: fewer than asked when it was aborted. */
  readonly steps: number;
}

export interface AscendOptions {
  readonly objective: Objective;
  readonly parametrisation: Parametrisation;
  readonly constraint: Constraint;
  readonly optimiser: Optimiser;
  /** Drawn anew at each step; the reported scores are of the pictures at rest. */
  readonly transforms?: readonly Transform[];
  /** θ [n, size]; stays the caller's. */
  readonly start: Tensor2D;
  readonly steps: number;
  /** Steps before whose update a frame is yielded. */
  readonly frames?: ReadonlySet<number>;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/** Longest time without a turn of the event loop, in which a cancel can arrive. */
const TURN_MS = 20;
const normsOf = (x: Tensor2D): Float32Array => tf.tidy(() => rowNorms(x).dataSync<'float32'>());

/**
 * Climbs. The gradient is averaged over the last quarter of the steps: ReLU and max-pool have kinks, the optimum
 * sits on them, and there only the average tells convergence. An abort ends it at the next step with what it has;
 * no tensor is left behind either way.
 */
export async function* ascend(options: AscendOptions): AsyncGenerator<Frame, Ascent> {
  const {
    objective,
    parametrisation,
    constraint,
    optimiser,
    transforms = [],
    steps,
    frames,
    seed,
    signal,
  } = options;
  const rng = createRng(seed).fork(1);
  const { weighs } = objective;
  const written =
    weighs === undefined || transforms.length > 0
      ? null
      : writtenGradient(weighs.network, weighs.layer, weighs.weights, parametrisation);
  const taped = (theta: Tensor2D, moves: readonly Scalar[]): Tensor2D => {
    const value = (t: Tensor2D) =>
      objective.of(transformed(parametrisation.image(t), transforms, moves)).sum();
    return tf.grad((t) => value(t as Tensor2D))(theta) as Tensor2D;
  };
  const gradientAt = written?.of ?? taped;
  const scoresAt = (theta: Tensor2D): Tensor1D => objective.of(parametrisation.image(theta));
  const gapOf = (theta: Tensor2D, gradient: Tensor2D): Float32Array =>
    tf.tidy(() => constraint.gap(theta, gradient).dataSync<'float32'>());
  const look = (theta: Tensor2D): { scores: Float32Array; images: Float32Array } => {
    const x = parametrisation.image(theta);
    return { scores: objective.of(x).dataSync<'float32'>(), images: x.dataSync<'float32'>() };
  };
  const state: AscentState = {
    theta: tf.tidy(() => constraint.project(options.start.clone())),
    sum: tf.zerosLike(options.start),
  };
  const stops = [...(frames ?? [])].filter((step) => step < steps).sort((a, b) => a - b);
  const drawn = Array.from({ length: steps }, () => transforms.flatMap(({ draw }) => draw(rng)));
  const gradientOf = (step: number): Tensor2D =>
    tf.tidy(() => gradientAt(state.theta, asScalars(drawn[step])));
  const climbed = { gradientAt, scoresAt: written?.scores ?? scoresAt, drawn };
  const native = NativeAscent.of(options, climbed, state);
  let done = 0;
  let turned = performance.now();
  try {
    while (done < steps && signal?.aborted !== true) {
      const shown = frames?.has(done) === true;
      let frame: Frame | null = null;
      if (native === null) {
        const gradient = gradientOf(done);
        if (shown) {
          const { scores, images } = tf.tidy(() => look(state.theta));
          const cosines = gapOf(state.theta, gradient).map((gap) => 1 - gap);
          frame = { step: done, scores, images, gradientNorms: normsOf(gradient), cosines };
        }
        const moved = tf.tidy(() => constraint.project(optimiser.step(state.theta, gradient, done / steps)));
        state.theta.dispose();
        state.theta = moved;
        if (done >= averagedFrom(steps)) {
          const summed = state.sum.add<Tensor2D>(gradient);
          state.sum.dispose();
          state.sum = summed;
        }
        gradient.dispose();
        done++;
      } else {
        if (shown) frame = native.look(state.theta, done);
        const next = stops.find((step) => step > done) ?? steps;
        done = native.advance(state, done, next);
      }
      if (frame !== null) yield frame;
      if (performance.now() - turned > TURN_MS) {
        await turn();
        turned = performance.now();
      }
    }
    // an ascent that was cut short has no average: its last gradient stands for it
    if (done < steps) {
      const last = gradientOf(done);
      state.sum.dispose();
      state.sum = last;
    }
    const { scores, images } = tf.tidy(() => look(state.theta));
    const gaps = gapOf(state.theta, state.sum);
    return { scores, images, gradientNorms: normsOf(state.sum), gaps, steps: done };
  } finally {
    tf.dispose([state.theta, state.sum]);
    native?.dispose();
    written?.dispose();
  }
}
