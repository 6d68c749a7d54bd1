// Keras layers that apply another layer: to each step, or with a kernel that training keeps small.
import { product, reshaped, type Value } from '../layout';
import type { LayerConfig } from './config';
import { only, type Call, type LayerWeights } from './layer';
import { Settings } from './settings';

/** Layers that see each step alone when they are applied to all at once: along the last axis, or along a row. */
const STEPWISE = new Set([
  ...['Dense', 'Activation', 'ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU', 'Softmax', 'Flatten'],
  ...['BatchNormalization', 'LayerNormalization', 'RMSNormalization', 'UnitNormalization'],
  ...['Dropout', 'SpatialDropout1D', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout', 'Rescaling'],
  ...['Conv1D', 'Conv1DTranspose', 'DepthwiseConv1D', 'SeparableConv1D', 'MaxPooling1D', 'AveragePooling1D'],
  ...['ZeroPadding1D', 'Cropping1D', 'UpSampling1D'],
]);

/** Axes of a step, counted with the batch, as those of all steps; negative ones stay. */
function shifted(settings: Settings): Settings {
  const shift = (axis: unknown): unknown => (typeof axis === 'number' && axis > 0 ? axis + 1 : axis);
  const stated = settings.raw('axis');
  if (stated === undefined) return settings;
  return settings.with('axis', Array.isArray(stated) ? stated.map(shift) : shift(stated));
}

/** Each step's elements in one dimension. */
function flattened(call: Call): Value {
  const value = only(call);
  const [steps = 1, ...rest] = value.dims;
  return reshaped(call.builder, call.name, value, [steps, product(rest)]);
}

/**
 * The call of the layer within: its translation stands for the wrapper's. `within` are the weights that the file has for
 * the layer in the wrapper; some formats keep them as the wrapper's own.
 */
export function unwrapped(call: Call, inner: LayerConfig, within: LayerWeights): Call | Value {
  const weights: LayerWeights = {
    find: (names, index) => within.find(names, index) ?? call.weights.find(names, index),
  };
  const settings = new Settings(inner.config);
  const applied: Call = { ...call, kind: inner.kind, settings, weights };
  if (inner.model !== null || inner.wrapped !== null)
    throw new RangeError(`it applies a ${inner.kind}, which holds layers itself`);
  // the kernel is kept as training left it (keras/src/layers/normalization/spectral_normalization.py)
  if (call.kind === 'SpectralNormalization') return applied;
  if (!STEPWISE.has(inner.kind)) throw new RangeError(`it applies a ${inner.kind} to each step`);
  if (inner.kind === 'Flatten') return flattened(applied);
  return { ...applied, settings: shifted(settings) };
}
