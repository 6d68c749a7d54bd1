// How numbers and pictures of the answer are put into words, figures and tables.
import type { Block, Figure, Stated, Table } from '../../contract/answer';
import type { Png } from '../../contract/evidence';
import type { Display } from '../../contract/method';
import { show, showAll, type PictureShape } from '../../pictures/display';
import { crop, decodePng, montage, png, type Pixels } from '../../pictures/sheet';
import type { MethodPictures } from '../methods-compared';
import type { Shape, Shapes } from '../shapes';

/** A number with a true minus sign; "not known" for what is none. */
export function number(value: number, digits = 2): string {
  if (!Number.isFinite(value)) return 'not known';
  return value
    .toFixed(digits)
    .replace(/^-(?=[0.]*$)/, '')
    .replace('-', '−');
}
export const share = (value: number, digits = 0): string =>
  Number.isFinite(value) ? `${number(100 * value, digits)} %` : 'not known';
/** Counts stay whole. */
export const plainNumber = (value: number): string =>
  number(value, Number.isInteger(value) && value > 2 ? 0 : 2);
export const range = ([low, high]: readonly [number, number], digits = 2): string =>
  `${number(low, digits)} to ${number(high, digits)}`;

export function stated(
  value: number,
  text: string,
  label: string,
  interval: [number, number] | null = null,
): Stated {
  return { value, text, label, interval };
}

export const text = (words: string, heading: string | null = null): Block => ({
  type: 'text',
  heading,
  text: words,
});
export const table = (caption: string, columns: string[], rows: string[][]): Block => {
  const made: Table = { caption, columns, rows };
  return { type: 'table', table: made };
};

/** One picture. */
export function figure(values: Float32Array, shape: PictureShape, display: Display, caption: string): Figure {
  return {
    height: shape.height,
    width: shape.width,
    png: png(show(values, shape, display)),
    caption,
    columns: 1,
  };
}

/** Pictures [n × shape] as a sheet, each by the display. */
export function sheet(
  values: Float32Array,
  shape: PictureShape,
  display: Display,
  caption: string,
  columns: number,
): Figure {
  const pictures = showAll(values, shape, display);
  return { ...laidOut(pictures, Math.min(columns, Math.max(1, pictures.length))), caption };
}

function laidOut(pictures: readonly Pixels[], columns: number): Omit<Figure, 'caption'> {
  // kernels are so small that a gap of one of their pixels would be a bar
  const zoom = (pictures[0]?.width ?? 1) < 10 ? 4 : 1;
  const made = montage(pictures, { columns, gap: zoom === 1 ? 1 : 2, zoom });
  return { height: made.height, width: made.width, png: png(made), columns };
}

/** A sheet without gaps, of pictures of that size, with gaps between them. */
export function spaced(
  { png: bytes }: Png,
  { height, width }: { height: number; width: number },
): Omit<Figure, 'caption'> {
  const from = decodePng(bytes);
  const columns = from.width / width;
  const count = (from.height / height) * columns;
  const pictures = Array.from({ length: count }, (_, i) =>
    crop(from, { top: Math.floor(i / columns) * height, left: (i % columns) * width, height, width }),
  );
  return laidOut(pictures, columns);
}

/** One unit's picture out of a method's. */
export function pictureOf(pictures: MethodPictures, unit: number, whole = false): Float32Array {
  const at = pictures.units.indexOf(unit);
  const values = whole ? pictures.images : pictures.windows;
  const size = values.length / pictures.units.length;
  return values.subarray(at * size, (at + 1) * size);
}

/** How a method's pictures are shown, by its name for people. */
export const displayOf = (name: string): Display => (name.startsWith('Plain') ? 'signed' : 'contrast');

export const SHAPES = ['horizontal', 'vertical', 'diagonal', 'curve', 'none'] as const;
export const countShapes = ({ shapes }: Shapes): Record<Shape, number> =>
  Object.fromEntries(SHAPES.map((shape) => [shape, shapes.filter((one) => one === shape).length])) as Record<
    Shape,
    number
  >;

/** Share of the variance that the best stroke explains, of each picture. */
export const clarity = ({ fits }: Shapes): number[] =>
  fits.map(({ straight, bent }) => Math.max(straight, bent));
