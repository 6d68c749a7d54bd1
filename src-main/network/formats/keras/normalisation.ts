// Keras' normalisations: with the statistics of training, and with those of the image.
import type { Rank } from '@tensorflow/tfjs-node';
import type { Operation } from '../../network';
import { arrange, axisOf, elementwise, inOrder, valueOf, type Value } from '../layout';
import { only, rawWeight, weightOf, type Call, type Translate } from './layer';

/** The layer's axes, or one, as axes of the features without the batch. */
function axesOf(call: Call, rank: number, fallback: number): number[] {
  return call.settings.ints('axis', [fallback]).map((axis) => (axis < 0 ? axis + rank : axis - 1));
}

/** x·scale + offset with one number of each for every channel, wherever channels stand. */
function perChannel(
  call: Call,
  value: Value,
  axis: number,
  scale: Float32Array,
  offset: Float32Array,
): Value {
  const { builder, name } = call;
  const rank = value.dims.length;
  const order = [...inOrder(value.dims).filter((at) => at !== axis), axis];
  const placed = arrange(builder, value, rank === 3 ? order : inOrder(value.dims), name);
  if (axisOf(placed, axis) !== Math.max(rank, 3) - 1) throw new RangeError(`it works along axis ${axis + 1}`);
  const operation: Operation = {
    op: 'affine',
    scale: builder.weight<Rank.R1>(name, { data: scale, shape: [scale.length] }),
    offset: builder.weight<Rank.R1>(name, { data: offset, shape: [offset.length] }),
  };
  return valueOf(builder, builder.add(name, operation, [placed.node]), placed.order);
}

function batch(call: Call): Value {
  const { settings } = call;
  const value = only(call);
  const [axis = 0] = axesOf(call, value.dims.length, -1);
  const channels = value.dims[axis] ?? 0;
  const [scaled, centred] = [settings.flag('scale', true), settings.flag('center', true)];
  let index = 0;
  const next = (name: string, present: boolean, otherwise: number): Float32Array =>
    present ? rawWeight(call, [name], index++, [channels]).data : new Float32Array(channels).fill(otherwise);
  const [gamma, beta] = [next('gamma', scaled, 1), next('beta', centred, 0)];
  const [mean, variance] = [next('moving_mean', true, 0), next('moving_variance', true, 1)];
  const epsilon = settings.number('epsilon', 1e-3);
  const scale = gamma.map((factor, i) => factor / Math.sqrt((variance[i] as number) + epsilon));
  const offset = beta.map((term, i) => term - (mean[i] as number) * (scale[i] as number));
  return perChannel(call, value, axis, scale, offset);
}

/** (x − mean) / √variance with stated or adapted statistics. */
function standardise(call: Call): Value {
  const { settings } = call;
  const value = only(call);
  const rank = value.dims.length;
  const [axis = rank - 1] = settings.raw('axis') === null ? [rank - 1] : axesOf(call, rank, -1);
  const channels = value.dims[axis] ?? 0;
  const stated = (key: string, name: string, index: number): Float32Array => {
    const numbers = settings.numbers(key);
    const found =
      numbers === null ? rawWeight(call, [name], index, [channels]).data : Float32Array.from(numbers);
    if (found.length !== 1 && found.length !== channels)
      throw new RangeError(`its ${key} has ${found.length} values`);
    return new Float32Array(channels).map((_, i) => found[found.length === 1 ? 0 : i] as number);
  };
  const [mean, variance] = [stated('mean', 'mean', 0), stated('variance', 'variance', 1)];
  const deviation = variance.map((square) => Math.max(Math.sqrt(square), 1e-7));
  const inverse = settings.flag('invert', false);
  const scale = deviation.map((side) => (inverse ? side : 1 / side));
  const offset = mean.map((middle, i) => (inverse ? middle : -middle * (scale[i] as number)));
  return perChannel(call, value, axis, scale, offset);
}

function rescale(call: Call): Value {
  const { builder, name, settings } = call;
  const value = only(call);
  const placed = arrange(builder, value, value.order, name);
  const [scale, offset] = [settings.numbers('scale') ?? [1], settings.numbers('offset') ?? [0]];
  for (const values of [scale, offset]) {
    if (values.length !== 1 && values.length !== value.dims.at(-1))
      throw new RangeError(`it has ${values.length} factors`);
  }
  return elementwise(
    builder,
    name,
    {
      op: 'affine',
      scale: builder.tensor(scale, [scale.length]),
      offset: builder.tensor(offset, [offset.length]),
    },
    placed,
  );
}

/** One factor for each channel: the LayerScale of keras.applications' ConvNeXt, known by its settings. */
function layerScale(call: Call): Value | null {
  const value = only(call);
  const channels = value.dims.at(-1) ?? 0;
  if (call.settings.raw('projection_dim') !== channels) return null;
  const { data } = rawWeight(call, ['gamma', 'variable'], 0, [channels]);
  return perChannel(call, value, value.dims.length - 1, data, new Float32Array(channels));
}

/** Weights gamma and beta over the last axes, where the layer has them. */
function affineWeights(
  call: Call,
  shape: readonly number[],
): { scale: ReturnType<typeof weightOf> | null; offset: ReturnType<typeof weightOf> | null } {
  const { settings } = call;
  const scaled = settings.flag('scale', true);
  const scale = scaled ? weightOf(call, ['gamma', 'scale'], 0, shape) : null;
  const offset = settings.flag('center', true) ? weightOf(call, ['beta'], scaled ? 1 : 0, shape) : null;
  return { scale, offset };
}

function layerNorm(call: Call, centred: boolean): Value {
  const { builder, name, settings } = call;
  const value = only(call);
  const rank = value.dims.length;
  const placed = arrange(builder, value, inOrder(value.dims), name);
  const axes = axesOf(call, rank, -1).sort((a, b) => a - b);
  if (axes.at(-1) !== rank - 1 || axes.some((axis, i) => axis !== rank - axes.length + i)) {
    throw new RangeError(`it works along axes ${axes.join()}, not the last ones`);
  }
  const shape = axes.map((axis) => placed.dims[axis] as number);
  const weights = centred
    ? affineWeights(call, shape)
    : { scale: weightOf(call, ['scale', 'gamma'], 0, shape), offset: null };
  const operation: Operation = {
    ...{ op: 'normalise', centred, groups: 1, ...weights },
    axes: axes.map((axis) => axisOf(placed, axis)),
    epsilon: settings.number('epsilon', centred ? 1e-3 : 1e-6),
  };
  return valueOf(builder, builder.add(name, operation, [placed.node]), placed.order);
}

/** Normalises each group of channels over the image (Wu & He 2018). */
function groupNorm(call: Call): Value {
  const { builder, name, settings } = call;
  const value = only(call);
  const rank = value.dims.length;
  const [axis = rank - 1] = axesOf(call, rank, -1);
  const placed = arrange(builder, value, [...inOrder(value.dims).filter((at) => at !== axis), axis], name);
  const channels = value.dims[axis] as number;
  const stated = settings.int('groups', 32);
  const groups = stated === -1 ? channels : stated;
  const operation: Operation = {
    ...{ op: 'normalise', centred: true, groups, ...affineWeights(call, [channels]) },
    axes: placed.dims.map((_, at) => axisOf(placed, at)),
    epsilon: settings.number('epsilon', 1e-3),
  };
  return valueOf(builder, builder.add(name, operation, [placed.node]), placed.order);
}

function unitNorm(call: Call): Value {
  const { builder, name } = call;
  const value = only(call);
  const placed = arrange(builder, value, value.order, name);
  const axes = axesOf(call, value.dims.length, -1).map((axis) => axisOf(placed, axis));
  return elementwise(builder, name, { op: 'unitNorm', axes, epsilon: 1e-12 }, placed);
}

export const normalisationLayer: Translate = (call) => {
  switch (call.kind) {
    case 'BatchNormalization':
    case 'BatchNormalizationV1':
    case 'BatchNormalizationV2':
    case 'SyncBatchNormalization':
      return batch(call);
    case 'Normalization':
      return standardise(call);
    case 'LayerScale':
      return layerScale(call);
    case 'Rescaling':
      return rescale(call);
    case 'LayerNormalization':
      return layerNorm(call, !call.settings.flag('rms_scaling', false));
    case 'RMSNormalization':
      return layerNorm(call, false);
    case 'GroupNormalization':
      return groupNorm(call);
    case 'UnitNormalization':
      return unitNorm(call);
    default:
      return null;
  }
};
