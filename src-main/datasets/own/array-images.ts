// Arrays of numbers as pictures and labels: which axis is which, what range the numbers have, which class a row says.
import { UserError } from '../../contract/errors';
import { tf } from '../../native/tensorflow';
import { fit } from './fit';
import { eachRow, readArrayHeader, type ArrayHeader, type ArraySource } from './npy';
import type { ReadOptions } from './reading';
import type { Target } from '../target';

/** Images as bytes of one size. */
export interface Images {
  /** Rows of the array that are here, in this order, of so many. */
  readonly rows: readonly number[];
  readonly of: number;
  readonly target: Target;
  /** Bytes of one image. */
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly notes: readonly string[];
}

interface Layout {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** True for [N, C, H, W]. */
  readonly channelsFirst: boolean;
}

const SHAPES = 'Images are [N, H, W], [N, H, W, 1 or 3] or [N, 1 or 3, H, W].';
/** Rows and columns that an image of an array may have. */
const MOST_SIDE = 2048;
/** Images that an array may have. */
const MOST_COUNT = 2e7;

function layoutOf({ shape }: ArrayHeader, name: string): Layout {
  const [count = 0, a = 0, b = 0, c = 1] = shape;
  let found: Layout | null = null;
  if (shape.length === 3) found = { height: a, width: b, channels: 1, channelsFirst: false };
  else if (shape.length === 4 && [1, 3, 4].includes(c))
    found = { height: a, width: b, channels: c, channelsFirst: false };
  else if (shape.length === 4 && [1, 3].includes(a))
    found = { height: b, width: c, channels: a, channelsFirst: true };
  if (found === null) throw new UserError(`${name} has the shape [${shape.join(', ')}].`, SHAPES);
  const { height, width } = found;
  const isEmpty = count === 0 || height === 0 || width === 0;
  if (isEmpty || Math.max(height, width) > MOST_SIDE || count > MOST_COUNT) {
    throw new UserError(
      `${name} claims ${count} images of ${height}×${width}.`,
      `Up to ${MOST_COUNT / 1e6} million images with sides from 1 to ${MOST_SIDE} are read.`,
    );
  }
  return found;
}

/** Numbers low … high that are black … white. */
interface Span {
  readonly low: number;
  readonly high: number;
}
const SPANS: readonly Span[] = [
  { low: 0, high: 1 },
  { low: -1, high: 1 },
  { low: 0, high: 255 },
  { low: 0, high: 65_535 },
];

async function spanOf(
  source: ArraySource,
  header: ArrayHeader,
  wanted: ReadonlySet<number>,
  pace: (done: number, total: number) => Promise<void>,
): Promise<Span> {
  let [low, high] = [Infinity, -Infinity];
  await eachRow(source, async (row, index) => {
    await pace(0, wanted.size);
    if (!wanted.has(index)) return true;
    for (const value of header.isByte ? row : header.values(row)) {
      if (!Number.isFinite(value)) {
        throw new UserError(
          `${source.name} holds values that are no numbers, in row ${index}.`,
          'Save it without.',
        );
      }
      if (value < low) low = value;
      if (value > high) high = value;
    }
    // bytes go to 255 but for those of black-and-white pictures, 0 and 1
    return !(header.isByte && high > 1);
  });
  if (header.isByte && high > 1) return { low: 0, high: 255 };
  // a hair's breadth for what was standardised and brought back
  const slack = header.isInteger ? 0 : 1e-3;
  const found = SPANS.find((span) => low >= span.low - slack && high <= span.high + slack);
  if (found === undefined) {
    throw new UserError(
      `${source.name} holds numbers from ${low.toPrecision(3)} to ${high.toPrecision(3)}.`,
      'Pixels are 0 to 1, −1 to 1, or 0 to 255: save them before they are standardised.',
    );
  }
  return found;
}

/**
 * Reads the images that `choose` picks of so many with so many bytes each, as bytes of the target, or of their own size
 * where that is null. Only those are ever in memory.
 */
export async function readImages(
  source: ArraySource,
  { target, side }: Pick<ReadOptions, 'target' | 'side'>,
  choose: (count: number, bytes: number) => number[],
  pace: (done: number, total: number) => Promise<void>,
): Promise<Images> {
  const header = await readArrayHeader(source);
  const layout = layoutOf(header, source.name);
  const own: Target = {
    height: side ?? layout.height,
    width: side ?? layout.width,
    channels: layout.channels === 1 ? 1 : 3,
  };
  const to = target ?? own;
  const size = to.height * to.width * to.channels;
  const rows = choose(header.shape[0] ?? 0, size);
  const places = new Map(rows.map((row, place) => [row, place]));
  const span = await spanOf(source, header, new Set(rows), pace);
  const bytes = new Uint8Array(rows.length * size);
  const isPlain =
    header.isByte &&
    span.high === 255 &&
    !layout.channelsFirst &&
    layout.channels === to.channels &&
    layout.height === to.height &&
    layout.width === to.width;
  let done = 0;
  await eachRow(source, async (row, index) => {
    await pace(done, rows.length);
    const place = places.get(index);
    if (place === undefined) return true;
    bytes.set(isPlain ? row : asPicture(header.values(row), layout, span, to), place * size);
    done++;
    return true;
  });
  await pace(done, rows.length);
  const notes =
    header.isByte || (span.low === 0 && span.high === 255)
      ? []
      : [`Numbers ${span.low} to ${span.high} are taken as black to white, in 256 steps.`];
  return { rows, of: header.shape[0] ?? 0, target: to, size, bytes, notes };
}

function asPicture(
  values: Float64Array,
  { height, width, channels, channelsFirst }: Layout,
  { low, high }: Span,
  target: Target,
): Uint8Array {
  return tf.tidy(() => {
    const pixels = Float32Array.from(values, (value) => ((value - low) / (high - low)) * 255);
    const shape: [number, number, number] = channelsFirst
      ? [channels, height, width]
      : [height, width, channels];
    const x = tf.tensor3d(pixels, shape);
    return fit(channelsFirst ? x.transpose([1, 2, 0]) : x, target);
  });
}

/** Classes that labels may name. */
const MOST_CLASSES = 65_536;

/** The class of every image: whole numbers [N] or [N, 1], or a share of each class [N, K] (one-hot). */
export async function readLabels(source: ArraySource, count: number): Promise<Uint16Array> {
  const header = await readArrayHeader(source);
  const { shape } = header;
  if (shape.length > 2 || shape[0] !== count || (shape[1] ?? 1) > MOST_CLASSES) {
    throw new UserError(
      `${source.name} has the shape [${shape.join(', ')}] for ${count} images.`,
      'Labels are [N] numbers of classes, or [N, K] with a 1 for the class.',
    );
  }
  const labels = new Uint16Array(count);
  await eachRow(source, (row, index) => {
    const values = header.values(row);
    const label = values.length === 1 ? (values[0] as number) : values.indexOf(Math.max(...values));
    if (!Number.isInteger(label) || label < 0 || label >= MOST_CLASSES) {
      throw new UserError(
        `${source.name} holds the label ${label}.`,
        `Labels are whole numbers from 0 to ${MOST_CLASSES - 1}.`,
      );
    }
    labels[index] = label;
    return true;
  });
  return labels;
}
