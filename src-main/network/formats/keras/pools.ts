// Keras' pools, over windows and over everything.
import type { Operation } from '../../network';
import { arrange, axisOf, reshaped, valueOf, type Value } from '../layout';
import { imageOrder, onImage, only, type Call, type Translate } from './layer';
import { onSequence } from './sequences';

function pool(call: Call, op: 'maxPool' | 'averagePool'): Value {
  const { settings } = call;
  const size = settings.pair('pool_size', [2, 2]);
  const padding = settings.text('padding', 'valid');
  if (padding !== 'same' && padding !== 'valid') throw new RangeError(`its padding is "${padding}"`);
  return onImage(call, () => ({ op, geometry: { size, strides: settings.pair('strides', size), padding } }));
}

/** Windows of differing sizes that an adaptive pool may have along an axis: each is an operation of its own. */
const MOST_WINDOWS = 64;

/**
 * A pool of as many windows as the layer says, whatever the size of its input: window i of m covers elements ⌊i·n/m⌋ to
 * ⌈(i + 1)·n/m⌉ of n. An image's axes are pooled one after the other.
 */
function adaptive(call: Call, op: 'maxPool' | 'averagePool'): Value {
  const { builder, name, settings } = call;
  const input = only(call);
  if (input.dims.length !== 3) throw new RangeError(`it takes images, not ${input.dims.join('×')}`);
  const order = imageOrder(settings);
  const placed = arrange(builder, input, order, name);
  const wanted = settings.pair('output_size');
  let { node } = placed;
  for (const axis of [0, 1] as const) {
    const [rows = 0, columns = 0, channels = 0] = builder.shapeOf(node);
    const [side, count] = [axis === 0 ? rows : columns, wanted[axis]];
    if (count < 1 || count > side) throw new RangeError(`it makes ${count} windows of ${side} elements`);
    const poolOf = (size: number): Operation => {
      const window = axis === 0 ? ([size, 1] as const) : ([1, size] as const);
      return { op, geometry: { size: window, strides: window, padding: 'valid' } };
    };
    const own = axis === 0 ? `${name}/rows` : name;
    if (side % count === 0) {
      node = builder.add(own, poolOf(side / count), [node]);
      continue;
    }
    if (count > MOST_WINDOWS) throw new RangeError(`it makes ${count} windows of differing sizes`);
    const from = node;
    const windows = Array.from({ length: count }, (_, i) => {
      const begin = Math.floor((i * side) / count);
      const size = Math.ceil(((i + 1) * side) / count) - begin;
      const cut: Operation = {
        op: 'slice',
        begin: axis === 0 ? [begin, 0, 0] : [0, begin, 0],
        size: axis === 0 ? [size, columns, channels] : [rows, size, channels],
        strides: [1, 1, 1],
      };
      const place = `${name}/${axis === 0 ? 'row' : 'column'}${i}`;
      return builder.add(place, poolOf(size), [builder.add(`${place}/elements`, cut, [from])]);
    });
    node = builder.add(own, { op: 'concatenate', axis }, windows);
  }
  return valueOf(builder, node, order);
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
      return onSequence(call, (image) => pool(image, 'maxPool'));
    case 'AveragePooling1D':
    case 'AvgPool1D':
      return onSequence(call, (image) => pool(image, 'averagePool'));
    case 'AdaptiveAveragePooling2D':
      return adaptive(call, 'averagePool');
    case 'AdaptiveMaxPooling2D':
      return adaptive(call, 'maxPool');
    case 'AdaptiveAveragePooling1D':
      return onSequence(call, (image) => adaptive(image, 'averagePool'));
    case 'AdaptiveMaxPooling1D':
      return onSequence(call, (image) => adaptive(image, 'maxPool'));
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
