// Keras' layers of sequences [steps, channels], read as those of images of one row.
import { arrange, type Value } from '../layout';
import { imageOrder, type Call, type LayerWeights } from './layer';
import type { Settings } from './settings';

/** Settings that say one number for a sequence and a pair for an image, with what they are along the one row. */
const ALONG_ROWS: Readonly<Record<string, number>> = {
  ...{ kernel_size: 1, strides: 1, dilation_rate: 1, pool_size: 1, size: 1, output_size: 1 },
  output_padding: 0,
};

/** Edges that are put around or cut off: a number, or one for each end. */
function edges(value: unknown): unknown {
  const ends = Array.isArray(value) ? (value as unknown[]) : [value, value];
  return [[0, 0], ends.length === 1 ? [ends[0], ends[0]] : ends];
}

function widened(settings: Settings): Settings {
  let wide = settings;
  for (const [key, row] of Object.entries(ALONG_ROWS)) {
    const value = settings.raw(key);
    if (value !== undefined && value !== null) wide = wide.with(key, [row, settings.ints(key)[0]]);
  }
  for (const key of ['padding', 'cropping']) {
    const value = settings.raw(key);
    if (typeof value === 'number' || Array.isArray(value)) wide = wide.with(key, edges(value));
  }
  return wide;
}

/** Kernels [taps, …] as [1, taps, …]; biases as they are. */
const widenedWeights = (weights: LayerWeights): LayerWeights => ({
  find: (names, index) => {
    const weight = weights.find(names, index);
    return weight?.shape.length === 3 ? { ...weight, shape: [1, ...weight.shape] } : weight;
  },
});

/** The sequence as an image: the row comes before the steps. */
function asImage({ node, dims, order }: Value, row: number): Value {
  const shift = (axis: number): number => (axis < row ? axis : axis + 1);
  return {
    node,
    dims: [...dims.slice(0, row), 1, ...dims.slice(row)],
    order: [row, ...order.map(shift)],
  };
}

/** What a layer of images makes of sequences, which are its images of one row; several side by side are so many rows. */
export function onSequence(call: Call, layer: (call: Call) => Value): Value {
  const { builder, name } = call;
  const imageAxes = imageOrder(call.settings);
  const [row] = imageAxes;
  const { settings, weights } = call;
  const wide: Call = { ...call, settings: widened(settings), weights: widenedWeights(weights) };
  if (call.inputs[0]?.dims.length === 3 && row === 0) return layer(wide);
  const inputs = call.inputs.map((input) => {
    if (input.dims.length !== 2) throw new RangeError(`it takes sequences, not ${input.dims.join('×')}`);
    // laid out as it is, so that the row stands first
    return asImage(arrange(builder, input, input.order, name), row);
  });
  const image = layer({ ...wide, inputs });
  const { node, dims, order } = arrange(builder, image, imageAxes, name);
  const without = (axis: number): number => (axis < row ? axis : axis - 1);
  return {
    node,
    dims: dims.filter((_, axis) => axis !== row),
    order: order.filter((axis) => axis !== row).map(without),
  };
}
