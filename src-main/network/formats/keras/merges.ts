// Keras' merging layers, and the arithmetic that a functional model writes between its layers.
import type { Arithmetic, Operation, Reduction } from '../../network';
import { reduceAxes } from '../image-operations';
import { arrange, axisOf, elementwise, valueOf, type Value } from '../layout';
import { only, type Call, type Translate } from './layer';

const MERGES: Readonly<Record<string, Arithmetic>> = {
  Add: 'add',
  Subtract: 'subtract',
  Multiply: 'multiply',
  Average: 'average',
  Maximum: 'maximum',
  Minimum: 'minimum',
};

/** Functions of TFOpLambda layers (Keras 2) and operations of keras.ops (Keras 3). */
const ARITHMETIC: Readonly<Record<string, Arithmetic>> = {
  ...{
    '__operators__.add': 'add',
    'math.add': 'add',
    'math.multiply': 'multiply',
    'math.subtract': 'subtract',
  },
  ...{
    'math.divide': 'divide',
    'math.truediv': 'divide',
    'math.maximum': 'maximum',
    'math.minimum': 'minimum',
  },
  ...{ 'math.pow': 'power', Divide: 'divide', TrueDivide: 'divide', Power: 'power', ...MERGES },
};

function merge(call: Call, name: Arithmetic, inputs: readonly Value[]): Value {
  const { builder } = call;
  const [first] = inputs;
  if (first === undefined) throw new RangeError('it has no inputs');
  if (inputs.some(({ dims }) => dims.length !== first.dims.length)) {
    throw new RangeError(`its inputs are ${inputs.map(({ dims }) => dims.join('×')).join(' and ')}`);
  }
  const nodes = inputs.map((input) => arrange(builder, input, first.order, call.name).node);
  const operation: Operation = nodes.length === 1 ? { op: 'identity' } : { op: 'merge', function: name };
  return valueOf(builder, builder.add(call.name, operation, nodes), first.order);
}

function concatenate(call: Call): Value {
  const { builder, inputs, settings, name } = call;
  const [first] = inputs;
  if (first === undefined) throw new RangeError('it has no inputs');
  const placed = inputs.map((input) => arrange(builder, input, first.order, name));
  const axis = settings.int('axis', settings.int('concat_axis', -1));
  const at = axisOf(placed[0] as Value, axis < 0 ? axis : axis - 1);
  const nodes = placed.map(({ node }) => node);
  return valueOf(builder, builder.add(name, { op: 'concatenate', axis: at }, nodes), first.order);
}

/** Arithmetic of tensors, or of one and a number. */
function arithmetic(call: Call, name: Arithmetic): Value {
  const numbers = call.args.filter((argument) => typeof argument === 'number');
  const [constant] = numbers;
  if (constant === undefined) return merge(call, name, call.inputs);
  if (numbers.length > 1) throw new RangeError('it has several numbers');
  const operation: Operation = {
    op: 'constant',
    function: name,
    value: call.builder.tensor([constant], [1]),
    first: typeof call.args[0] === 'number',
  };
  return elementwise(call.builder, call.name, operation, only(call));
}

/** x + scale·y: a class of keras.applications' InceptionResNetV2, known by its setting. */
function scaledSum(call: Call): Value | null {
  const { builder, name, settings, inputs } = call;
  const [x, y] = inputs;
  if (x === undefined || y === undefined || inputs.length !== 2 || settings.raw('scale') === undefined)
    return null;
  const operation: Operation = {
    op: 'constant',
    function: 'multiply',
    value: builder.tensor([settings.number('scale')], [1]),
    first: false,
  };
  return merge(call, 'add', [x, elementwise(builder, `${name}/scaled`, operation, y)]);
}

/** Functions of one tensor that Keras 2 writes as TFOpLambda layers. */
const FUNCTIONS: Readonly<Record<string, Operation>> = {
  'nn.relu': { op: 'relu' },
  'nn.relu6': { op: 'activation', activation: { name: 'rectified', slope: 0, max: 6, threshold: 0 } },
  'math.sigmoid': { op: 'activation', activation: { name: 'sigmoid' } },
  'math.tanh': { op: 'activation', activation: { name: 'tanh' } },
  'nn.silu': { op: 'activation', activation: { name: 'silu' } },
  'nn.softmax': { op: 'softmax' },
  identity: { op: 'identity' },
};

const REDUCTIONS: Readonly<Record<string, Reduction>> = { Mean: 'mean', Max: 'max', Min: 'min', Sum: 'sum' };

/** Reductions of keras.ops; axes count the batch, which stays. */
function reduced(call: Call, over: Reduction): Value {
  const { builder, name, settings } = call;
  const value = only(call);
  const rank = value.dims.length;
  const stated = settings.raw('axis') == null ? [] : settings.ints('axis');
  const axes = stated.map((axis) => (axis < 0 ? axis + rank : axis - 1));
  if (axes.length === 0 || axes.some((axis) => axis < 0 || axis >= rank))
    throw new RangeError('it takes the batch together');
  // what is left of all dimensions is one number
  const keep = settings.flag('keepdims', false) || axes.length === rank;
  return reduceAxes(builder, name, value, over, axes, keep);
}

export const mergeLayer: Translate = (call) => {
  const { kind, settings } = call;
  if (kind === 'Concatenate') return concatenate(call);
  if (/^(Custom>)?CustomScaleLayer$/.test(kind)) return scaledSum(call);
  if (kind === 'Merge') {
    const mode = settings.text('mode', 'sum');
    if (mode === 'concat') return concatenate(call);
    if (mode === 'sum') return merge(call, 'add', call.inputs);
    if (mode === 'mul') return merge(call, 'multiply', call.inputs);
    return null;
  }
  if (Object.hasOwn(REDUCTIONS, kind)) return reduced(call, REDUCTIONS[kind] as Reduction);
  const function_ = kind === 'TFOpLambda' ? settings.text('function') : kind;
  if (Object.hasOwn(ARITHMETIC, function_)) return arithmetic(call, ARITHMETIC[function_] as Arithmetic);
  if (kind === 'TFOpLambda' && Object.hasOwn(FUNCTIONS, function_)) {
    return elementwise(call.builder, call.name, FUNCTIONS[function_] as Operation, only(call));
  }
  return null;
};
