// All training images through the network: every unit's best and worst window anywhere, and its answers by image.
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-node';
import { objectivesOf } from '../ascent/real';
import type { PlacedWindows } from '../contract/evidence';
import { imageSize, type Dataset } from '../datasets/dataset';
import { tf } from '../native/tensorflow';
import { folded } from '../network/folded';
import { forward, forwardAll } from '../network/forward';
import { nativeFunction } from '../network/native-program';
import { nodeOf, nodesFor, type Network } from '../network/network';
import { receptiveField, windowOf } from '../network/receptive-field';
import { blankPlaces, type Places } from './blank';
import { byLabel, type ByLabel } from './by-label';
import { locate, type Found } from './locate';
import { part, step, type Watch } from './watch';

export interface Scan extends ByLabel {
  readonly height: number;
  readonly width: number;
  /** Windows looked at: each place of a unit at which it sees no padding, in every training image. */
  readonly looked: number;
  readonly images: number;
  readonly units: number;
  /** Per unit, best first and worst first, no two of one image. */
  readonly best: readonly (readonly Found[])[];
  readonly worst: readonly (readonly Found[])[];
}

/** Floats of the largest value of a chunk of images, and of the responses that are kept by image. */
const CHUNK_FLOATS = 4e6;
const KEPT_FLOATS = 2.4e7;
const MOST_AT_ONCE = 500;
/** Chunks that pay for a graph. */
const LEAST_CHUNKS = 6;
/** Taken off the responses to blank windows, more than any response. */
const FAR = 1e9;

/** The `count` greatest, in order, each from an image of its own: images come once. */
class Greatest {
  readonly rows: { image: number; score: number }[] = [];
  private readonly count: number;
  /** What is to be beaten. */
  private least = -FAR / 2;
  constructor(count: number) {
    this.count = count;
  }
  offer(image: number, score: number): void {
    if (!(score > this.least)) return;
    const { rows, count } = this;
    const at = rows.findIndex((other) => other.score < score);
    rows.splice(at < 0 ? rows.length : at, 0, { image, score });
    if (rows.length > count) rows.pop();
    if (rows.length === count) this.least = rows[count - 1]?.score ?? this.least;
  }
}

/** What is found of one layer while images go by. */
class Finds {
  readonly units: number;
  readonly best: readonly Greatest[];
  readonly worst: readonly Greatest[];
  private readonly strongest: Float32Array;
  private readonly kept: Uint32Array;
  private count = 0;

  /** Of `kept` images the responses are remembered. */
  constructor(units: number, kept: number, count: number) {
    this.units = units;
    this.best = Array.from({ length: units }, () => new Greatest(count));
    this.worst = Array.from({ length: units }, () => new Greatest(count));
    this.kept = new Uint32Array(kept);
    this.strongest = new Float32Array(this.kept.length * units);
  }

  /** Responses of all units to some images from `first` on, [n × units]. */
  take(first: number, high: Float32Array, low: Float32Array): void {
    const { units, best, worst, kept, strongest } = this;
    for (let i = 0, at = 0; at < high.length; i++) {
      // an image without a window that is not blank says nothing of labels
      if (this.count < kept.length && (high[at] as number) > -FAR / 2) {
        kept[this.count] = first + i;
        strongest.set(high.subarray(at, at + units), this.count++ * units);
      }
      for (let unit = 0; unit < units; unit++, at++) {
        best[unit]?.offer(first + i, high[at] as number);
        worst[unit]?.offer(first + i, -(low[at] as number));
      }
    }
  }

  /** What the labels say; nothing where there are none. */
  byLabel({ train, classes }: Dataset, watch: Watch): ByLabel | Promise<ByLabel> {
    const { labels } = train;
    const none = new Float32Array(0);
    if (labels === null) return { means: none, areas: none, explained: none };
    const own = Uint16Array.from(this.kept.subarray(0, this.count), (image) => labels[image] as number);
    return byLabel(this.strongest.subarray(0, this.count * this.units), own, classes.length, watch);
  }
}

/** The places of a layer's windows in an image; null where a unit sees all of it. */
function placesOf(network: Network, layer: string, { height, width }: Dataset): Places | null {
  const { whole, ...window } = windowOf(network, layer);
  const field = receptiveField(network, layer);
  if (nodeOf(network, layer).operation.op === 'dense' || whole || field === null) return null;
  const channels = network.input[2];
  const [, rows, columns] = tf.tidy(
    () => forward(network, tf.zeros([1, height, width, channels]), layer, true).shape,
  );
  return {
    image: { height, width, channels },
    ...{ window, rows, columns, strides: [field.rows.stride, field.columns.stride] },
  };
}

/** Greatest and least response of every unit in each image, [n × units] each; images are followed by their blank places. */
function extremes(network: Network, layer: string, places: Places, given: Tensor2D): Tensor[] {
  const { image, rows, columns } = places;
  const size = image.height * image.width * image.channels;
  const n = given.shape[0];
  const x = given.slice([0, 0], [n, size]).reshape<Tensor4D>([n, image.height, image.width, image.channels]);
  const map = forward(network, x, layer, true).reshape<Tensor3D>([n, rows * columns, -1]);
  const far = given
    .slice([0, size], [n, rows * columns])
    .reshape<Tensor3D>([n, rows * columns, 1])
    .mul<Tensor3D>(FAR);
  return [map.sub(far).max(1), map.add(far).min(1)];
}

/** A function of chunks [n, size], as a graph for those that are as long as the first where there are enough of them. */
function onChunks(
  of: (x: Tensor2D) => Tensor[],
  chunk: number,
  chunks: number,
): { run: (values: Float32Array, n: number) => Float32Array[]; dispose: () => void } {
  let native: ReturnType<typeof nativeFunction> | null = null;
  let tried = chunks < LEAST_CHUNKS;
  return {
    run: (values, n) =>
      tf.tidy(() => {
        const x = tf.tensor2d(values, [n, values.length / n]);
        if (!tried) {
          tried = true;
          try {
            native = nativeFunction([x], of);
            native.run(x).forEach((found) => {
              found.dispose();
            });
          } catch {
            // whatever a graph cannot do is done one operation after another
            native?.dispose();
            native = null;
          }
        }
        const found = native !== null && n === chunk ? native.run(x) : of(x);
        return found.map((tensor) => tensor.dataSync<'float32'>());
      }),
    dispose: () => {
      native?.dispose();
    },
  };
}

/**
 * Looks at all windows (whole images where a unit sees all) of the first `most` training images. Several layers are
 * scanned in one pass where all of them see the whole image.
 */
export async function scanLayers(
  network: Network,
  layers: readonly string[],
  dataset: Dataset,
  watch: Watch = {},
  { count = 9, most = Infinity }: { count?: number; most?: number } = {},
): Promise<Map<string, Scan>> {
  const { train } = dataset;
  const size = imageSize(dataset);
  const images = Math.min(train.count, most);
  const channels = network.input[2];
  const [first = ''] = layers;
  const places = placesOf(network, first, dataset);
  if (places !== null && layers.length > 1)
    throw new RangeError('Layers with windows are scanned one by one.');
  const blanks = places === null ? 0 : places.rows * places.columns;
  const largest = Math.max(...nodesFor(network, layers).map(({ shape: [h, w, c] }) => h * w * c));
  const chunk = Math.max(1, Math.min(MOST_AT_ONCE, images, Math.floor(CHUNK_FLOATS / (largest + size))));
  const units = layers.map((layer) => nodeOf(network, layer).shape[2]);
  // only what labels are asked of is kept
  const fits = Math.floor(KEPT_FLOATS / units.reduce((sum, own) => sum + own, 0));
  const kept = train.labels === null ? 0 : Math.min(images, fits);
  const finds = units.map((own) => new Finds(own, kept, count));
  const lean = folded(network, layers);
  const { run, dispose } = onChunks(
    (x) =>
      places === null
        ? forwardAll(lean.network, x.reshape([-1, dataset.height, dataset.width, channels]), layers).map(
            (map, i) => objectivesOf(network, layers[i] as string, map),
          )
        : extremes(lean.network, first, places, x),
    chunk,
    Math.floor(images / chunk),
  );
  const looking = part(watch, 0, 0.9);
  try {
    const row = size + blanks;
    const values = new Float32Array(chunk * row);
    for (let from = 0; from < images; from += chunk) {
      const n = Math.min(chunk, images - from);
      for (let i = 0; i < n; i++) {
        const own = train.images.subarray((from + i) * size, (from + i + 1) * size);
        for (let k = 0; k < size; k++) values[i * row + k] = (own[k] as number) / 255;
        if (places !== null) blankPlaces(places, own, values.subarray(i * row + size, (i + 1) * row));
      }
      const found = run(values.subarray(0, n * row), n);
      finds.forEach((own, i) => {
        const high = found[i] as Float32Array;
        own.take(from, high, places === null ? high : (found[1] as Float32Array));
      });
      await step(looking, (from + n) / images);
    }
  } finally {
    dispose();
    lean.dispose();
  }
  const scans = new Map<string, Scan>();
  for (const [i, layer] of layers.entries()) {
    const own = finds[i] as Finds;
    const { height, width } = windowOf(network, layer);
    const lists = [own.best, own.worst].map((list) => list.map(({ rows }) => rows));
    const rest = part(watch, 0.9 + (0.1 * i) / layers.length, 0.9 + (0.1 * (i + 1)) / layers.length);
    const [best = [], worst = []] = await locate(network, layer, places, lists, dataset, part(rest, 0, 0.5));
    scans.set(layer, {
      ...{ height, width, images, units: own.units, best, worst },
      looked: images * Math.max(1, blanks),
      ...(await own.byLabel(dataset, part(rest, 0.5, 1))),
    });
  }
  return scans;
}

/** As `scanLayers`, of one layer. */
export async function scan(
  network: Network,
  layer: string,
  dataset: Dataset,
  watch: Watch = {},
  options: { count?: number; most?: number } = {},
): Promise<Scan> {
  return (await scanLayers(network, [layer], dataset, watch, options)).get(layer) as Scan;
}

const labelsAt = ({ labels }: Dataset['train'], found: readonly Found[]): Uint16Array<ArrayBuffer> =>
  labels === null ? new Uint16Array(0) : Uint16Array.from(found, ({ image }) => labels[image] ?? 0);

/** Files of the images that windows lie in. */
export const filesAt = ({ files }: Dataset['train'], found: readonly Found[]): string[] =>
  files === undefined ? [] : found.map(({ image }) => files[image] ?? '');

/** A unit's best or worst windows as they cross the contract. */
export function placed(found: readonly Found[], { train }: Pick<Dataset, 'train'>): PlacedWindows {
  return {
    scores: Float32Array.from(found, ({ score }) => score),
    labels: labelsAt(train, found),
    images: Uint32Array.from(found, ({ image }) => image),
    tops: Uint16Array.from(found, ({ top }) => top),
    lefts: Uint16Array.from(found, ({ left }) => left),
    files: filesAt(train, found),
  };
}

/** Pixels of windows, [n × height × width × channels], 0..1. */
export function cut(
  { height, width }: Pick<Scan, 'height' | 'width'>,
  found: readonly Found[],
  { height: rows, width: columns, channels, train }: Dataset,
): Float32Array {
  const row = width * channels;
  const out = new Float32Array(found.length * height * row);
  found.forEach(({ image, top, left }, n) => {
    for (let y = 0; y < height; y++) {
      const from = ((image * rows + top + y) * columns + left) * channels;
      for (let x = 0; x < row; x++) {
        out[(n * height + y) * row + x] = (train.images[from + x] ?? 0) / 255;
      }
    }
  });
  return out;
}
