// What is known of one convolution beside real data: its pictures by every method, and how they are judged.
import type { MethodRow } from '../contract/answer';
import { methodSchema } from '../contract/method';
import type { Dataset, Windows } from '../datasets/dataset';
import { nodeOf, type Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { createRng } from '../network/rng';
import { concentration, decompose, layerBelow, linearised, type Explained } from './decomposition';
import type { Faults, QuestionRun, RealAt } from './faults';
import { kernelSlices, movement, smoothness, type Smoothness } from './kernels';
import { compareMethods, picturesBy, realPictures, rowOf, type MethodPictures } from './methods-compared';
import { pathCheck, type PathCheck } from './path';
import { RealSpace, strongestWindows } from './real-space';
import { bestScores, bestWindows, realScores, type RealScores } from './real-scores';
import { realWindows } from './real-windows';
import { robustness, type Robustness } from './robustness';
import { distinctnessOf } from './selectivity';
import { ShapeReader, type Limits, type Shapes } from './shapes';
import { part, step, type Watch } from './watch';

/** Filters of a repaired run that are judged. */
const MOST_REPAIRED = 20;

export interface LayerOptions {
  readonly network: Network;
  readonly dataset: Dataset;
  /** The same network before its first update; null where it is unknown. */
  readonly start: Network | null;
  readonly seed: number;
  /** Units of a layer that are looked at, evenly spread. */
  readonly most?: number;
}

/** What is known of one convolution. */
export interface LayerFacts {
  readonly layer: string;
  readonly units: number;
  /** Real windows in the sample that it is judged by. */
  readonly looked: number;
  readonly chosen: readonly number[];
  readonly window: { readonly height: number; readonly width: number };
  readonly methods: readonly MethodPictures[];
  /** The question's method with its faults repaired one by one, where it applies. */
  readonly repaired: readonly MethodPictures[];
  /** Of the methods, with the repairs behind the question's. */
  readonly rows: readonly MethodRow[];
  /** Distinctness of random pictures of the prior. */
  readonly priorDistinctness: number;
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
    | readonly (Explained & {
        unit: number;
        unitsFor80: number;
        effectiveUnits: number;
        linearity: number;
        /** ∂a/∂x at the picture, [window]. */
        filter: Float32Array;
      })[]
    | null;
  /** Radius of the whitened prior that was used, and median norm of real windows. */
  readonly radius: number;
  readonly norm: number;
}

/** Real windows of a layer with their scores; what every method of it is judged by. */
export interface Real extends RealAt {
  readonly sample: Windows;
  readonly scores: RealScores;
}

export async function realAt(network: Network, dataset: Dataset, layer: string, watch: Watch): Promise<Real> {
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
      found = bestWindows(scores, sample, unit, 9);
      known.set(unit, found);
    }
    return found;
  };
  return { sample, scores, size, norm, bestOf };
}

/** At most `most` units, evenly spread, of those that some real window excites. */
function chooseUnits({ scores }: Real, units: number, most: number): number[] {
  const best = bestScores(scores);
  const live = [...best.keys()].filter((unit) => (best[unit] as number) > 0);
  const from = live.length > 1 ? live : [...best.keys()];
  const count = Math.min(most, from.length);
  return Array.from({ length: count }, (_, i) => from[Math.floor((i * from.length) / count)] as number);
}

/** `asked`: the question's method at all layers, as it is and repaired; null where it does not apply. */
export async function layerFacts(
  options: LayerOptions,
  layer: string,
  real: Real,
  asked: Faults | null,
  watch: Watch,
): Promise<LayerFacts> {
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
    const repaired = (asked?.runs ?? []).flatMap(({ name, run }) =>
      repairedPictures(network, layer, name, run),
    );
    const whitened = methods.find(({ method }) => method?.name === 'whitened') as MethodPictures;
    const radius = whitened.method?.name === 'whitened' ? Number(whitened.method.radius) : NaN;
    const shapes = new Map<string, Shapes>();
    const robust = new Map<string, Robustness>();
    const paths = new Map<string, PathCheck[]>();
    const [asIs, others] = [methods.filter(isQuestion), methods.filter((one) => !isQuestion(one))];
    const judged = [...asIs, ...repaired, ...others];
    for (const [i, pictures] of judged.entries()) {
      if (!repaired.includes(pictures))
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
      await step(watch, 0.8 + (0.15 * (i + 1)) / judged.length);
    }
    const rng = createRng(seed).fork(61);
    const random = space.random(Math.max(100, chosen.length), radius, () => rng.normal());
    shapes.set(
      'Random picture of the prior',
      reader.read(greys(random, network.input[2]), random.length / real.size),
    );
    if (start !== null) {
      // the very same search, so that nothing but the weights differs
      const method = methodSchema.parse({ ...whitened.method, radius });
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
      return { ...found, unit, ...concentration(found), filter, linearity: along / (value - empty) };
    });
    return {
      ...{
        layer,
        units,
        looked: real.sample.count,
        chosen,
        window: { height, width },
        methods,
        repaired,
        shapes,
        robust,
        paths,
        radius,
        norm: real.norm,
      },
      priorDistinctness: distinctnessOf(
        [...chosen.keys()].map((i) => random.subarray(i * real.size, (i + 1) * real.size)),
      ),
      rows: judged.map((pictures) => rowOf(network, pictures, space, real.bestOf, seed)),
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

const isQuestion = ({ method }: MethodPictures): boolean => method?.name === 'question';

/** Whose repairs a row is of, by what was repaired. */
const REPAIRED: Readonly<Record<string, string>> = {
  filterIndex: 'slice repaired',
  biasPlace: 'bias repaired',
  throughTheNetwork: 'path repaired',
  bounded: 'bound repaired',
  all: 'all repaired',
};

/** A run of the question's method as pictures to be judged like any others; none for another layer or as it is. */
function repairedPictures(
  network: Network,
  layer: string,
  name: string,
  { layer: asked, pictures }: QuestionRun,
): MethodPictures[] {
  const sound = pictures.filter(({ score }) => !Number.isNaN(score)).slice(0, MOST_REPAIRED);
  const label = REPAIRED[name];
  if (asked !== layer || label === undefined || sound.length < 2) return [];
  const units = sound.map(({ filter }) => filter);
  const images = Float32Array.from(sound.flatMap(({ raw }) => [...raw]));
  const [height, width] = network.input;
  const shape = { height, width, channels: 1 };
  return [
    {
      ...{ layer, name: `The question’s, ${label}`, method: null, units, images, shape },
      windows: strongestWindows(network, layer, units, images, shape),
      cosines: units.map(() => NaN),
    },
  ];
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

/** The chosen unit whose whitened picture shows the clearest stroke. */
export function strongestUnit(facts: LayerFacts): number {
  const fits = facts.shapes.get('Whitened prior')?.fits ?? [];
  const clear = fits.map(({ straight, bent }) => Math.max(straight, bent));
  return facts.chosen[clear.indexOf(Math.max(...clear))] ?? 0;
}
