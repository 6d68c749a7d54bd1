// Everything that the answer rests on, computed from one model and one dataset: numbers and raw pictures, no words.
import { isOutput } from '../ascent/real';
import { methodSchema } from '../contract/method';
import type { MethodRow } from '../contract/answer';
import type { PriorLadder, ThroughTraining } from '../contract/evidence';
import type { Dataset, Windows } from '../datasets/dataset';
import type { Network } from '../network/network';
import { nodeOf, unitLayers, unitOperation } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { createRng } from '../network/rng';
import { concentration, decompose, layerBelow, linearised, type Explained } from './decomposition';
import { faults, type Faults, type RealAt } from './faults';
import { kernelSlices, movement, smoothness, type Smoothness } from './kernels';
import { compareMethods, picturesBy, realPictures, rowOf, type MethodPictures } from './methods-compared';
import { pathCheck, type PathCheck } from './path';
import { priorLadder } from './prior-ladder';
import { RealSpace } from './real-space';
import { extremeWindows, realScores, type RealScores } from './real-scores';
import { realWindows } from './real-windows';
import { robustness, type Robustness } from './robustness';
import { ShapeReader, type Limits, type Shapes } from './shapes';
import { correlations } from './statistics';
import { throughTraining, type Moment } from './through-training';
import { reading, type Reading } from './transfer';
import { part, step, type Watch } from './watch';

export interface AnswerOptions {
  readonly network: Network;
  readonly dataset: Dataset;
  readonly testAccuracy: number | null;
  /** The same network before its first update; null where it is unknown. */
  readonly start: Network | null;
  /** Networks of the same task, trained independently; may be empty. */
  readonly others: readonly Network[];
  /** Snapshots kept while it was trained, earliest first, without the finished network. */
  readonly snapshots: readonly Moment[];
  /** Updates that the finished network had; null where it is unknown. */
  readonly steps: number | null;
  readonly seed: number;
  /** Units of a layer that are looked at, evenly spread. */
  readonly most?: number;
}

/** What is known of one convolution. */
export interface LayerFacts {
  readonly layer: string;
  readonly units: number;
  readonly chosen: readonly number[];
  readonly window: { readonly height: number; readonly width: number };
  readonly methods: readonly MethodPictures[];
  readonly rows: readonly MethodRow[];
  /** Distinctness of the kernels themselves. */
  readonly smooth: Smoothness | null;
  readonly moved: number | null;
  /**
   * Shapes by whose pictures: a method's name, 'Best real window', 'Random picture of the prior', 'Kernel', and
   * 'Untrained network' for whitened pictures of the weights before any update, where they are known.
   */
  readonly shapes: ReadonlyMap<string, Shapes>;
  readonly limits: Limits;
  readonly robust: ReadonlyMap<string, Robustness>;
  readonly paths: ReadonlyMap<string, readonly PathCheck[]>;
  /** Chosen units' whitened pictures explained by the layer below, null on the first layer. */
  readonly explained:
    | readonly (Explained & { unit: number; unitsFor80: number; effectiveUnits: number; linearity: number })[]
    | null;
  /** Radius of the whitened prior that was used, and median norm of real windows. */
  readonly radius: number;
  readonly norm: number;
}

export interface ClassFacts {
  readonly layer: string;
  readonly pictures: readonly {
    readonly name: string;
    readonly images: Float32Array;
    readonly own: Reading;
    readonly others: readonly Reading[];
  }[];
}

export interface Facts {
  readonly options: AnswerOptions;
  readonly first: LayerFacts;
  readonly second: LayerFacts | null;
  readonly faults: Faults | null;
  readonly classes: ClassFacts | null;
  readonly ladder: PriorLadder | null;
  readonly training: readonly ThroughTraining[];
}

/** Real windows of a layer with their scores; what every method of it is judged by. */
interface Real extends RealAt {
  readonly sample: Windows;
  readonly scores: RealScores;
}

async function realAt(network: Network, dataset: Dataset, layer: string, watch: Watch): Promise<Real> {
  const sample = realWindows(dataset, network, layer);
  const scores = await realScores(network, layer, sample, () => step(watch, 0.5));
  const { height, width } = windowOf(network, layer);
  const size = height * width * network.input[2];
  const space = new RealSpace(sample.values, size);
  const { norm } = space;
  space.dispose();
  const known = new Map<number, Float32Array>();
  const bestOf = (unit: number): Float32Array => {
    let found = known.get(unit);
    if (found === undefined) {
      const best = extremeWindows(scores, sample, unit, 9);
      found = new Float32Array(best.length * size);
      best.forEach(({ index }, i) =>
        found?.set(sample.values.subarray(index * size, (index + 1) * size), i * size),
      );
      known.set(unit, found);
    }
    return found;
  };
  return { sample, scores, size, norm, bestOf };
}

/** At most `most` units, evenly spread, of those that some real window excites. */
function chooseUnits({ scores }: Real, units: number, most: number): number[] {
  const best = new Float32Array(units).fill(-Infinity);
  for (let i = 0; i < scores.values.length; i++) {
    if ((scores.values[i] as number) > (best[i % units] as number))
      best[i % units] = scores.values[i] as number;
  }
  const live = [...best.keys()].filter((unit) => (best[unit] as number) > 0);
  const from = live.length > 1 ? live : [...best.keys()];
  const count = Math.min(most, from.length);
  return Array.from({ length: count }, (_, i) => from[Math.floor((i * from.length) / count)] as number);
}

async function factsOf(options: AnswerOptions, layer: string, real: Real, watch: Watch): Promise<LayerFacts> {
  const { network, start, seed, most = 20 } = options;
  const { height, width } = windowOf(network, layer);
  const units = nodeOf(network, layer).shape[2];
  const chosen = chooseUnits(real, units, most);
  const space = new RealSpace(real.sample.values, real.size);
  const reader = new ShapeReader(height, width, seed);
  try {
    const climbed = await compareMethods(
      network,
      layer,
      chosen,
      real.sample.values,
      seed,
      part(watch, 0, 0.8),
    );
    const methods = [...climbed, realPictures(network, layer, chosen, real.bestOf)];
    const whitened = methods.find(({ method }) => method?.name === 'whitened') as MethodPictures;
    const radius = whitened.method?.name === 'whitened' ? Number(whitened.method.radius) : NaN;
    const shapes = new Map<string, Shapes>();
    const robust = new Map<string, Robustness>();
    const paths = new Map<string, PathCheck[]>();
    for (const [i, pictures] of methods.entries()) {
      shapes.set(
        pictures.name,
        reader.read(greys(pictures.windows, network.input[2]), pictures.units.length),
      );
      robust.set(pictures.name, robustness(network, layer, pictures.units, pictures.windows, seed));
      const own = pictures.units.flatMap((unit, k) => {
        const window = pictures.windows.subarray(k * real.size, (k + 1) * real.size);
        const check = pathCheck(network, layer, window, real.bestOf(unit), seed);
        return check === null ? [] : [check];
      });
      if (own.length > 0) paths.set(pictures.name, own);
      await step(watch, 0.8 + (0.15 * (i + 1)) / methods.length);
    }
    const rng = createRng(seed).fork(61);
    const random = space.random(Math.max(100, chosen.length), radius, () => rng.normal());
    shapes.set(
      'Random picture of the prior',
      reader.read(greys(random, network.input[2]), random.length / real.size),
    );
    if (start !== null) {
      const method = methodSchema.parse({ name: 'whitened', radius, steps: 128 });
      const fresh = await picturesBy(start, layer, method, chosen, real.sample.values, seed, watch);
      shapes.set('Untrained network', reader.read(greys(fresh.windows, network.input[2]), chosen.length));
    }
    const kernels = kernelSlices(network, layer, 200);
    if (layerBelow(network, layer) === null && kernels.rows === height && kernels.columns === width) {
      shapes.set('Kernel', reader.read(kernels.values, kernels.n));
    }
    const explained = whitened.units.map((unit, k) => {
      const window = whitened.windows.subarray(k * real.size, (k + 1) * real.size);
      const found = decompose(network, layer, unit, window);
      if (found === null) return null;
      const { filter, value, empty } = linearised(network, layer, unit, window);
      const along = filter.reduce((sum, slope, i) => sum + slope * (window[i] ?? 0), 0);
      return { ...found, unit, ...concentration(found), linearity: along / (value - empty) };
    });
    return {
      ...{
        layer,
        units,
        chosen,
        window: { height, width },
        methods,
        shapes,
        robust,
        paths,
        radius,
        norm: real.norm,
      },
      rows: methods.map((pictures) => rowOf(network, pictures, space, real.bestOf, seed)),
      smooth: smoothness(network, layer, seed),
      moved: start === null ? null : movement(network, start, layer),
      limits: reader.limits,
      explained: explained.some((one) => one === null) ? null : explained.filter((one) => one !== null),
    };
  } finally {
    space.dispose();
    reader.dispose();
  }
}

/** Pictures of several channels as the mean of them. */
function greys(images: Float32Array, channels: number): Float32Array {
  if (channels === 1) return images;
  return Float32Array.from({ length: images.length / channels }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += images[i * channels + c] ?? 0;
    return sum / channels;
  });
}

async function classFacts(options: AnswerOptions, watch: Watch): Promise<ClassFacts | null> {
  const { network, dataset, others, seed } = options;
  const layer = unitLayers(network).at(-1)?.name ?? '';
  const classes = nodeOf(network, layer).shape[2];
  if (!isOutput(network, layer) || classes !== dataset.classes.length || !windowOf(network, layer).whole)
    return null;
  const windows = realWindows(dataset, network, layer).values;
  const units = [...Array(classes).keys()];
  const pictures: ClassFacts['pictures'][number][] = [];
  const methods = [
    methodSchema.parse({ name: 'whitened', radius: 8, steps: 160 }),
    methodSchema.parse({ name: 'plain', steps: 160 }),
  ];
  for (const [i, method] of methods.entries()) {
    const found = await picturesBy(network, layer, method, units, windows, seed, watch);
    // what a network is shown is what a person sees: 0..1
    const images =
      method.name === 'whitened'
        ? found.images.map((value) => Math.min(1, Math.max(0, value)))
        : found.images;
    pictures.push({
      name: found.name,
      images,
      own: reading(network, units, images),
      others: others.map((other) => reading(other, units, images)),
    });
    await step(watch, (i + 1) / methods.length);
  }
  return { layer, pictures };
}

/** Computes it all; throws the signal's reason when it is aborted, a UserError for a model without convolutions. */
export async function gather(
  options: AnswerOptions,
  watch: Watch & { doing?: (what: string) => void },
): Promise<Facts> {
  const { network, dataset, snapshots, start, steps } = options;
  const convolutions = unitLayers(network)
    .filter((node) => unitOperation(node)?.op !== 'dense' && !windowOf(network, node.name).whole)
    .map(({ name }) => name);
  const first = convolutions[0];
  if (first === undefined) throw new RangeError('The model has no convolution with a window of its own.');
  const second = convolutions.find((name) => layerBelow(network, name) !== null) ?? null;
  const reals = new Map<string, Real>();
  watch.doing?.('Looking at real windows');
  for (const layer of second === null ? [first] : [first, second]) {
    reals.set(layer, await realAt(network, dataset, layer, part(watch, 0, 0.05)));
  }
  const real = (layer: string): Real => reals.get(layer) as Real;
  watch.doing?.('Repairing the question’s method');
  const { op } = nodeOf(network, first).operation;
  const asked =
    op === 'conv2d' && network.input[2] === 1
      ? await faults(network, first, second, real, options.seed, part(watch, 0.05, 0.2))
      : null;
  watch.doing?.(`Comparing methods on ${first}`);
  const firstFacts = await factsOf(options, first, real(first), part(watch, 0.2, 0.4));
  let secondFacts: LayerFacts | null = null;
  if (second !== null) {
    watch.doing?.(`Comparing methods on ${second}`);
    secondFacts = await factsOf(options, second, real(second), part(watch, 0.4, 0.85));
  }
  watch.doing?.('Making class pictures');
  const classes = await classFacts(options, part(watch, 0.85, 0.9));
  watch.doing?.('Going through training');
  const training: ThroughTraining[] = [];
  const deep = secondFacts ?? firstFacts;
  const ladder = await priorLadder(
    network,
    deep.layer,
    strongestUnit(deep),
    real(deep.layer).sample.values,
    part(watch, 0.9, 0.94),
  );
  if (snapshots.length > 0) {
    const moments = [...snapshots, { step: steps ?? NaN, network }];
    for (const facts of secondFacts === null ? [firstFacts] : [firstFacts, secondFacts]) {
      const method = methodSchema.parse({ name: 'whitened', radius: facts.radius, steps: 96 });
      const windows = real(facts.layer).sample.values;
      training.push(
        await throughTraining(moments, start, facts.layer, method, windows, part(watch, 0.94, 1)),
      );
    }
  }
  watch.progress?.(1);
  return { options, first: firstFacts, second: secondFacts, faults: asked, classes, ladder, training };
}

/** The chosen unit whose whitened picture shows the clearest stroke. */
export function strongestUnit(facts: LayerFacts): number {
  const fits = facts.shapes.get('Whitened prior')?.fits ?? [];
  const clear = fits.map(({ straight, bent }) => Math.max(straight, bent));
  return facts.chosen[clear.indexOf(Math.max(...clear))] ?? 0;
}

/** Distinctness of a list of question pictures: 1 − mean absolute correlation. */
export function distinctnessOf(pictures: readonly Float32Array[]): number {
  const matrix = correlations(Float32Array.from(pictures.flatMap((raw) => [...raw])), pictures.length);
  let [sum, pairs] = [0, 0];
  matrix.forEach((row, i) => {
    row.slice(i + 1).forEach((r) => {
      sum += Math.abs(r);
      pairs += 1;
    });
  });
  return 1 - sum / pairs;
}
