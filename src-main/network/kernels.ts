// TensorFlow's own kernels, past tfjs: the fused and dedicated ones that tfjs composes out of several.
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';

/** Zeros before and after the rows and the columns. */
export type ExplicitPadding = readonly [top: number, bottom: number, left: number, right: number];

/** 'same' pads so that the output is ⌈input / stride⌉, 'valid' does not pad; else as many zeros as it says. */
export type Padding = 'same' | 'valid' | ExplicitPadding;

interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

const backend = (): NodeJSKernelBackend => tf.backend() as NodeJSKernelBackend;

/** The addon's constants for the type of an attribute (TF_ATTR_*, TF_FLOAT …). */
interface AddonConstants {
  TF_ATTR_INT: number;
  TF_ATTR_BOOL: number;
  TF_ATTR_STRING: number;
  TF_ATTR_FLOAT: number;
  TF_ATTR_TYPE: number;
  TF_FLOAT: number;
  TF_INT32: number;
}

let constants: AddonConstants | undefined;
const addon = (): AddonConstants => (constants ??= backend().binding as unknown as AddonConstants);

const int = (name: string, value: number | readonly number[]): Attribute => ({
  name,
  type: addon().TF_ATTR_INT,
  value,
});
const bool = (name: string, value: boolean): Attribute => ({ name, type: addon().TF_ATTR_BOOL, value });
const text = (name: string, value: string): Attribute => ({ name, type: addon().TF_ATTR_STRING, value });
const floatType = (): Attribute => ({ name: 'T', type: addon().TF_ATTR_TYPE, value: addon().TF_FLOAT });

/** Attributes are plain objects that the addon reads at every call; building each set once saves that time. */
const built = new Map<string, Attribute[]>();
function attributes(key: string, build: () => Attribute[]): Attribute[] {
  let found = built.get(key);
  if (found === undefined) built.set(key, (found = build()));
  return found;
}

/** Geometry of a 2-D convolution. Strides and dilations are [rows, columns]. */
export interface ConvGeometry {
  readonly strides: readonly [number, number];
  readonly padding: Padding;
  readonly dilations: readonly [number, number];
}

/** Geometry of a 2-D pooling. Size and strides are [rows, columns]. */
export interface PoolGeometry {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
}

/** Explicit paddings are named only where there are some: older libraries know none for pooling. */
const paddingAttributes = (padding: Padding): Attribute[] => [
  text('padding', typeof padding === 'string' ? padding.toUpperCase() : 'EXPLICIT'),
  ...(typeof padding === 'string' ? [] : [int('explicit_paddings', [0, 0, ...padding, 0, 0])]),
  text('data_format', 'NHWC'),
];

function convAttributes({ strides, padding, dilations }: ConvGeometry): Attribute[] {
  return attributes(`conv ${strides} ${padding} ${dilations}`, () => [
    floatType(),
    int('strides', [1, ...strides, 1]),
    bool('use_cudnn_on_gpu', true),
    ...paddingAttributes(padding),
    int('dilations', [1, ...dilations, 1]),
  ]);
}

function depthwiseAttributes(stride: number, padding: Padding): Attribute[] {
  return attributes(`depthwise ${stride} ${padding}`, () => [
    floatType(),
    int('strides', [1, stride, stride, 1]),
    ...paddingAttributes(padding),
    int('dilations', [1, 1, 1, 1]),
  ]);
}

function poolAttributes({ size, strides, padding }: PoolGeometry): Attribute[] {
  return attributes(`pool ${size} ${strides} ${padding}`, () => [
    floatType(),
    int('ksize', [1, ...size, 1]),
    int('strides', [1, ...strides, 1]),
    ...paddingAttributes(padding),
  ]);
}

/** Average pooling knows no explicit padding. */
function averageAttributes({ size, strides, padding }: PoolGeometry): Attribute[] {
  if (typeof padding !== 'string') throw new RangeError('Average pooling pads in a step of its own.');
  return attributes(`average ${size} ${strides} ${padding}`, () => [
    floatType(),
    int('ksize', [1, ...size, 1]),
    int('strides', [1, ...strides, 1]),
    text('padding', padding.toUpperCase()),
    text('data_format', 'NHWC'),
  ]);
}

const biasAttributes = (): Attribute[] =>
  attributes('bias', () => [floatType(), text('data_format', 'NHWC')]);
const plainAttributes = (): Attribute[] => attributes('T', () => [floatType()]);

const run = (op: string, attrs: Attribute[], inputs: Tensor[]): Tensor =>
  backend().executeSingleOutput(op, attrs as never, inputs);

/** Convolution of x [n, h, w, c] with a kernel [kh, kw, c, f]: [n, h', w', f]. */
export function conv2d(x: Tensor4D, kernel: Tensor4D, geometry: ConvGeometry): Tensor4D {
  return run('Conv2D', convAttributes(geometry), [x, kernel]) as Tensor4D;
}

/** Gradient of a convolution without dilation or groups with respect to its input of the given shape. */
export function conv2dInputGradient(
  shape: readonly [number, number, number, number],
  kernel: Tensor4D,
  dy: Tensor4D,
  geometry: ConvGeometry,
): Tensor4D {
  const sizes = tf.tensor1d([...shape], 'int32');
  const dx = run('Conv2DBackpropInput', convAttributes(geometry), [sizes, kernel, dy]) as Tensor4D;
  sizes.dispose();
  return dx;
}

/** Gradient of a convolution with respect to its kernel of the given shape [kh, kw, c, f]. */
export function conv2dKernelGradient(
  x: Tensor4D,
  shape: readonly [number, number, number, number],
  dy: Tensor4D,
  geometry: ConvGeometry,
): Tensor4D {
  const sizes = tf.tensor1d([...shape], 'int32');
  const dw = run('Conv2DBackpropFilter', convAttributes(geometry), [x, sizes, dy]) as Tensor4D;
  sizes.dispose();
  return dw;
}

/**
 * Depthwise convolution of x [n, h, w, c] with [kh, kw, c, m]: [n, h', w', c·m]. Where oneDNN is absent the kernel
 * takes square strides and no dilation alone, so it is offered no other.
 */
export function depthwiseConv2d(x: Tensor4D, kernel: Tensor4D, stride: number, padding: Padding): Tensor4D {
  return run('DepthwiseConv2dNative', depthwiseAttributes(stride, padding), [x, kernel]) as Tensor4D;
}

/** Gradient of a depthwise convolution with respect to its input of the given shape. */
export function depthwiseInputGradient(
  shape: readonly [number, number, number, number],
  kernel: Tensor4D,
  dy: Tensor4D,
  stride: number,
  padding: Padding,
): Tensor4D {
  const sizes = tf.tensor1d([...shape], 'int32');
  const dx = run('DepthwiseConv2dNativeBackpropInput', depthwiseAttributes(stride, padding), [
    sizes,
    kernel,
    dy,
  ]) as Tensor4D;
  sizes.dispose();
  return dx;
}

/** x + bias along the last axis. */
export function biasAdd<T extends Tensor>(x: T, bias: Tensor1D): T {
  return run('BiasAdd', biasAttributes(), [x, bias]) as T;
}

/** Gradient of biasAdd with respect to the bias: dy summed over all but the last axis. */
export function biasGradient(dy: Tensor): Tensor1D {
  return run('BiasAddGrad', biasAttributes(), [dy]) as Tensor1D;
}

/** max(x, 0). */
export function relu<T extends Tensor>(x: T): T {
  return run('Relu', plainAttributes(), [x]) as T;
}

/** dy where the ReLU's output y is above 0, else 0. */
export function reluGradient<T extends Tensor>(dy: T, y: T): T {
  return run('ReluGrad', plainAttributes(), [dy, y]) as T;
}

/** min(max(x, 0), 6). */
export function relu6<T extends Tensor>(x: T): T {
  return run('Relu6', plainAttributes(), [x]) as T;
}

/** dy where relu6's output y is between 0 and 6, else 0. */
export function relu6Gradient<T extends Tensor>(dy: T, y: T): T {
  return run('Relu6Grad', plainAttributes(), [dy, y]) as T;
}

const leakyAttributes = (alpha: number): Attribute[] =>
  attributes(`leaky ${alpha}`, () => [
    floatType(),
    { name: 'alpha', type: addon().TF_ATTR_FLOAT, value: alpha },
  ]);

/** x where it is above 0, else alpha·x; alpha below 1. */
export function leakyRelu<T extends Tensor>(x: T, alpha: number): T {
  return run('LeakyRelu', leakyAttributes(alpha), [x]) as T;
}

/** Gradient of leakyRelu in x. */
export function leakyReluGradient<T extends Tensor>(dy: T, x: T, alpha: number): T {
  return run('LeakyReluGrad', leakyAttributes(alpha), [dy, x]) as T;
}

/** Max-pooling of x [n, h, w, c]. */
export function maxPool(x: Tensor4D, geometry: PoolGeometry): Tensor4D {
  return run('MaxPool', poolAttributes(geometry), [x]) as Tensor4D;
}

/** Gradient of max-pooling: dy goes to the first greatest element of each window of x. */
export function maxPoolGradient(x: Tensor4D, y: Tensor4D, dy: Tensor4D, geometry: PoolGeometry): Tensor4D {
  return run('MaxPoolGrad', poolAttributes(geometry), [x, y, dy]) as Tensor4D;
}

/** Mean over windows of x [n, h, w, c], padding left out of the count. */
export function averagePool(x: Tensor4D, geometry: PoolGeometry): Tensor4D {
  return run('AvgPool', averageAttributes(geometry), [x]) as Tensor4D;
}

/** Gradient of averagePool with respect to its input of the given shape. */
export function averagePoolGradient(
  shape: readonly [number, number, number, number],
  dy: Tensor4D,
  geometry: PoolGeometry,
): Tensor4D {
  const sizes = tf.tensor1d([...shape], 'int32');
  const dx = run('AvgPoolGrad', averageAttributes(geometry), [sizes, dy]) as Tensor4D;
  sizes.dispose();
  return dx;
}

/** The greater of a and b, element by element; both of one shape, as in the functions below. */
export const maximum = (a: Tensor, b: Tensor): Tensor => run('Maximum', plainAttributes(), [a, b]);

/** a + b. */
export const add = (a: Tensor, b: Tensor): Tensor => run('AddV2', plainAttributes(), [a, b]);

/** a − b. */
export const subtract = (a: Tensor, b: Tensor): Tensor => run('Sub', plainAttributes(), [a, b]);

/** Euclidean norms [n, 1] of the rows of x [n, d]. */
export function rowNorms(x: Tensor2D): Tensor2D {
  const attrs = attributes('norm', () => [
    floatType(),
    { name: 'Tidx', type: addon().TF_ATTR_TYPE, value: addon().TF_INT32 },
    bool('keep_dims', true),
  ]);
  const axis = tf.scalar(1, 'int32');
  const found = run('EuclideanNorm', attrs, [x, axis]) as Tensor2D;
  axis.dispose();
  return found;
}

/** The rows of x [n, d] at length 1; rows of zeros stay as they are. */
export function unitRows(x: Tensor2D): Tensor2D {
  const lengths = rowNorms(x);
  const rows = run('DivNoNan', plainAttributes(), [x, lengths]) as Tensor2D;
  lengths.dispose();
  return rows;
}

const pairAttributes = (key: 'num' | 'N'): Attribute[] =>
  attributes(`pair ${key}`, () => [floatType(), int(key, 2), int('axis', 1)]);

/** The two halves [n, m] of x [n, 2, m]. */
export function unpackPair(x: Tensor): [Tensor, Tensor] {
  return backend().executeMultipleOutputs('Unpack', pairAttributes('num') as never, [x], 2) as [
    Tensor,
    Tensor,
  ];
}

/** a and b [n, m] as [n, 2, m]. */
export const packPair = (a: Tensor, b: Tensor): Tensor => run('Pack', pairAttributes('N'), [a, b]);

/** Softmax cross-entropy of each row, and its gradient in the logits. Logits and labels are [n, classes]. */
export function softmaxCrossEntropy(logits: Tensor2D, labels: Tensor2D): [Tensor1D, Tensor2D] {
  const found = backend().executeMultipleOutputs(
    'SoftmaxCrossEntropyWithLogits',
    plainAttributes() as never,
    [logits, labels],
    2,
  );
  return found as [Tensor1D, Tensor2D];
}

/** Uniform numbers in [0, 1) that are a function of two seeds alone (Salmon et al. 2011, Philox). */
export function randomUniform(shape: readonly number[], seeds: readonly [number, number]): Tensor {
  const attrs = attributes('random', () => [
    { ...floatType(), name: 'dtype' },
    { name: 'T', type: addon().TF_ATTR_TYPE, value: addon().TF_INT32 },
    { name: 'Tseed', type: addon().TF_ATTR_TYPE, value: addon().TF_INT32 },
  ]);
  const inputs = [[...shape], seeds.map((seed) => seed | 0)].map((values) => tf.tensor1d(values, 'int32'));
  const drawn = run('StatelessRandomUniform', attrs, inputs);
  tf.dispose(inputs);
  return drawn;
}

/** a·b, either side transposed on the way. */
export function matMul(a: Tensor2D, b: Tensor2D, transposeA = false, transposeB = false): Tensor2D {
  const attrs = attributes(`matmul ${transposeA} ${transposeB}`, () => [
    floatType(),
    bool('transpose_a', transposeA),
    bool('transpose_b', transposeB),
  ]);
  return run('MatMul', attrs, [a, b]) as Tensor2D;
}
