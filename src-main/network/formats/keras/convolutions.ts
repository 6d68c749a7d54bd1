// Keras' convolutions and dense layers.
import type { Rank, Tensor1D } from '@tensorflow/tfjs-node';
import { reach } from '../../convolutions';
import type { Padding } from '../../kernels';
import type { Operation } from '../../network';
import { arrange, inOrder, reshaped, valueOf, type Value } from '../layout';
import { activated, onImage, only, rawWeight, weightOf, type Call, type Translate } from './layer';
import { onSequence } from './sequences';

function paddingOf(call: Call): Padding {
  const padding = call.settings.text('padding', 'valid');
  if (padding === 'causal') {
    // of sequences alone: no output sees the steps after its own
    const [, taps] = call.settings.pair('kernel_size');
    const [, dilation] = call.settings.pair('dilation_rate', [1, 1]);
    return [0, 0, reach(taps, dilation) - 1, 0];
  }
  if (padding !== 'same' && padding !== 'valid') throw new RangeError(`its padding is "${padding}"`);
  return padding;
}

const biasOf = (call: Call, index: number, units: number): Tensor1D | null =>
  call.settings.flag('use_bias', true) ? weightOf<Rank.R1>(call, ['bias'], index, [units]) : null;

function conv2d(call: Call): Value {
  const { settings } = call;
  const filters = settings.int('filters');
  const groups = settings.int('groups', 1);
  const size = settings.pair('kernel_size');
  const value = onImage(call, ([, , channels]) => ({
    op: 'conv2d',
    kernel: weightOf<Rank.R4>(call, ['kernel'], 0, [...size, channels / groups, filters]),
    bias: biasOf(call, 1, filters),
    geometry: {
      strides: settings.pair('strides', [1, 1]),
      padding: paddingOf(call),
      dilations: settings.pair('dilation_rate', [1, 1]),
    },
    groups,
  }));
  return activated(call, value);
}

function eachChannel(
  call: Call,
  kernelName: readonly string[],
  bias: boolean,
): (shape: readonly number[]) => Operation {
  const { settings } = call;
  const multiplier = settings.int('depth_multiplier', 1);
  return ([, , channels = 0]) => ({
    op: 'depthwiseConv2d',
    kernel: weightOf<Rank.R4>(call, kernelName, 0, [...settings.pair('kernel_size'), channels, multiplier]),
    bias: bias ? biasOf(call, 1, channels * multiplier) : null,
    geometry: {
      strides: settings.pair('strides', [1, 1]),
      padding: paddingOf(call),
      dilations: settings.pair('dilation_rate', [1, 1]),
    },
  });
}

const depthwise = (call: Call): Value =>
  activated(call, onImage(call, eachChannel(call, ['depthwise_kernel', 'kernel'], true)));

function separable(call: Call): Value {
  const { settings, name } = call;
  const filters = settings.int('filters');
  const spread = onImage(
    { ...call, name: `${name}/depthwise` },
    eachChannel(call, ['depthwise_kernel'], false),
  );
  const mixed = onImage({ ...call, inputs: [spread] }, ([, , channels]) => ({
    op: 'conv2d',
    kernel: weightOf<Rank.R4>(call, ['pointwise_kernel'], 1, [1, 1, channels, filters]),
    bias: biasOf(call, 2, filters),
    geometry: { strides: [1, 1], padding: 'valid', dilations: [1, 1] },
  }));
  return activated(call, mixed);
}

/** Output length of Keras' transposed convolution (keras/src/backend/common/backend_utils.py). */
function transposedExtent(
  input: number,
  taps: number,
  stride: number,
  dilation: number,
  padding: Padding,
  extra: number | null,
): { output: number; crop: number } {
  const window = reach(taps, dilation);
  if (padding === 'same') {
    const output =
      extra === null ? input * stride : (input - 1) * stride + window - 2 * Math.floor(window / 2) + extra;
    // what a forward convolution over the output would pad before
    const total = Math.max(0, (Math.ceil(output / stride) - 1) * stride + window - output);
    return { output, crop: Math.floor(total / 2) };
  }
  const output =
    extra === null ? input * stride + Math.max(window - stride, 0) : (input - 1) * stride + window + extra;
  return { output, crop: 0 };
}

function transposed(call: Call): Value {
  const { settings } = call;
  const filters = settings.int('filters');
  const size = settings.pair('kernel_size');
  const strides = settings.pair('strides', [1, 1]);
  const dilations = settings.pair('dilation_rate', [1, 1]);
  const padding = paddingOf(call);
  const extra = settings.raw('output_padding') == null ? null : settings.pair('output_padding');
  const value = onImage(call, ([rows, columns, channels]) => {
    const [vertical, horizontal] = ([0, 1] as const).map((axis) =>
      transposedExtent(
        [rows, columns][axis] as number,
        size[axis],
        strides[axis],
        dilations[axis],
        padding,
        extra?.[axis] ?? null,
      ),
    ) as [{ output: number; crop: number }, { output: number; crop: number }];
    return {
      op: 'convTranspose2d',
      kernel: weightOf<Rank.R4>(call, ['kernel'], 0, [...size, filters, channels]),
      bias: biasOf(call, 1, filters),
      ...{ strides, dilations, groups: 1 },
      crop: [vertical.crop, horizontal.crop],
      output: [vertical.output, horizontal.output],
    };
  });
  return activated(call, value);
}

/** Along the last axis: of images it is a convolution of 1×1. */
function dense(call: Call): Value {
  const { builder, name, settings } = call;
  const value = only(call);
  const units = settings.int('units');
  const input = arrange(builder, value, inOrder(value.dims), name);
  const inputs = input.dims.at(-1) ?? 1;
  const weight = rawWeight(call, ['kernel'], 0, [inputs, units]);
  const bias = biasOf(call, 1, units);
  const operation: Operation =
    input.dims.length === 1
      ? { op: 'dense', kernel: builder.weight<Rank.R2>(`${name}/kernel`, weight), bias }
      : {
          op: 'conv2d',
          kernel: builder.weight<Rank.R4>(`${name}/kernel`, { ...weight, shape: [1, 1, inputs, units] }),
          bias,
          geometry: { strides: [1, 1], padding: 'valid', dilations: [1, 1] },
        };
  if (input.dims.length > 3)
    throw new RangeError(`it takes at most three dimensions, not ${input.dims.length}`);
  return activated(call, valueOf(builder, builder.add(name, operation, [input.node]), input.order));
}

export const convolutionLayer: Translate = (call) => {
  switch (call.kind) {
    case 'Conv2D':
    case 'Convolution2D':
      return conv2d(call);
    case 'DepthwiseConv2D':
      return depthwise(call);
    case 'SeparableConv2D':
    case 'SeparableConvolution2D':
      return separable(call);
    case 'Conv2DTranspose':
    case 'Convolution2DTranspose':
    case 'Deconvolution2D':
      return transposed(call);
    case 'Conv1D':
    case 'Convolution1D':
      return onSequence(call, conv2d);
    case 'DepthwiseConv1D':
      return onSequence(call, depthwise);
    case 'SeparableConv1D':
    case 'SeparableConvolution1D':
      return onSequence(call, separable);
    case 'Conv1DTranspose':
    case 'Convolution1DTranspose':
      return onSequence(call, transposed);
    case 'Dense':
      return dense(call);
    case 'Flatten': {
      const value = only(call);
      // Keras flattens what it calls channels_first as if channels were last
      const dims = value.dims.map((_, axis) => axis);
      const last = call.settings.text('data_format', 'channels_last') === 'channels_first' && dims.length > 1;
      const seen = last ? relabelled(value) : value;
      return reshaped(call.builder, call.name, seen, [value.dims.reduce((all, side) => all * side, 1)]);
    }
    default:
      return null;
  }
};

/** [channels, …] as [… , channels]. */
function relabelled(value: Value): Value {
  const rank = value.dims.length;
  return {
    ...value,
    dims: [...value.dims.slice(1), value.dims[0] as number],
    order: value.order.map((axis) => (axis + rank - 1) % rank),
  };
}
