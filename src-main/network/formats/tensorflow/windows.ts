// TensorFlow's convolutions, pools and matrix products, what they are fused with, and the blocks that dilate them.
import type { Rank } from '@tensorflow/tfjs-node';
import { paddingAlong, reach } from '../../convolutions';
import type { Padding } from '../../kernels';
import type { Operation } from '../../network';
import { convolve, convolveTransposed, multiplyMatrix, pool, transposeWeight } from '../image-operations';
import { arrange, CHANNELS_LAST, constantIn, elementwise, inOrder, valueOf, type Value } from '../layout';
import type { NodeContext } from './graph';
import { rectified, UNARY } from './unary';

type Pair = [number, number];

function onlyChannelsLast(context: NodeContext): void {
  if (context.text('data_format', 'NHWC') !== 'NHWC') throw new RangeError('its channels come first');
}

const spatial = (values: readonly number[]): Pair => [values[1] ?? 1, values[2] ?? 1];

function paddingOf(context: NodeContext): Padding {
  const padding = context.text('padding', 'VALID');
  if (padding === 'SAME') return 'same';
  if (padding === 'VALID') return 'valid';
  const [, , top = 0, bottom = 0, left = 0, right = 0] = context.ints('explicit_paddings');
  return [top, bottom, left, right];
}

/** What a fused node does after its convolution or product, its bias aside. */
function fused(context: NodeContext, value: Value, from: number): Value {
  const rest = context.texts('fused_ops').filter((name) => name !== 'BiasAdd');
  return rest.reduce((before, name) => {
    const label = `${context.name}/${name}`;
    if (name === 'LeakyRelu')
      return elementwise(
        context.builder,
        label,
        rectified(context.float('leakyrelu_alpha', 0.2), Infinity),
        before,
      );
    if (name === 'Prelu') return prelu(context, label, before, from);
    const operation = Object.hasOwn(UNARY, name) ? UNARY[name] : undefined;
    if (operation === undefined) throw new RangeError(`it is fused with ${name}`);
    return elementwise(context.builder, label, operation, before);
  }, value);
}

export function prelu(context: NodeContext, name: string, value: Value, index: number): Value {
  const placed = arrange(context.builder, value, value.order, name);
  const { shape, data } = constantIn(placed, context.constant(index));
  const slope = context.builder.weight(`${name}/slope`, { shape, data });
  return valueOf(
    context.builder,
    context.builder.add(name, { op: 'prelu', slope }, [placed.node]),
    placed.order,
  );
}

export function conv(context: NodeContext, depthwise: boolean): Value {
  onlyChannelsLast(context);
  const value = context.value();
  const weight = context.constant(1);
  const [rows = 1, columns = 1, channels = 1, last = 1] = weight.shape;
  const into = value.dims[2] ?? 0;
  const hasBias = context.texts('fused_ops').includes('BiasAdd');
  const convolved = convolve(context.builder, context.name, value, false, {
    kernel: depthwise ? { shape: [rows, columns, 1, channels * last], data: weight.data } : weight,
    bias: hasBias ? context.constant(2) : null,
    groups: depthwise ? channels : into / channels,
    strides: spatial(context.ints('strides')),
    dilations: context.dilated.get(value.node) ?? spatial(context.ints('dilations')),
    padding: paddingOf(context),
  });
  return fused(context, convolved, 3);
}

/** The gradient of a convolution in its input, as which TensorFlow writes a transposed one. */
export function transposed(context: NodeContext): Value {
  onlyChannelsLast(context);
  const kernel = context.constant(1);
  const [, rows = 1, columns = 1] = context.constant(0).data;
  const strides = spatial(context.ints('strides'));
  const dilations = spatial(context.ints('dilations'));
  const padding = paddingOf(context);
  const crop = ([0, 1] as const).map((axis) => {
    const window = reach(kernel.shape[axis] ?? 1, dilations[axis]);
    return paddingAlong(padding, axis, [rows, columns][axis] as number, window, strides[axis])[0];
  }) as Pair;
  return convolveTransposed(context.builder, context.name, context.value(2), false, {
    ...{ kernel, bias: null, strides, dilations, groups: 1, crop },
    output: [rows, columns],
  });
}

export function matMul(context: NodeContext): Value {
  const stated = context.constant(1);
  const matrix =
    context.flag('transpose_b') || context.flag('adj_y') ? transposeWeight(stated, [1, 0]) : stated;
  if (context.flag('transpose_a')) throw new RangeError('it transposes the batch');
  const hasBias = context.texts('fused_ops').includes('BiasAdd');
  const multiplied = multiplyMatrix(
    context.builder,
    context.name,
    context.value(),
    matrix,
    hasBias ? context.constant(2) : null,
  );
  return fused(context, multiplied, 3);
}

export function pooled(context: NodeContext, op: 'maxPool' | 'averagePool'): Value {
  onlyChannelsLast(context);
  const [size, strides] = [spatial(context.ints('ksize')), spatial(context.ints('strides'))];
  return pool(context.builder, context.name, context.value(), false, op, {
    size,
    strides,
    padding: paddingOf(context),
  });
}

export function batchNorm(context: NodeContext): Value {
  onlyChannelsLast(context);
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((index) => context.constant(index).data) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const epsilon = context.float('epsilon', 1e-4);
  const factor = gamma.map((side, i) => side / Math.sqrt((variance[i] as number) + epsilon));
  const term = beta.map((side, i) => side - (mean[i] as number) * (factor[i] as number));
  const { builder, name } = context;
  const placed = arrange(builder, context.value(), CHANNELS_LAST, name);
  const operation: Operation = {
    op: 'affine',
    scale: builder.weight<Rank.R1>(name, { shape: [factor.length], data: factor }),
    offset: builder.weight<Rank.R1>(name, { shape: [term.length], data: term }),
  };
  return valueOf(builder, builder.add(name, operation, [placed.node]), placed.order);
}

/** Edges of the spatial dimensions as SpaceToBatchND and BatchToSpaceND have them: of an image's rows and columns, or of steps. */
function edgesOf(context: NodeContext, value: Value): Pair[] {
  const stated = context.constant(2).data;
  const rank = value.dims.length;
  if (rank < 2 || rank > 3 || stated.length !== 2 * (rank - 1))
    throw new RangeError(`its blocks are of ${stated.length / 2} dimensions`);
  const edges = value.dims.slice(0, -1).map((_, i): Pair => [stated[2 * i] ?? 0, stated[2 * i + 1] ?? 0]);
  return [...Array.from({ length: 3 - rank }, (): Pair => [0, 0]), ...edges, [0, 0]];
}

/** Pads as SpaceToBatchND does, and notes the blocks: what comes of them is dilated by their size. */
export function toBlocks(context: NodeContext): Value {
  const { builder, name } = context;
  const value = context.value();
  const amounts = edgesOf(context, value);
  const placed = arrange(builder, value, inOrder(value.dims), name);
  const node = builder.add(name, { op: 'pad', mode: 'constant', value: 0, amounts }, [placed.node]);
  const [first = 1, second] = context.constant(1).data;
  context.dilated.set(node, second === undefined ? [1, first] : [first, second]);
  return valueOf(builder, node, placed.order);
}

/** Cuts as BatchToSpaceND does; the blocks are in their places already. */
export function fromBlocks(context: NodeContext): Value {
  const { builder, name } = context;
  const value = context.value();
  const edges = edgesOf(context, value);
  const placed = arrange(builder, value, inOrder(value.dims), name);
  const size = builder.shapeOf(placed.node).map((side, axis) => {
    const [before, after] = edges[axis] as Pair;
    return side - before - after;
  });
  const begin = edges.map(([before]) => before);
  const operation: Operation = { op: 'slice', begin, size, strides: [1, 1, 1] };
  return valueOf(builder, builder.add(name, operation, [placed.node]), placed.order);
}
