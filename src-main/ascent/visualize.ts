// The picture of every unit of a layer by one method, all units in one batch.
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import type { GalleryUnit, UnitState } from '../contract/gallery';
import { UserError } from '../contract/errors';
import { tf } from '../native/tensorflow';
import { forward, unitPreActivations, unitWeights, type UnitWeights } from '../network/forward';
import { nodeOf, unitLayers, type Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { createRng } from '../network/rng';
import { ascend, box, sphere, type Ascent, type Constraint } from './ascend';
import { windowPrior, type Prior } from './prior';

export type MethodName = 'whitened' | 'plain' | 'box';

export interface VisualizeOptions {
  readonly network: Network;
  readonly layer: string;
  readonly method: MethodName;
  /** Radius of the sphere; undefined takes the one described at `visualize`. Unused by 'box'. */
  readonly budget?: number | undefined;
  readonly steps: number;
  readonly seed: number;
  /** Real windows of the layer's size [n × h × w × c], 0..1. */
  readonly windows: Float32Array;
  readonly signal?: AbortSignal;
}

export interface Visualization {
  readonly budget: number | null;
  readonly picture: { readonly height: number; readonly width: number; readonly channels: number };
  readonly images: Float32Array;
  readonly units: GalleryUnit[];
  /** Steps of the curve, and the scores there, [units × steps]. */
  readonly curveSteps: number[];
  readonly curves: Float32Array[];
}

/** For the output layer: a class's logit minus the mean of the others', so that the pictures tell classes apart. */
function contrast(weights: UnitWeights): UnitWeights {
  const [kernel, bias] = tf.tidy(() => {
    const n = weights.bias.size;
    const against = <T extends Tensor1D | Tensor2D>(x: T, axis: number): T =>
      x.mul<T>(n / (n - 1)).sub<T>(x.sum<T>(axis, true).div<T>(n - 1));
    return [against(weights.kernel, 1), against(weights.bias, 0)];
  });
  weights.dispose();
  return {
    kernel,
    bias,
    dispose: () => {
      tf.dispose([kernel, bias]);
    },
  };
}

/** The objective of all units of a layer: pre-activation, or contrast between logits for the output layer. */
function weightsOf(network: Network, layer: string): UnitWeights {
  const units = nodeOf(network, layer).shape[2];
  const weights = unitWeights(
    network,
    layer,
    Array.from({ length: units }, (_, i) => i),
  );
  return layer === unitLayers(network).at(-1)?.name ? contrast(weights) : weights;
}

/** Greatest objective of each unit over real windows, in chunks that bound the memory. */
function bestReal(
  network: Network,
  layer: string,
  weights: UnitWeights,
  windows: Float32Array,
  shape: number[],
): Float32Array {
  const node = nodeOf(network, layer);
  const size = shape.reduce((product, side) => product * side, 1);
  const best = new Float32Array(weights.bias.size).fill(-Infinity);
  for (let from = 0; from < windows.length / size; from += 2000) {
    const part = windows.subarray(from * size, Math.min((from + 2000) * size, windows.length));
    const values = tf.tidy(() => {
      const x = tf.tensor4d(part, [part.length / size, ...shape] as [number, number, number, number]);
      const features = forward(network, x, node.inputs[0] ?? 'input', node.operation.op === 'conv2d');
      const scores = features.reshape<Tensor2D>([x.shape[0], -1]).matMul(weights.kernel).add(weights.bias);
      return scores.max(0).dataSync();
    });
    values.forEach((value, unit) => (best[unit] = Math.max(best[unit] as number, value)));
  }
  return best;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Median Euclidean norm of windows [n × d]. */
function medianNorm(windows: Float32Array, d: number): number {
  const all = Array.from({ length: Math.min(2000, windows.length / d) }, (_, n) =>
    Math.hypot(...windows.subarray(n * d, n * d + d)),
  );
  return median(all);
}

/** Limits on the first-order gap: at most 0.5 % is converged, at most 2 % close. */
function stateOf(gap: number, gradientNorm: number, best: number): UnitState {
  if (gradientNorm === 0 || best <= 0) return 'dead';
  if (gap <= 0.005) return 'converged';
  return gap <= 0.02 ? 'close' : 'climbing';
}

async function finish(
  run: AsyncGenerator<{ step: number; scores: Float32Array }, Ascent>,
  onFrame: (step: number, scores: Float32Array) => void,
): Promise<Ascent> {
  for (;;) {
    const { done, value } = await run.next();
    if (done === true) return value;
    onFrame(value.step, value.scores);
  }
}

/**
 * Visualises all units of a layer. 'whitened' searches x = μ + z·axes with ‖z‖ = budget in the principal axes of
 * real windows; without a budget, the radius at which the layer's median response equals that of its best real
 * windows, found among 1, 1.5, 2 … 12 by short runs. 'plain' searches pixels on a sphere, by default of the
 * median norm of the real windows; 'box' pixels in 0..1. A unit that no real window excites is dead.
 * Throws a UserError for a layer without units.
 */
export async function visualize(options: VisualizeOptions): Promise<Visualization> {
  const { network, layer, method, seed, windows, signal } = options;
  if (!unitLayers(network).some(({ name }) => name === layer)) {
    const names = unitLayers(network).map(({ name }) => name);
    throw new UserError(
      `The model has no layer "${layer}" with units.`,
      `Choose one of ${names.join(', ')}.`,
    );
  }
  const { height, width } = windowOf(network, layer);
  const channels = network.input[2];
  const d = height * width * channels;
  const weights = weightsOf(network, layer);
  const n = weights.bias.size;
  const isOutput = layer === unitLayers(network).at(-1)?.name;
  const best = bestReal(network, layer, weights, windows, [height, width, channels]);
  const prior: Prior | null = method === 'whitened' ? windowPrior(windows, d) : null;
  const score = (x: Tensor4D): Tensor1D => unitPreActivations(network, x, layer, weights);
  const shape: [number, number, number, number] = [n, height, width, channels];
  const image = (theta: Tensor2D): Tensor4D =>
    (prior === null ? theta : tf.matMul(theta, prior.axes).add(prior.mean)).reshape(shape);
  const searched = prior === null ? d : prior.axes.shape[0];
  const rng = createRng(seed);
  const start = tf.tensor2d(
    Float32Array.from({ length: n * searched }, () => (method === 'box' ? rng.uniform() : rng.normal())),
    [n, searched],
  );
  const curveSteps: number[] = [];
  const curves: Float32Array[] = [];
  const climb = (constraint: Constraint, steps: number, frames: ReadonlySet<number>): Promise<Ascent> =>
    finish(
      ascend({ score, image, constraint, start, steps, frames, ...(signal && { signal }) }),
      (step, scores) => {
        curveSteps.push(step);
        curves.push(scores);
      },
    );
  try {
    let budget: number | null = null;
    if (method === 'plain') budget = options.budget ?? medianNorm(windows, d);
    if (method === 'whitened') {
      const live = (scores: Float32Array): number =>
        median(
          [...scores].flatMap((value, unit) =>
            (best[unit] as number) > 0 ? [value / (best[unit] as number)] : [],
          ),
        );
      budget = options.budget ?? 12;
      for (const radius of options.budget === undefined ? [1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8, 10, 12] : []) {
        budget = radius;
        if (live((await climb(sphere(radius), 32, new Set())).scores) >= 1) break;
      }
    }
    const logarithmic = Array.from({ length: 32 }, (_, i) => Math.round(options.steps ** (i / 31)) - 1);
    const ascent = await climb(budget === null ? box() : sphere(budget), options.steps, new Set(logarithmic));
    const units = Array.from({ length: n }, (_, unit): GalleryUnit => {
      const gap = ascent.gaps[unit] as number;
      const real = best[unit] as number;
      const state = stateOf(gap, ascent.gradientNorms[unit] as number, isOutput ? Infinity : real);
      const finalScore = ascent.scores[unit] as number;
      return {
        unit,
        state,
        score: state === 'dead' ? null : finalScore,
        bestReal: real,
        certificate: state === 'dead' ? null : { cosine: budget === null ? null : 1 - gap, gap },
        norm: budget,
        startScores: [finalScore],
      };
    });
    return { budget, picture: { height, width, channels }, images: ascent.images, units, curveSteps, curves };
  } finally {
    start.dispose();
    weights.dispose();
    prior?.dispose();
  }
}
