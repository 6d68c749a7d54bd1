// Keras layers that bring images to another size, by resampling or by cutting out the middle.
import type { AxisResampling, Interpolation } from '../../resampling';
import { elementwise, type Value } from '../layout';
import { imageOrder, onImage, only, type Call, type Translate } from './layer';
import { onSequence } from './sequences';
import type { Settings } from './settings';

/** A part of the image, begun at `top` and `left`. */
const cutOut = (call: Call, top: number, left: number, height: number, width: number): Value =>
  onImage(call, ([, , channels]) => ({
    op: 'slice',
    begin: [top, left, 0],
    size: [height, width, channels],
    strides: [1, 1, 1],
  }));

/** Height and width of the layer's image. */
function sidesOf(call: Call): [number, number] {
  const { dims } = only(call);
  if (dims.length !== 3) throw new RangeError(`it takes images, not ${dims.join('×')}`);
  const [row, column] = imageOrder(call.settings);
  return [dims[row] as number, dims[column] as number];
}

const wantedOf = ({ settings }: Call): [number, number] => [settings.int('height'), settings.int('width')];

function centreCrop(call: Call): Value {
  const [[rows, columns], [height, width]] = [sidesOf(call), wantedOf(call)];
  if (rows < height || columns < width)
    throw new RangeError(`it crops ${height}×${width} out of ${rows}×${columns}`);
  const [top, left] = [Math.floor((rows - height) / 2), Math.floor((columns - width) / 2)];
  return cutOut(call, top, left, height, width);
}

const INTERPOLATIONS: Readonly<Record<string, AxisResampling['method']>> = {
  ...{ nearest: 'nearest', bilinear: 'linear', bicubic: 'cubic', lanczos3: 'lanczos3', lanczos5: 'lanczos5' },
};

function methodOf(settings: Settings, fallback: string): AxisResampling['method'] {
  const name = settings.text('interpolation', fallback);
  const method = Object.hasOwn(INTERPOLATIONS, name) ? INTERPOLATIONS[name] : undefined;
  if (method !== undefined) return method;
  throw new RangeError(`its interpolation is "${name}"; ${Object.keys(INTERPOLATIONS).join(', ')} are known`);
}

/** What TensorFlow's kernels do at the ends, and with the positions between elements. */
function kernelOf(method: Interpolation, step: number, antialias: boolean): Partial<AxisResampling> {
  // core/kernels/image/scale_and_translate_op.cc
  if (antialias) return { omitted: true, widening: Math.max(1, step) };
  // core/kernels/image/resize_bicubic_op.cc: a table of 1024 positions
  if (method === 'cubic') return { omitted: true, parts: 1024 };
  return method === 'linear' ? {} : { omitted: true };
}

/** Half-pixel centres, as Keras' image resizing takes them; TensorFlow.js' own models have no halves. */
function along(
  call: Call,
  input: number,
  output: number,
  method: AxisResampling['method'],
  antialias: boolean,
): AxisResampling {
  const step = input / output;
  const base = { input, output, method, step, origin: 0.5, rounding: 'floor' } as const;
  // tfjs-layers/src/layers/convolutional.ts
  if (call.ofTfjs) return { ...base, origin: 0, offset: 0 };
  return method === 'nearest'
    ? { ...base, offset: 0 }
    : { ...base, offset: -0.5, ...kernelOf(method, step, antialias) };
}

function upsample(call: Call): Value {
  const method = methodOf(call.settings, 'nearest');
  const [tall, wide] = call.settings.pair('size', [2, 2]);
  return onImage(call, ([rows, columns]) => ({
    op: 'resample',
    rows: along(call, rows, rows * tall, method, false),
    columns: along(call, columns, columns * wide, method, false),
  }));
}

/** One side of the image with the wanted proportion, from the other: whole, as float32 gives it. */
const inProportion = (other: number, side: number, otherSide: number): number =>
  Math.trunc(Math.fround(Math.fround(other * side) / otherSide));

/** The middle that has the proportions of what is wanted. */
function cropped(call: Call): Value {
  const [[rows, columns], [height, width]] = [sidesOf(call), wantedOf(call)];
  const tall = Math.max(1, Math.min(rows, inProportion(columns, height, width)));
  const wide = Math.max(1, Math.min(columns, inProportion(rows, width, height)));
  const [top, left] = [Math.trunc((rows - tall) / 2), Math.trunc((columns - wide) / 2)];
  return cutOut({ ...call, name: `${call.name}/crop` }, top, left, tall, wide);
}

/** The image in the middle of one value, which has the proportions of what is wanted. */
function padded(call: Call): Value {
  const { settings, name } = call;
  if (settings.text('fill_mode', 'constant') !== 'constant') throw new RangeError('it pads with the edges');
  const [[rows, columns], [height, width]] = [sidesOf(call), wantedOf(call)];
  const above = Math.trunc((Math.max(rows, inProportion(columns, height, width)) - rows) / 2);
  const beside = Math.trunc((Math.max(columns, inProportion(rows, width, height)) - columns) / 2);
  return onImage({ ...call, name: `${name}/pad` }, () => ({
    ...{ op: 'pad', mode: 'constant', value: settings.number('fill_value', 0) },
    amounts: [
      [above, above],
      [beside, beside],
      [0, 0],
    ],
  }));
}

function resize(call: Call): Value {
  const { settings } = call;
  const method = methodOf(settings, 'bilinear');
  const antialias = settings.flag('antialias', false);
  const [height, width] = wantedOf(call);
  const fitted = settings.flag('crop_to_aspect_ratio', false)
    ? cropped(call)
    : settings.flag('pad_to_aspect_ratio', false)
      ? padded(call)
      : only(call);
  return onImage({ ...call, inputs: [fitted] }, ([rows, columns]) => ({
    op: 'resample',
    rows: along(call, rows, height, method, antialias),
    columns: along(call, columns, width, method, antialias),
  }));
}

/** Evaluated, Keras 2 crops to the proportions and resizes; Keras 3 leaves the image as it is, which then must fit. */
function randomCrop(call: Call): Value {
  const [[rows, columns], [height, width]] = [sidesOf(call), wantedOf(call)];
  if (rows === height && columns === width)
    return elementwise(call.builder, call.name, { op: 'identity' }, only(call));
  if (call.modern)
    throw new RangeError('Keras 3 crops in training alone, and what follows is of another size');
  return resize({ ...call, settings: call.settings.with('crop_to_aspect_ratio', true) });
}

export const resizingLayer: Translate = (call) => {
  switch (call.kind) {
    case 'UpSampling2D':
      return upsample(call);
    case 'UpSampling1D':
      return onSequence(call, upsample);
    case 'Resizing':
      return resize(call);
    case 'CenterCrop':
      return centreCrop(call);
    case 'RandomCrop':
      return randomCrop(call);
    default:
      return null;
  }
};
