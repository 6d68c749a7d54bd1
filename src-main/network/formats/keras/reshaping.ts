// Keras layers that move, cut and pad, and those that do nothing but in training.
import type { Operation } from '../../network';
import { arrange, elementwise, inOrder, product, reshaped, valueOf, type Value } from '../layout';
import { onImage, only, type Call, type Translate } from './layer';
import { onSequence } from './sequences';
import type { Settings } from './settings';

/** [[top, bottom], [left, right]] of padding or cropping: a number, a pair or pairs. */
function edges(settings: Settings, key: string): [[number, number], [number, number]] {
  const value = settings.raw(key);
  if (Array.isArray(value) && Array.isArray(value[0])) {
    const [vertical, horizontal] = [settings.nested(key, 0), settings.nested(key, 1)];
    return [vertical, horizontal];
  }
  const missing = key === 'padding' ? 1 : 0;
  const [rows, columns] = settings.pair(key, [missing, missing]);
  return [
    [rows, rows],
    [columns, columns],
  ];
}

function pad(call: Call, mode: 'constant' | 'reflect' | 'symmetric'): Value {
  const [rows, columns] = edges(call.settings, 'padding');
  return onImage(call, () => ({ op: 'pad', mode, value: 0, amounts: [rows, columns, [0, 0]] }));
}

function crop(call: Call): Value {
  const [[top, bottom], [left, right]] = edges(call.settings, 'cropping');
  return onImage(call, ([rows, columns, channels]) => ({
    op: 'slice',
    begin: [top, left, 0],
    size: [rows - top - bottom, columns - left - right, channels],
    strides: [1, 1, 1],
  }));
}

function reshape(call: Call): Value {
  const value = only(call);
  const target = call.settings.ints('target_shape');
  const all = product(value.dims);
  const known = product(target.filter((side) => side !== -1));
  return reshaped(
    call.builder,
    call.name,
    value,
    target.map((side) => (side === -1 ? all / known : side)),
  );
}

/** The dimensions in another order. */
function permute(call: Call): Value {
  const { builder, name } = call;
  const input = only(call);
  const value = arrange(builder, input, inOrder(input.dims), name);
  const to = call.settings.ints('dims').map((axis) => axis - 1);
  if ([...to].sort((a, b) => a - b).some((axis, i) => axis !== i) || to.length !== value.dims.length) {
    throw new RangeError(`it permutes to ${to.join()}`);
  }
  const lead = Math.max(0, 3 - to.length);
  const order = [...Array(lead).keys(), ...to.map((axis) => axis + lead)];
  return valueOf(builder, builder.add(name, { op: 'permute', order }, [value.node]), inOrder(to));
}

/** [channels] as [n, channels]: one after another along the rows. */
function repeat(call: Call): Value {
  const value = only(call);
  const count = call.settings.int('n');
  if (count < 1 || count > 4096) throw new RangeError(`it repeats ${count} times`);
  const placed = arrange(call.builder, value, [0], call.name);
  const inputs = Array.from({ length: count }, () => placed.node);
  return valueOf(call.builder, call.builder.add(call.name, { op: 'concatenate', axis: 1 }, inputs), [0, 1]);
}

/** Layers that evaluate as nothing. */
export const SILENT: ReadonlySet<string> = new Set([
  ...['Dropout', 'SpatialDropout1D', 'SpatialDropout2D', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout'],
  ...[
    'ActivityRegularization',
    'Identity',
    'AugMix',
    'CutMix',
    'MixUp',
    'RandAugment',
    'MaxNumBoundingBoxes',
  ],
  ...['Flip', 'Rotation', 'Zoom', 'Translation', 'Contrast', 'Brightness', 'Height', 'Width', 'Shear', 'Hue']
    .concat([
      'Saturation',
      'ColorJitter',
      'Sharpness',
      'Grayscale',
      'Posterization',
      'Erasing',
      'GaussianBlur',
    ])
    .concat(['Invert', 'ColorDegeneration', 'Perspective', 'ElasticTransform'])
    .map((kind) => `Random${kind}`),
]);
const identity: Operation = { op: 'identity' };

export const reshapingLayer: Translate = (call) => {
  // a class of keras.applications, known by its setting
  const dropsBranches = call.kind === 'StochasticDepth' && call.settings.raw('drop_path_rate') !== undefined;
  if (SILENT.has(call.kind) || dropsBranches)
    return elementwise(call.builder, call.name, identity, only(call));
  switch (call.kind) {
    case 'ZeroPadding2D':
      return pad(call, 'constant');
    case 'ZeroPadding1D':
      return onSequence(call, (image) => pad(image, 'constant'));
    case 'Cropping2D':
      return crop(call);
    case 'Cropping1D':
      return onSequence(call, crop);
    case 'Reshape':
      return reshape(call);
    case 'Permute':
      return permute(call);
    case 'RepeatVector':
      return repeat(call);
    default:
      return null;
  }
};
