// The same units under every method: how distinct the pictures are, how like real data, and the score at one budget.
import { gather } from '../ascent/batches';
import type { MethodRow } from '../contract/answer';
import { methodSchema, type Method, type MethodName } from '../contract/method';
import { visualize } from '../methods/visualize';
import type { Network } from '../network/network';
import { sourceOf, nodeOf } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { kernelCosines } from './kernels';
import { atNorm, scoresOf, strongestWindows, type RealSpace } from './real-space';
import { likenessOf } from './selectivity';
import { correlations } from './statistics';
import { part, step, type Watch } from './watch';
import { median } from '../contract/median';

/** Pictures of one method on one layer, in the order of `units`. */
export interface MethodPictures {
  readonly layer: string;
  readonly name: string;
  readonly method: Method | null;
  readonly units: readonly number[];
  /** As the method makes them, [units × shape]. */
  readonly images: Float32Array;
  readonly shape: { readonly height: number; readonly width: number; readonly channels: number };
  /** The window of each in which its unit responds most, [units × window]. */
  readonly windows: Float32Array;
  /** Certificates (1 − gap) in order; NaN where there is none. */
  readonly cosines: readonly number[];
}

/** Names for people; the order is that of the tables. */
export const METHOD_NAMES: Readonly<Record<Exclude<MethodName, 'box' | 'fourier'>, string>> = {
  question: 'The question’s',
  kerasIo: 'keras.io’s example',
  tfjsExamples: 'tfjs-examples',
  lucid: 'Lucid',
  tfKerasVis: 'tf-keras-vis',
  plain: 'Plain, on a sphere',
  whitened: 'Whitened prior',
};

/** Pictures of the given units by one method; the question's draws fewer where its loop ends early. */
export async function picturesBy(
  network: Network,
  layer: string,
  method: Method,
  units: readonly number[],
  windows: Float32Array,
  seed: number,
  { signal }: Watch,
): Promise<MethodPictures> {
  const run = visualize({ ...{ network, layer, units, method, seed, windows, signal }, frameSteps: [] });
  let next = await run.next();
  while (next.done !== true) next = await run.next();
  signal?.throwIfAborted();
  const { images, picture, units: known, method: used } = next.value;
  const sound = [...known.keys()].filter((i) => known[i]?.state !== 'failed');
  const size = picture.height * picture.width * picture.channels;
  const kept = gather(images, size, sound);
  const drawn = sound.map((i) => known[i]?.unit ?? 0);
  return {
    ...{ layer, method: used, units: drawn, images: kept, shape: picture },
    name: METHOD_NAMES[method.name as keyof typeof METHOD_NAMES],
    windows: strongestWindows(network, layer, drawn, kept, picture),
    cosines: sound.map((i) => known[i]?.certificate?.cosine ?? NaN),
  };
}

/** The best real window of each unit as if it were a method: what all others are held against. */
export function realPictures(
  network: Network,
  layer: string,
  units: readonly number[],
  bestOf: (unit: number) => Float32Array,
): MethodPictures {
  const { height, width } = windowOf(network, layer);
  const shape = { height, width, channels: network.input[2] };
  const size = height * width * shape.channels;
  const images = new Float32Array(units.length * size);
  units.forEach((unit, i) => {
    images.set(bestOf(unit).subarray(0, size), i * size);
  });
  const cosines = units.map(() => NaN);
  return { layer, name: 'Best real window', method: null, units, images, shape, windows: images, cosines };
}

/** The figures of one method on one layer. */
export function rowOf(
  network: Network,
  pictures: MethodPictures,
  space: RealSpace,
  bestOf: (unit: number) => Float32Array,
  seed: number,
): MethodRow {
  const { layer, units, images, windows, name } = pictures;
  const likeness = likenessOf(correlations(images, units.length), seed);
  const { nearest, distance } = space.compare(windows);
  const best = realPictures(network, layer, units, bestOf).windows;
  const own = scoresOf(network, layer, units, atNorm(windows, space.size, space.norm));
  const reference = scoresOf(network, layer, units, atNorm(best, space.size, space.norm));
  const linear = sourceOf(network, nodeOf(network, layer)).operation.op === 'input';
  return {
    ...{ layer, method: name, units: units.length },
    distinctness: 1 - likeness.value,
    distinctnessInterval: [1 - likeness.interval[1], 1 - likeness.interval[0]],
    // the best real windows are among those that they are compared with
    nearestReal: median(nearest),
    distance: median(distance),
    commonBudget: median([...own].map((score, i) => score / (reference[i] as number))),
    kernelCosine: linear ? median(kernelCosines(network, layer, units, windows)) : null,
  };
}

/** All methods of the tables on one layer. Where the model reads several channels the question's method is left out. */
export async function compareMethods(
  network: Network,
  layer: string,
  units: readonly number[],
  windows: Float32Array,
  seed: number,
  watch: Watch,
): Promise<MethodPictures[]> {
  const { op } = nodeOf(network, layer).operation;
  const names = (Object.keys(METHOD_NAMES) as (keyof typeof METHOD_NAMES)[]).filter(
    (name) => name !== 'question' || (op === 'conv2d' && network.input[2] === 1),
  );
  const out: MethodPictures[] = [];
  for (const [i, name] of names.entries()) {
    const within = part(watch, i / names.length, (i + 1) / names.length);
    const pictures = await picturesBy(
      network,
      layer,
      methodSchema.parse({ name }),
      units,
      windows,
      seed,
      within,
    );
    if (pictures.units.length > 1) out.push(pictures);
    await step(watch, (i + 1) / names.length);
  }
  return out;
}
