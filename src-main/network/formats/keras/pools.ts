// Keras' pools, over windows and over everything.
import type { Operation } from '../../network';
import { arrange, axisOf, reshaped, valueOf, type Value } from '../layout';
import { imageOrder, onImage, only, type Call, type Translate } from './layer';

function pool(call: Call, op: 'maxPool' | 'averagePool'): Value {
  const { settings } = call;
  const size = settings.pair('pool_size', [2, 2]);
  const padding = settings.text('padding', 'valid');
  if (padding !== 'same' && padding !== 'valid') throw new RangeError(`its padding is "${padding}"`);
  return onImage(call, () => ({ op, geometry: { size, strides: settings.pair('strides', size), padding } }));
}

/** A pool of sequences [steps, channels] as one of a single row. */
function pool1d(call: Call, op: 'maxPool' | 'averagePool'): Value {
  const { builder, name, settings } = call;
  const value = arrange(builder, only(call), [0, 1], name);
  const [size = 2] = settings.ints('pool_size', [2]);
  const [stride = size] = settings.raw('strides') == null ? [size] : settings.ints('strides');
  const padding = settings.text('padding', 'valid') === 'same' ? 'same' : 'valid';
  const operation: Operation = { op, geometry: { size: [1, size], strides: [1, stride], padding } };
  return valueOf(builder, builder.add(name, operation, [value.node]), [0, 1]);
}

/** Mean or greatest over all but the channels. */
function global(call: Call, over: 'mean' | 'max'): Value {
  const { builder, name, settings } = call;
  const value = only(call);
  const rank = value.dims.length;
  if (rank < 2) throw new RangeError('it takes images or sequences');
  const first = settings.text('data_format', 'channels_last') === 'channels_first';
  const placed = arrange(builder, value, rank === 3 ? imageOrder(settings) : value.order, name);
  const channel = first ? 0 : rank - 1;
  const others = placed.dims.map((_, axis) => axis).filter((axis) => axis !== channel);
  const axes = others.map((axis) => axisOf(placed, axis));
  const node = builder.add(name, { op: 'reduce', function: over, axes }, [placed.node]);
  const dims = placed.dims.map((side, axis) => (axis === channel ? side : 1));
  if (settings.flag('keepdims', false)) return { node, dims, order: placed.order };
  // [1, 1, channels] is what features of one dimension are
  const flat: Value = { node, dims: [placed.dims[channel] as number], order: [0] };
  return builder.shapeOf(node).at(-1) === flat.dims[0]
    ? flat
    : reshaped(builder, `${name}/flat`, flat, flat.dims);
}

export const poolLayer: Translate = (call) => {
  switch (call.kind) {
    case 'MaxPooling2D':
    case 'MaxPool2D':
      return pool(call, 'maxPool');
    case 'AveragePooling2D':
    case 'AvgPool2D':
      return pool(call, 'averagePool');
    case 'MaxPooling1D':
    case 'MaxPool1D':
      return pool1d(call, 'maxPool');
    case 'AveragePooling1D':
    case 'AvgPool1D':
      return pool1d(call, 'averagePool');
    case 'GlobalAveragePooling2D':
    case 'GlobalAvgPool2D':
    case 'GlobalAveragePooling1D':
    case 'GlobalAvgPool1D':
      return global(call, 'mean');
    case 'GlobalMaxPooling2D':
    case 'GlobalMaxPool2D':
    case 'GlobalMaxPooling1D':
    case 'GlobalMaxPool1D':
      return global(call, 'max');
    default:
      return null;
  }
};
