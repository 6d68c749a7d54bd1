// Each fault of the question's method, and what its repair alone changes, measured on this model.
import { sampleCorrelation } from 'simple-statistics';
import { repairsSchema, type Repairs } from '../contract/method';
import type { Network } from '../network/network';
import { nodeOf } from '../network/network';
import { drawnFilters, runQuestion, type QuestionOptions, type QuestionPicture } from '../question/question';
import { kernelOf } from './kernels';
import { atNorm, scoresOf, strongestWindows } from './real-space';
import { dot, standardised } from './statistics';
import { step, type Watch } from './watch';
import { median } from '../contract/median';

/** A fault with one figure that shows it, as it is and repaired. */
export interface Fault {
  readonly repair: keyof Repairs | null;
  readonly title: string;
  /** What the figure is. */
  readonly measure: string;
  readonly before: number;
  readonly after: number;
  readonly layer: string;
}

export interface QuestionRun {
  readonly layer: string;
  readonly repairs: Repairs;
  readonly pictures: readonly QuestionPicture[];
}

/** Iterations where every one is done through the real layers, and filters that are drawn so. */
const THROUGH = { iterations: 120, filters: 8 };

/** The question's method with the named repairs; `most` filters. */
export async function askAgain(
  network: Network,
  layer: string,
  repaired: readonly (keyof Repairs)[],
  seed: number,
  { signal }: Watch,
): Promise<QuestionRun> {
  const repairs = repairsSchema.parse(Object.fromEntries(repaired.map((name) => [name, true])));
  const through = repairs.throughTheNetwork;
  const iterations = through ? THROUGH.iterations : 5000;
  const options: QuestionOptions = {
    ...{ network, layer, iterations, iterated: false, removeNegatives: false, normalize: true },
    ...{ n: 3, seed, repairs, frames: [iterations / 2] },
  };
  const pictures: QuestionPicture[] = [];
  for await (const picture of runQuestion(options, signal)) {
    pictures.push(picture);
    if (through && pictures.length > THROUGH.filters) break;
  }
  signal?.throwIfAborted();
  return { layer, repairs, pictures };
}

const sound = ({ pictures }: QuestionRun): QuestionPicture[] =>
  pictures.filter(({ score }) => !Number.isNaN(score));
const norm = (values: Float32Array): number => Math.hypot(...values);

/** Pixels of the frame in which a SAME convolution of a kernel is cut off at each edge. */
const frameOf = (side: number): number => side >> 1;

/** Share of a picture's variance that its frame holds, `frame` pixels wide. */
function frameShare(raw: Float32Array, height: number, width: number, frame: number): number {
  const mean = raw.reduce((sum, value) => sum + value, 0) / raw.length;
  let [edge, all] = [0, 0];
  raw.forEach((value, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    const square = (value - mean) ** 2;
    all += square;
    if (y < frame || x < frame || y >= height - frame || x >= width - frame) edge += square;
  });
  return edge / all;
}

/** Median cosine of kernel + bias with the kernel, over the filters. */
function biasCosine(network: Network, layer: string): number {
  const { values, shape } = kernelOf(network, layer);
  const { operation } = nodeOf(network, layer);
  const biases = operation.op === 'conv2d' ? operation.bias?.dataSync() : undefined;
  const filters = shape.at(-1) ?? 1;
  return median(
    Array.from({ length: filters }, (_, filter) => {
      const kernel = values.filter((_value, i) => i % filters === filter);
      const added = kernel.map((value) => value + (biases?.[filter] ?? 0));
      return dot(kernel, added) / (norm(kernel) * norm(added));
    }),
  );
}

/** Correlation over filters of the pictures' mean brightness with the sum of the kernel that they are said to show. */
function names(network: Network, run: QuestionRun): number {
  const { values, shape } = kernelOf(network, run.layer);
  const filters = shape.at(-1) ?? 1;
  const pictures = sound(run);
  const sums = pictures.map(({ filter }) =>
    values.reduce((sum, value, i) => (i % filters === filter ? sum + value : sum), 0),
  );
  const means = pictures.map(({ raw }) => raw.reduce((sum, value) => sum + value, 0) / raw.length);
  return pictures.length < 3 ? NaN : sampleCorrelation(sums, means);
}

/** Median response of the real units to the pictures at one norm / that to the best real windows. */
function realResponse(
  network: Network,
  run: QuestionRun,
  real: (unit: number) => Float32Array,
  size: number,
  budget: number,
): number {
  const [height, width, channels] = network.input;
  const pictures = sound(run).slice(0, THROUGH.filters);
  const units = pictures.map(({ filter }) => filter);
  const images = new Float32Array(units.length * height * width * channels);
  pictures.forEach(({ raw }, n) => {
    raw.forEach((value, i) =>
      images.fill(value, (n * height * width + i) * channels, (n * height * width + i + 1) * channels),
    );
  });
  const windows = atNorm(
    strongestWindows(network, run.layer, units, images, { height, width }),
    size,
    budget,
  );
  const best = new Float32Array(units.length * size);
  units.forEach((unit, i) => {
    best.set(real(unit).subarray(0, size), i * size);
  });
  const own = scoresOf(network, run.layer, units, windows);
  const reference = scoresOf(network, run.layer, units, atNorm(best, size, budget));
  return median([...own].map((score, i) => score / (reference[i] as number)));
}

/** Greatest / least contrast (standard deviation) of pictures. */
function contrasts(pictures: readonly Float32Array[]): number {
  const spreads = pictures.map((raw) => {
    const mean = raw.reduce((sum, value) => sum + value, 0) / raw.length;
    return Math.sqrt(raw.reduce((sum, value) => sum + (value - mean) ** 2, 0) / raw.length);
  });
  return Math.max(...spreads) / Math.min(...spreads);
}

export interface Faults {
  readonly faults: readonly Fault[];
  /** The runs by what was repaired, 'none' and 'all' included, for pictures and distinctness. */
  readonly runs: readonly { readonly name: string; readonly run: QuestionRun }[];
  /** Median correlation of the picture after half the iterations with that after all. */
  readonly halfway: number;
  /** Median share of the pictures' variance in the frame, how wide that is in pixels, and its share of the picture. */
  readonly frame: number;
  readonly frameWidth: number;
  readonly frameArea: number;
}

/** Whether the pictures differ mostly in their frame: it has more of their variance than its area alone would give it. */
export const framed = (faults: Faults | null): boolean =>
  faults !== null && faults.frame > 1.5 * faults.frameArea;

/** What is needed of real data at a layer. */
export interface RealAt {
  readonly bestOf: (unit: number) => Float32Array;
  readonly size: number;
  readonly norm: number;
}

/** Runs the question's method with no repair, each one alone, and all. `second` null: a model of one convolution. */
export async function faults(
  network: Network,
  first: string,
  second: string | null,
  real: (layer: string) => RealAt,
  seed: number,
  watch: Watch = {},
): Promise<Faults> {
  const deep = second ?? first;
  const [height, width] = network.input;
  const frame = frameOf(kernelOf(network, first).shape[0] ?? 1);
  const ask = (layer: string, ...repaired: (keyof Repairs)[]): Promise<QuestionRun> =>
    askAgain(network, layer, repaired, seed, watch);
  const plain = await ask(first);
  const plainDeep = second === null ? plain : await ask(second);
  await step(watch, 0.2);
  const indexed = await ask(first, 'filterIndex');
  const bias = await ask(first, 'biasPlace');
  const through = await ask(deep, 'throughTheNetwork', 'filterIndex');
  await step(watch, 0.5);
  const bounded = await ask(first, 'bounded');
  const selected = await ask(first, 'selection');
  const everything = await ask(
    deep,
    ...([
      'filterIndex',
      'biasPlace',
      'throughTheNetwork',
      'allFilters',
      'bounded',
      'selection',
      'sharedScale',
    ] as const),
  );
  await step(watch, 1);
  const growth = (run: QuestionRun): number =>
    median(sound(run).map(({ raw, frames }) => norm(raw) / norm(frames[0] ?? raw)));
  const agreement = ({ pictures }: QuestionRun): number =>
    pictures.filter(({ kept, score }) => kept === score > 0).length / pictures.length;
  const halves = (run: QuestionRun): number =>
    median(
      sound(run).map(({ raw, frames }) => {
        const rows = standardised(Float32Array.from([...raw, ...(frames[0] ?? raw)]), 2);
        return dot(rows[0] ?? [], rows[1] ?? []);
      }),
    );
  const at = real(deep);
  const response = (run: QuestionRun): number => realResponse(network, run, at.bestOf, at.size, at.norm);
  const units = (layer: string): number => nodeOf(network, layer).shape[2];
  const drawn = (all: boolean): number =>
    drawnFilters({ network, layer: deep, repairs: repairsSchema.parse({ allFilters: all }) });
  const found: Fault[] = [
    {
      ...{ repair: 'filterIndex', title: 'The slice shows the filter before the one meant', layer: first },
      measure: 'correlation of the pictures’ brightness with the sum of the kernel they are named after',
      ...{ before: names(network, plain), after: names(network, indexed) },
    },
    {
      ...{ repair: 'biasPlace', title: 'The bias is added to every weight', layer: first },
      measure: 'median cosine of the kernel that is climbed with the real one',
      ...{ before: biasCosine(network, first), after: 1 },
    },
    {
      ...{ repair: 'throughTheNetwork', title: 'No ReLU, no pooling, no layer below', layer: deep },
      measure: `median response of the real units, the first ${THROUGH.filters} drawn, × their best real windows, at one norm`,
      ...{ before: response(plainDeep), after: response(through) },
    },
    {
      ...{ repair: 'allFilters', title: 'The loop stops at layer 1’s number of filters', layer: deep },
      measure: `filters drawn, of ${units(deep)}`,
      ...{ before: drawn(false), after: drawn(true) },
    },
    {
      ...{ repair: 'bounded', title: 'Nothing bounds the picture', layer: first },
      measure: 'norm after all iterations / after half of them',
      ...{ before: growth(plain), after: growth(bounded) },
    },
    {
      ...{ repair: 'selection', title: 'A picture is kept when its sum is above 0', layer: first },
      measure: 'share of pictures whose keeping agrees with a positive response',
      ...{ before: agreement(plain), after: agreement(selected) },
    },
    {
      ...{ repair: 'sharedScale', title: 'Each picture is stretched to its own range', layer: first },
      measure: 'contrast shown, strongest / weakest filter',
      before: contrasts(sound(plain).map(({ normalised }) => normalised)),
      after: contrasts(sound(plain).map(({ raw }) => raw)),
    },
  ];
  return {
    faults: found,
    runs: [
      { name: 'none', run: plain },
      { name: 'none', run: plainDeep },
      { name: 'filterIndex', run: indexed },
      { name: 'biasPlace', run: bias },
      { name: 'throughTheNetwork', run: through },
      { name: 'bounded', run: bounded },
      { name: 'all', run: everything },
    ],
    halfway: halves(plain),
    frame: median(sound(plain).map(({ raw }) => frameShare(raw, height, width, frame))),
    frameWidth: frame,
    frameArea: 1 - ((height - 2 * frame) * (width - 2 * frame)) / (height * width),
  };
}
