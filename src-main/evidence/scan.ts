// All training images through the network: every unit's best and worst window anywhere, and its answers by image.
import type { Rank, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-node';
import { eachRealScore } from '../ascent/real';
import type { PlacedWindows } from '../contract/evidence';
import { imageSize, pixels, type Dataset } from '../datasets/dataset';
import { tf } from '../native/tensorflow';
import { forward } from '../network/forward';
import { nodeOf, type Network } from '../network/network';
import { receptiveField, windowOf } from '../network/receptive-field';
import { step, type Watch } from './watch';

/** A window somewhere in the training images, and what a unit makes of it. */
interface Found {
  readonly image: number;
  readonly top: number;
  readonly left: number;
  readonly score: number;
}

export interface Scan {
  readonly height: number;
  readonly width: number;
  /** Windows looked at: each place of a unit at which it sees no padding, in every training image. */
  readonly looked: number;
  readonly images: number;
  readonly units: number;
  /** Per unit, best first and worst first, no two of one image. */
  readonly best: readonly (readonly Found[])[];
  readonly worst: readonly (readonly Found[])[];
  /** Strongest response in each of the first images, [kept × units]. */
  readonly strongest: Float32Array;
  readonly kept: number;
}

/** Windows whose brightest pixel is below this are blank, as in datasets/dataset. */
const BLANK = 0.2;
/** Floats of a chunk's map, and of the responses that are kept by image. */
const CHUNK_FLOATS = 4e6;
const KEPT_FLOATS = 1.2e7;
const FAR = 1e9;

/** The `count` greatest, in order, each from an image of its own: images come once. */
class Greatest {
  readonly rows: { image: number; score: number }[] = [];
  private readonly count: number;
  constructor(count: number) {
    this.count = count;
  }
  offer(image: number, score: number): void {
    const { rows, count } = this;
    if (rows.length === count && score <= (rows[count - 1]?.score ?? 0)) return;
    if (score <= -FAR / 2) return;
    const at = rows.findIndex((other) => other.score < score);
    rows.splice(at < 0 ? rows.length : at, 0, { image, score });
    if (rows.length > count) rows.pop();
  }
}

/** 1 where a window is blank, at each place of the layer's map, [n, h', w', 1]. */
function blankness(
  network: Network,
  layer: string,
  x: Tensor4D,
  [rows, columns]: [number, number],
): Tensor4D {
  const field = receptiveField(network, layer);
  const strides = [field?.rows.stride ?? 1, field?.columns.stride ?? 1] as [number, number];
  const size = [field?.rows.size ?? 1, field?.columns.size ?? 1] as [number, number];
  // between the places of an upsampling layer windows have no whole pixels to start at: none counts as blank
  if (!strides.every(Number.isInteger)) return tf.zeros<Rank.R4>([x.shape[0], rows, columns, 1]);
  const brightest = tf.maxPool<Tensor4D>(x.max<Tensor4D>(3, true), size, strides, 'valid');
  return brightest.slice<Tensor4D>([0, 0, 0, 0], [-1, rows, columns, 1]).less<Tensor4D>(BLANK).toFloat();
}

/** Greatest and least response of every unit in each image, [n × units] each. */
function extremesByImage(network: Network, layer: string, x: Tensor4D): [Float32Array, Float32Array] {
  return tf.tidy(() => {
    const map = forward(network, x, layer, true);
    const [n, rows, columns, units] = map.shape;
    const far = blankness(network, layer, x, [rows, columns]).mul<Tensor4D>(FAR);
    const flat = (t: Tensor4D): Tensor3D => t.reshape([n, rows * columns, units]);
    return [
      flat(map.sub(far)).max<Tensor2D>(1).dataSync<'float32'>(),
      flat(map.add(far)).min<Tensor2D>(1).dataSync<'float32'>(),
    ];
  });
}

/** Where in an image a unit's response is greatest (sign 1) or least (sign −1). */
function place(network: Network, layer: string, x: Tensor4D, unit: number, sign: 1 | -1): [number, number] {
  const [at, columns] = tf.tidy((): [number, number] => {
    const map = forward(network, x, layer, true);
    const [, h, w] = map.shape;
    const far = blankness(network, layer, x, [h, w]).mul<Tensor4D>(FAR);
    const own = map.slice([0, 0, 0, unit], [1, h, w, 1]).mul<Tensor4D>(sign).sub<Tensor4D>(far);
    return [own.reshape([-1]).argMax().dataSync()[0] ?? 0, w];
  });
  const field = receptiveField(network, layer);
  return [
    Math.round(Math.floor(at / columns) * (field?.rows.stride ?? 1)),
    Math.round((at % columns) * (field?.columns.stride ?? 1)),
  ];
}

/** Looks at all windows (whole images where a unit sees all) of the first `most` training images. */
export async function scan(
  network: Network,
  layer: string,
  dataset: Dataset,
  watch: Watch = {},
  { count = 9, most = Infinity }: { count?: number; most?: number } = {},
): Promise<Scan> {
  const node = nodeOf(network, layer);
  const units = node.shape[2];
  const { height, width, whole } = windowOf(network, layer);
  const size = imageSize(dataset);
  const shape = [dataset.height, dataset.width, dataset.channels] as const;
  const images = Math.min(dataset.train.count, most);
  const windowed = node.operation.op !== 'dense' && !whole;
  const field = receptiveField(network, layer);
  const along = (side: number, axis: { size: number; stride: number } | undefined): number =>
    axis === undefined ? 1 : Math.floor((side - axis.size) / axis.stride) + 1;
  const places = windowed ? along(dataset.height, field?.rows) * along(dataset.width, field?.columns) : 1;
  const kept = Math.min(images, Math.floor(KEPT_FLOATS / units));
  const strongest = new Float32Array(kept * units);
  const best = Array.from({ length: units }, () => new Greatest(count));
  const worst = Array.from({ length: units }, () => new Greatest(count));
  const chunk = Math.max(1, Math.min(500, Math.floor(CHUNK_FLOATS / (places * units + size * 8))));
  for (let first = 0; first < images; first += chunk) {
    const n = Math.min(chunk, images - first);
    const values = pixels(
      dataset.train,
      size,
      Array.from({ length: n }, (_, i) => first + i),
    );
    let [high, low]: [Float32Array, Float32Array] = [new Float32Array(0), new Float32Array(0)];
    if (windowed) {
      const x = tf.tensor4d(values, [n, ...shape]);
      [high, low] = extremesByImage(network, layer, x);
      x.dispose();
    } else {
      high = new Float32Array(n * units);
      eachRealScore(network, layer, values, (scores, from) => {
        high.set(scores, from * units);
      });
      low = high;
    }
    for (let i = 0; i < n; i++) {
      for (let unit = 0; unit < units; unit++) {
        best[unit]?.offer(first + i, high[i * units + unit] as number);
        worst[unit]?.offer(first + i, -(low[i * units + unit] as number));
      }
      if (first + i < kept) {
        const row = high.subarray(i * units, (i + 1) * units);
        strongest.set(
          row.map((value) => Math.max(value, -FAR / 2)),
          (first + i) * units,
        );
      }
    }
    await step(watch, (first + n) / images);
  }
  const locate = (lists: readonly Greatest[], sign: 1 | -1): Found[][] =>
    lists.map(({ rows }, unit) =>
      rows.map(({ image, score }) => {
        const found = { image, score: sign * score };
        if (!windowed) return { ...found, top: 0, left: 0 };
        return tf.tidy(() => {
          const x = tf.tensor4d(pixels(dataset.train, size, [image]), [1, ...shape]);
          const [top, left] = place(network, layer, x, unit, sign);
          return { ...found, top, left };
        });
      }),
    );
  const placed = [locate(best, 1), locate(worst, -1)] as const;
  return {
    height,
    width,
    looked: images * places,
    images,
    units,
    best: placed[0],
    worst: placed[1],
    strongest,
    kept,
  };
}

const labelsAt = ({ labels }: Dataset['train'], found: readonly Found[]): Uint16Array<ArrayBuffer> =>
  labels === null ? new Uint16Array(0) : Uint16Array.from(found, ({ image }) => labels[image] ?? 0);

/** A unit's best or worst windows as they cross the contract. */
export function placed(found: readonly Found[], { train }: Pick<Dataset, 'train'>): PlacedWindows {
  return {
    scores: Float32Array.from(found, ({ score }) => score),
    labels: labelsAt(train, found),
    images: Uint32Array.from(found, ({ image }) => image),
    tops: Uint16Array.from(found, ({ top }) => top),
    lefts: Uint16Array.from(found, ({ left }) => left),
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
