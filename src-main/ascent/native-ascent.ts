// The steps of an ascent taken by TensorFlow itself, many at a call, where they can be written down as a graph.
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import { rowNorms } from '../network/kernels';
import { nativeFunction, nativeLoop, type NativeFunction, type NativeLoop } from '../network/native-program';
import type { AscendOptions, Frame } from './ascend';
import { asScalars } from './transforms';

/** Where an ascent is: θ, and the sum of the gradients that its certificate is made of; both [n, size]. */
export interface AscentState {
  theta: Tensor2D;
  sum: Tensor2D;
}

/** Steps that pay for the graph, which takes as long to make as some ten steps one operation after another. */
const LEAST_STEPS = 16;
/** Most steps at a call, and how long a call may take: in between a cancel is heard. */
const MOST_AT_ONCE = 512;
const CALL_MS = 12;

const numbers = (x: Tensor): Float32Array => x.dataSync<'float32'>();

export class NativeAscent {
  private readonly options: AscendOptions;
  private readonly rate: (progress: number) => number;
  private readonly drawn: Climbed['drawn'];
  private readonly loop: NativeLoop;
  /** Null where no frame is asked for. */
  private readonly seen: NativeFunction | null;
  private atOnce = 1;

  private constructor(
    options: AscendOptions,
    rated: Rated,
    { gradientAt, scoresAt, drawn }: Climbed,
    { theta, sum }: AscentState,
  ) {
    const { constraint, parametrisation } = options;
    this.options = options;
    this.rate = rated.rate;
    this.drawn = drawn;
    const draws = drawn[0]?.length ?? 0;
    this.loop = nativeLoop([theta, sum], 2 + draws, ([at, total], [rate, share, ...moves]) => {
      const gradient = gradientAt(at as Tensor2D, moves as Scalar[]);
      const moved = constraint.project(rated.step(at as Tensor2D, gradient, rate as Scalar));
      return [moved, (total as Tensor2D).add(gradient.mul(share as Scalar))];
    });
    const look = (at: Tensor, ...moves: readonly Tensor[]): Tensor[] => {
      const x = parametrisation.image(at as Tensor2D);
      const gradient = gradientAt(at as Tensor2D, moves as Scalar[]);
      return [scoresAt(at as Tensor2D), x, rowNorms(gradient), constraint.gap(at as Tensor2D, gradient)];
    };
    const moves = asScalars(drawn[0]);
    try {
      this.seen = (options.frames?.size ?? 0) > 0 ? nativeFunction([theta, ...moves], look) : null;
    } catch (error) {
      this.loop.dispose();
      throw error;
    } finally {
      tf.dispose(moves);
    }
  }

  /** Null where a step depends on those before, where there are too few, or where they use what graphs have not. */
  static of(options: AscendOptions, climbed: Climbed, state: AscentState): NativeAscent | null {
    const { optimiser, steps } = options;
    if (optimiser.rated === undefined || steps < LEAST_STEPS) return null;
    let native: NativeAscent | null = null;
    try {
      native = new NativeAscent(options, optimiser.rated, climbed, state);
      // graphs are checked when they are first run: no steps, and a look
      if (native.seen !== null) native.look(state.theta, 0);
      const { theta, sum } = native.advanced(state, 0, 0);
      tf.dispose([theta, sum]);
      return native;
    } catch {
      // whatever a graph cannot do, or a folder for temporary files that cannot be written: the steps are taken one by one
      native?.dispose();
      return null;
    }
  }

  private advanced({ theta, sum }: AscentState, from: number, count: number): AscentState {
    const { steps } = this.options;
    const along = (of: (step: number) => number) =>
      tf.tensor1d(Float32Array.from({ length: count }, (_, i) => of(from + i)));
    const schedules = [
      along((step) => this.rate(step / steps)),
      along((step) => (step >= averagedFrom(steps) ? 1 : 0)),
      ...(this.drawn[0] ?? []).map((_, i) => along((step) => this.drawn[step]?.[i] ?? 0)),
    ];
    const [moved, total] = this.loop.run([theta, sum], schedules);
    tf.dispose(schedules);
    return { theta: moved as Tensor2D, sum: total as Tensor2D };
  }

  /** Takes steps from step `from` on, at most to `to`, for so long as nobody minds; changes the state and returns where it is. */
  advance(state: AscentState, from: number, to: number): number {
    const count = Math.min(this.atOnce, to - from);
    const began = performance.now();
    const next = this.advanced(state, from, count);
    tf.dispose([state.theta, state.sum]);
    Object.assign(state, next);
    const each = (performance.now() - began) / count;
    this.atOnce = Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(CALL_MS / each)));
    return from + count;
  }

  /** The pictures of θ, and what there is to know of them; for ascents that ask for frames. */
  look(theta: Tensor2D, step: number): Frame {
    if (this.seen === null) throw new Error('No frame was asked for.');
    const moves = asScalars(this.drawn[step]);
    const found = this.seen.run(theta, ...moves);
    tf.dispose(moves);
    const [scores, images, gradientNorms, gaps] = found.map(numbers) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    tf.dispose(found);
    return { step, scores, images, gradientNorms, cosines: gaps.map((gap) => 1 - gap) };
  }

  dispose(): void {
    this.loop.dispose();
    this.seen?.dispose();
  }
}

type Rated = NonNullable<AscendOptions['optimiser']['rated']>;

/** What is climbed: scores [n] and their gradient [n, size] at θ, by a step's movements. */
interface Climbed {
  readonly gradientAt: (theta: Tensor2D, moves: readonly Scalar[]) => Tensor2D;
  /** The numbers of each step's movements. */
  readonly drawn: readonly (readonly number[])[];
  readonly scoresAt: (theta: Tensor2D) => Tensor1D;
}

/** The step from which on gradients are averaged: the last quarter. */
export const averagedFrom = (steps: number): number => Math.floor(steps * 0.75);
