// The picture of every unit of a layer by one method: units in batches, restarts, and what is known of each.
import { freemem } from 'node:os';
import type { Tensor2D } from '@tensorflow/tfjs-node';
import { UserError } from '../contract/errors';
import type { GalleryUnit, UnitState } from '../contract/gallery';
import type { Method } from '../contract/method';
import { tf } from '../native/tensorflow';
import { nodeOf, sourceOf, unitLayers, type Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { remembered } from '../network/remembered';
import { createRng } from '../network/rng';
import { ascend, type Ascent, type Frame } from './ascend';
import { box, sphere, type Constraint } from './constraints';
import { classContrast, neuron, type Objective } from './objectives';
import { projectedAscent } from './optimisers';
import { dct, natural, pixel, whitened, type Parametrisation, type PictureSize } from './parametrisations';
import { windowPrior } from './prior';
import { bestReal, isOutput } from './real';
import { movement, type Transform } from './transforms';

/** Our methods; the question's own stands in question/, those of others in methods/peers. */
export type AscentMethod = Extract<Method, { name: 'whitened' | 'plain' | 'box' | 'fourier' }>;

export interface VisualizeOptions<M = AscentMethod> {
  readonly network: Network;
  readonly layer: string;
  /** Units to visualise; null for all. */
  readonly units: readonly number[] | null;
  readonly method: M;
  readonly seed: number;
  /** Real windows of the layer's window [n × h × w × c], 0..1; none where there is no data. */
  readonly windows: Float32Array;
  /** Greatest objective of each of the layer's units over them, where it is known already. */
  readonly best?: Float32Array;
  /** Steps before whose update a frame is yielded. */
  readonly frameSteps?: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * A moment of the whole layer, in the order of the units asked for; NaN and 0 for units whose turn has not come. Of very
 * large pictures every frame holds the same array: it is to be read before the next.
 */
export type VisualizeFrame = Omit<Frame, 'step'> & { readonly step: number };

/** Values of every unit at each of the steps. */
export interface Curves {
  readonly steps: number[];
  readonly scores: Float32Array[];
  readonly gradientNorms: Float32Array[];
  readonly cosines: Float32Array[];
}

export interface Visualization {
  /** The method with every 'auto' replaced by the value used. */
  readonly method: Method;
  readonly picture: PictureSize;
  readonly units: GalleryUnit[];
  /** [units × h × w × c] */
  readonly images: Float32Array;
  readonly curves: Curves;
}

/** Throws a UserError for a layer without units or units that it does not have; gives the units to do. */
export function chosenUnits(network: Network, layer: string, units: readonly number[] | null): number[] {
  const layers = unitLayers(network).map(({ name }) => name);
  if (!layers.includes(layer)) {
    throw new UserError(
      `The model has no layer "${layer}" with units.`,
      `Choose one of ${layers.join(', ')}.`,
    );
  }
  const count = nodeOf(network, layer).shape[2];
  const wrong = units?.find((unit) => unit >= count);
  if (wrong !== undefined) {
    throw new UserError(`${layer} has no unit ${wrong}.`, `Choose units from 0 to ${count - 1}.`);
  }
  return units === null ? [...Array(count).keys()] : [...units];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** Deviation from mid grey, root mean square, that pictures are given where no data says more: that of photographs. */
const CONTRAST = 0.2;

/** Median Euclidean norm of the first 2000 windows [n × d]; without any, that of mid grey with the usual contrast. */
function medianNorm(windows: Float32Array, d: number): number {
  if (windows.length === 0) return Math.sqrt(d * (0.25 + CONTRAST ** 2));
  const count = Math.min(2000, windows.length / d);
  return median(
    Array.from({ length: count }, (_, n) =>
      Math.sqrt(windows.subarray(n * d, n * d + d).reduce((total, value) => total + value * value, 0)),
    ),
  );
}

/** Limits on the first-order gap: at most 1 % is converged (a cosine of 0.99), at most 5 % close. */
const CONVERGED = 0.01;
const CLOSE = 0.05;

/** What is searched and where, for one method at one budget (radius or norm); the box has none. */
interface Search {
  readonly parametrisation: Parametrisation;
  readonly constraint: (budget: number) => Constraint;
  /** Budgets to choose from when it is 'auto', ascending. One means that there is nothing to choose. */
  readonly budgets: readonly number[];
  /** True where there is no data to choose by: the budget is the one that gives pictures the usual contrast. */
  readonly byContrast: boolean;
  readonly transforms: readonly Transform[];
}

function searchOf(method: AscentMethod, windows: Float32Array, size: PictureSize): Search {
  const d = size.height * size.width * size.channels;
  const jitter = Math.max(1, Math.round(Math.min(size.height, size.width) / 14));
  const moving = movement({ jitter, scale: 0.05, rotate: 5 });
  if (windows.length === 0 && (method.name === 'whitened' || method.name === 'fourier')) {
    const auto = method.radius === 'auto';
    return {
      parametrisation: natural(size),
      constraint: sphere,
      budgets: [method.radius === 'auto' ? 1 : method.radius],
      byContrast: auto,
      transforms: method.name === 'fourier' && method.robust ? [moving] : [],
    };
  }
  const byContrast = false;
  switch (method.name) {
    case 'whitened': {
      const prior = windowPrior(windows, d);
      const parametrisation = whitened(prior, size);
      const dispose = (): void => {
        parametrisation.dispose();
        prior.dispose();
      };
      const budgets =
        method.radius === 'auto' ? [1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8, 10, 12] : [method.radius];
      return {
        parametrisation: { ...parametrisation, dispose },
        constraint: sphere,
        budgets,
        byContrast,
        transforms: [],
      };
    }
    case 'plain': {
      const budget = method.norm === 'auto' ? medianNorm(windows, d) : method.norm;
      return {
        parametrisation: pixel(size),
        constraint: sphere,
        budgets: [budget],
        byContrast,
        transforms: [],
      };
    }
    case 'box':
      return { parametrisation: pixel(size), constraint: box, budgets: [1], byContrast, transforms: [] };
    case 'fourier': {
      const typical = medianNorm(windows, d);
      const ladder = [0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12].map((factor) => factor * typical);
      return {
        parametrisation: dct(size),
        constraint: sphere,
        budgets: method.radius === 'auto' ? ladder : [method.radius],
        byContrast,
        transforms: method.robust ? [moving] : [],
      };
    }
  }
}

/** Floats that one picture's forward pass and its gradient hold at once, roughly. */
function floatsPerPicture(network: Network, layer: string, { height, width }: PictureSize): number {
  const share = (height * width) / (network.input[0] * network.input[1]);
  const upTo = network.nodes.findIndex(({ name }) => name === layer);
  const all = network.nodes
    .slice(0, upTo)
    .reduce((sum, { shape }) => sum + shape[0] * shape[1] * shape[2], 0);
  return Math.ceil(all * share * 3);
}
/** Floats that a batch may take: 400 MB, or a quarter of the free memory where that is less. */
const mostFloats = (): number => Math.min(1e8, freemem() / 16);
/** Bytes of all pictures from which on the frames share one array instead of having a copy each. */
const SHARED_BYTES = 1e8;
/** Units by which a budget is chosen, and steps of each try. */
const PROBES = 16;
const PROBE_STEPS = 32;

async function drain(run: AsyncGenerator<Frame, Ascent>): Promise<Ascent> {
  for (;;) {
    const { done, value } = await run.next();
    if (done === true) return value;
  }
}

/** Everything that a batch of pictures needs, made from the options once. */
class Layer {
  readonly size: PictureSize;
  readonly best: Float32Array;
  readonly search: Search;
  private readonly options: VisualizeOptions;

  constructor(options: VisualizeOptions) {
    const { network, layer, windows, method } = options;
    const { height, width } = windowOf(network, layer);
    this.options = options;
    this.size = { height, width, channels: network.input[2] };
    this.best = options.best ?? bestReal(network, layer, windows);
    this.search = searchOf(method, windows, this.size);
  }

  /** Starts of the units' pictures: those of a unit do not depend on which others are asked for. */
  private starts(units: readonly number[], starts: number): Tensor2D {
    const rng = createRng(this.options.seed);
    const make = this.search.parametrisation;
    return tf.tidy(() => {
      const rows = [...Array(starts).keys()].flatMap((start) =>
        units.map((unit) => make.start(1, rng.fork(start).fork(unit))),
      );
      const theta = tf.concat2d(rows, 0);
      return this.options.method.name === 'box' ? theta.mul<Tensor2D>(0.1).add<Tensor2D>(0.5) : theta;
    });
  }

  /** Climbs for units × starts pictures, ordered by start, then unit. */
  async *climb(
    units: readonly number[],
    budget: number,
    steps: number,
    starts: number,
    frames: ReadonlySet<number>,
  ): AsyncGenerator<Frame, Ascent> {
    const { network, layer, seed, signal } = this.options;
    const rows = [...Array(starts).keys()].flatMap(() => units);
    const objective: Objective = (isOutput(network, layer) ? classContrast : neuron)(network, layer, rows);
    const constraint = this.search.constraint(budget);
    const optimiser = projectedAscent(constraint);
    const start = this.starts(units, starts);
    const { parametrisation, transforms } = this.search;
    try {
      return yield* ascend({
        ...{
          objective,
          parametrisation,
          constraint,
          optimiser,
          transforms,
          start,
          steps,
          frames,
          seed,
          signal,
        },
      });
    } finally {
      objective.dispose();
      optimiser.dispose();
      start.dispose();
    }
  }

  /**
   * The least budget at which the layer's median live unit responds as to its best real window, found by bisection
   * with short runs of a few units; the greatest when none suffices. Found once for a layer and a way of searching.
   */
  async budget(): Promise<number> {
    const { network, layer, method, seed, windows, signal } = this.options;
    const { budgets } = this.search;
    let [low, high] = [0, budgets.length - 1];
    if (this.search.byContrast) return this.contrastBudget();
    if (high === 0) return budgets[0] as number;
    const robust = method.name === 'fourier' && method.robust;
    const kept = remembered<number>(
      [network, windows],
      `budget of ${layer} by ${method.name} ${robust} ${seed}`,
    );
    const known = kept.get();
    if (known !== undefined) return known;
    const live = [...this.best.keys()].filter((unit) => (this.best[unit] ?? 0) > 0);
    const every = Math.max(1, Math.floor(live.length / PROBES));
    const probes = live.filter((_, i) => i % every === 0).slice(0, PROBES);
    if (probes.length === 0) return budgets[low] as number;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { scores } = await drain(
        this.climb(probes, budgets[middle] as number, PROBE_STEPS, 1, new Set()),
      );
      const ratios = probes.map((unit, i) => (scores[i] as number) / (this.best[unit] as number));
      if (median(ratios) >= 1) high = middle;
      else low = middle + 1;
    }
    const found = budgets[low] as number;
    return signal?.aborted === true ? found : kept.set(found);
  }

  /** The radius at which the pictures of a few units have the usual contrast: their deviation grows with it. */
  private async contrastBudget(): Promise<number> {
    const { network, layer, units } = this.options;
    const all = chosenUnits(network, layer, units);
    const probes = all.filter((_, i) => i % Math.max(1, Math.floor(all.length / 4)) === 0).slice(0, 4);
    let radius = Math.sqrt(this.size.height * this.size.width * this.size.channels) / 4;
    for (let tries = 0; tries < 2; tries++) {
      const { images } = await drain(this.climb(probes, radius, PROBE_STEPS / 2, 1, new Set()));
      const pixels = images.length / probes.length;
      const deviations = probes.map((_, i) => {
        const picture = images.subarray(i * pixels, (i + 1) * pixels);
        return Math.sqrt(picture.reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / pixels);
      });
      const deviation = median(deviations);
      if (deviation > 0 && Number.isFinite(deviation)) radius *= CONTRAST / deviation;
    }
    return radius;
  }

  /** What is known of a unit once its picture is kept. */
  unit(
    unit: number,
    budget: number,
    linear: boolean,
    found: Ascent,
    row: number,
    startScores: number[],
  ): GalleryUnit {
    const { network, layer, method } = this.options;
    const real = this.best[unit] as number;
    const gap = found.gaps[row] as number;
    const idle = real <= 0 && Number.isFinite(real) && !isOutput(network, layer);
    const dead = found.gradientNorms[row] === 0 || idle;
    let state: UnitState = 'climbing';
    if (dead) state = 'dead';
    else if (linear && gap <= 1e-4) state = 'exact';
    else if (gap <= CONVERGED) state = 'converged';
    else if (gap <= CLOSE) state = 'close';
    const inBox = method.name === 'box';
    return {
      unit,
      state,
      score: dead ? null : (found.scores[row] as number),
      bestReal: Number.isFinite(real) ? real : null,
      certificate: dead ? null : { cosine: inBox ? null : 1 - gap, gap },
      norm: inBox ? null : budget,
      startScores,
    };
  }
}

/** Rows of `values` [n × size] in the given order. */
function gather(values: Float32Array, size: number, rows: readonly number[]): Float32Array {
  const out = new Float32Array(rows.length * size);
  rows.forEach((row, i) => {
    out.set(values.subarray(row * size, (row + 1) * size), i * size);
  });
  return out;
}

/** The row of the best start of each of `count` units; rows are ordered by start, then unit. */
function bestRows(scores: Float32Array, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    let best = i;
    for (let row = i; row < scores.length; row += count) {
      if ((scores[row] as number) > (scores[best] as number)) best = row;
    }
    return best;
  });
}

function resolved(method: AscentMethod, budget: number): Method {
  switch (method.name) {
    case 'whitened':
    case 'fourier':
      return { ...method, radius: budget };
    case 'plain':
      return { ...method, norm: budget };
    case 'box':
      return method;
  }
}

/** Steps of about `count` frames, close together at the start, where the picture changes most. */
export function frameSteps(steps: number, count = 24): number[] {
  const all = Array.from({ length: count }, (_, i) => Math.round(steps ** (i / (count - 1))) - 1);
  return [...new Set(all)];
}

/**
 * Visualises units of a layer, all in one batch unless memory forbids it. 'whitened' searches x = μ + z·axes with
 * ‖z‖ = radius in the principal axes of real windows; 'plain' pixels on a sphere, by default of the median norm
 * of the real windows; 'fourier' 1/f-scaled DCT coefficients on a sphere; 'box' pixels in 0..1. The objective is
 * the unit's pre-activation, for the output layer the class's contrast. A unit that no real window excites, or
 * that nothing moves, is dead. An abort ends it with what it has. Throws a UserError for a layer without units.
 */
export async function* visualize(options: VisualizeOptions): AsyncGenerator<VisualizeFrame, Visualization> {
  const { network, layer: name, method, signal } = options;
  const units = chosenUnits(network, name, options.units);
  const frames = new Set(options.frameSteps ?? frameSteps(method.steps));
  const layer = new Layer(options);
  const { size } = layer;
  const pixels = size.height * size.width * size.channels;
  const linear = sourceOf(network, nodeOf(network, name)).operation.op === 'input';
  const { starts, steps } = method;
  const perUnit = Math.max(floatsPerPicture(network, name, size), pixels * 6) * starts;
  const batch = Math.max(1, Math.min(units.length, Math.floor(mostFloats() / perUnit)));
  const images = new Float32Array(units.length * pixels);
  const known: GalleryUnit[] = [];
  const moments = new Map<number, Omit<VisualizeFrame, 'images'>>();
  try {
    const budget = await layer.budget();
    for (let from = 0; from < units.length && (from === 0 || signal?.aborted !== true); from += batch) {
      const part = units.slice(from, from + batch);
      const seen: Frame[] = [];
      const run = layer.climb(part, budget, steps, starts, frames);
      let found: Ascent | null = null;
      try {
        let next = await run.next();
        for (; next.done !== true; next = await run.next()) {
          const frame = next.value;
          const rows = bestRows(frame.scores, part.length);
          images.set(gather(frame.images, pixels, rows), from * pixels);
          seen.push({ ...frame, images: new Float32Array(0) });
          const blank = (): Float32Array => new Float32Array(units.length).fill(NaN);
          const moment = moments.get(frame.step) ?? {
            ...{ step: frame.step, scores: blank(), gradientNorms: blank(), cosines: blank() },
          };
          moments.set(frame.step, moment);
          for (const key of ['scores', 'gradientNorms', 'cosines'] as const) {
            moment[key].set(gather(frame[key], 1, rows), from);
          }
          yield { ...moment, images: images.byteLength > SHARED_BYTES ? images : images.slice() };
        }
        found = next.value;
      } finally {
        // whoever stops listening in the middle leaves no tensor behind
        if (found === null) await run.return(undefined as never);
      }
      const rows = bestRows(found.scores, part.length);
      images.set(gather(found.images, pixels, rows), from * pixels);
      // the curves that are kept are those of the start that won
      for (const frame of seen) {
        const moment = moments.get(frame.step);
        for (const key of ['scores', 'gradientNorms', 'cosines'] as const) {
          moment?.[key].set(gather(frame[key], 1, rows), from);
        }
      }
      part.forEach((unit, i) => {
        const startScores = Array.from(
          { length: starts },
          (_, s) => found.scores[s * part.length + i] as number,
        );
        known.push(layer.unit(unit, budget, linear, found, rows[i] as number, startScores));
      });
    }
    const ordered = [...moments.values()].sort((a, b) => a.step - b.step);
    const curves: Curves = {
      steps: ordered.map(({ step }) => step),
      scores: ordered.map(({ scores }) => scores),
      gradientNorms: ordered.map(({ gradientNorms }) => gradientNorms),
      cosines: ordered.map(({ cosines }) => cosines),
    };
    // an abort between two batches leaves the later units undone: they are not claimed
    const done = images.subarray(0, known.length * pixels);
    return { method: resolved(method, budget), picture: size, units: known, images: done, curves };
  } finally {
    layer.search.parametrisation.dispose();
  }
}
