// Keras' activations, by name and as layers.
import type { Activation, PlainActivation } from '../../activations';
import type { Operation } from '../../network';
import { arrange, axisOf, elementwise, inOrder, valueOf, type Value } from '../layout';
import { only, weightOf, type Call, type Translate } from './layer';
import { isObject, own, Settings } from './settings';

const plain = (name: PlainActivation): Operation => ({ op: 'activation', activation: { name } });
const of = (activation: Activation): Operation => ({ op: 'activation', activation });

// constants of Klambauer et al. 2017, "Self-normalizing neural networks"
const SELU = { name: 'selu', alpha: 1.6732632423543772, gamma: 1.0507009873554805 } as const;

/** Activations by the names that Keras 1, 2 and 3 give them. */
const BY_NAME: Readonly<Record<string, Operation | null>> = {
  linear: null,
  relu: { op: 'relu' },
  softmax: { op: 'softmax' },
  relu6: of({ name: 'rectified', slope: 0, max: 6, threshold: 0 }),
  leaky_relu: of({ name: 'rectified', slope: 0.2, max: Infinity, threshold: 0 }),
  elu: of({ name: 'elu', alpha: 1 }),
  celu: of({ name: 'celu', alpha: 1 }),
  selu: of(SELU),
  sigmoid: plain('sigmoid'),
  tanh: plain('tanh'),
  softplus: plain('softplus'),
  softsign: plain('softsign'),
  silu: plain('silu'),
  swish: plain('silu'),
  hard_silu: plain('hardSilu'),
  hard_swish: plain('hardSilu'),
  mish: plain('mish'),
  gelu: plain('gelu'),
  gelu_new: plain('geluTanh'),
  exponential: plain('exponential'),
  glu: plain('glu'),
  log_softmax: plain('logSoftmax'),
  log_sigmoid: plain('logSigmoid'),
  sparse_plus: plain('sparsePlus'),
  sparse_sigmoid: plain('sparseSigmoid'),
  sparsemax: plain('sparsemax'),
  tanh_shrink: plain('tanhShrink'),
  hard_tanh: of({ name: 'clip', min: -1, max: 1 }),
  hard_shrink: of({ name: 'hardShrink', threshold: 0.5 }),
  soft_shrink: of({ name: 'softShrink', threshold: 0.5 }),
  squareplus: of({ name: 'squareplus', b: 4 }),
};

/** Keras 3 takes relu6(x + 3) / 6, Keras 1 and 2 and TensorFlow.js clip(x / 5 + ½). */
const hardSigmoid = (modern: boolean): Operation =>
  of({ name: 'hardSigmoid', slope: modern ? 1 / 6 : 0.2, shift: 0.5 });

function named(name: string, modern: boolean): Operation[] {
  if (name === 'hard_sigmoid') return [hardSigmoid(modern)];
  if (!Object.hasOwn(BY_NAME, name)) throw new RangeError(`the activation "${name}" is not known`);
  const found = BY_NAME[name];
  return found === null || found === undefined ? [] : [found];
}

/** An activation's name by that of its class. */
const nameOf = (kind: string): string => kind.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();

/** The operations of a layer's `activation`: a name, a function or a layer in it; none for null. */
export function activationOf(value: unknown, modern: boolean): Operation[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return named(value, modern);
  if (isObject(value)) {
    const kind = own(value, 'class_name');
    const config = own(value, 'config');
    if (kind === 'function' && typeof config === 'string') return named(config, modern);
    if (typeof kind === 'string') {
      const found = layerOperation(kind, new Settings(isObject(config) ? config : {}));
      if (found !== null) return [found];
      return named(nameOf(kind), modern);
    }
  }
  throw new RangeError('its activation is code, which is not run');
}

/** Operations of keras.ops that say their numbers (keras/src/ops/nn.py, numpy.py). */
function statedOperation(kind: string, settings: Settings): Operation | null {
  switch (kind) {
    case 'LeakyRelu':
      return of({
        ...{ name: 'rectified', slope: settings.number('negative_slope', 0.2) },
        ...{ max: Infinity, threshold: 0 },
      });
    case 'Elu':
      return of({ name: 'elu', alpha: settings.number('alpha', 1) });
    case 'Celu':
      return of({ name: 'celu', alpha: settings.number('alpha', 1) });
    case 'Gelu':
      return plain(settings.flag('approximate', true) ? 'geluTanh' : 'gelu');
    case 'HardShrink':
      return of({ name: 'hardShrink', threshold: settings.number('threshold', 0.5) });
    case 'SoftShrink':
      return of({ name: 'softShrink', threshold: settings.number('threshold', 0.5) });
    case 'Squareplus':
      return of({ name: 'squareplus', b: settings.number('b', 4) });
    case 'Threshold':
      return of({
        ...{ name: 'threshold', threshold: settings.number('threshold') },
        otherwise: settings.number('default_value'),
      });
    case 'Clip':
      return of({ name: 'clip', min: settings.number('x_min'), max: settings.number('x_max') });
    default:
      return null;
  }
}

/** Operations of keras.ops without numbers of their own, where a functional model calls them as functions. */
const PLAIN_OPERATIONS: Readonly<Record<string, Operation>> = {
  ...{ Relu: { op: 'relu' }, Identity: { op: 'identity' }, Exp: plain('exponential'), Log: plain('log') },
  ...{ Absolute: plain('absolute'), Negative: plain('negative'), Sqrt: plain('squareRoot') },
  ...{ Square: plain('square'), Reciprocal: plain('reciprocal'), Erf: plain('erf') },
  ...{ Sin: plain('sine'), Cos: plain('cosine'), Rsqrt: plain('reciprocalRoot') },
};
const NAMED_OPERATIONS = new Set([
  ...['Relu6', 'Sigmoid', 'HardSigmoid', 'Tanh', 'HardTanh', 'TanhShrink', 'Softplus', 'Softsign', 'Silu'],
  ...['HardSilu', 'Mish', 'Selu', 'LogSigmoid', 'SparsePlus', 'SparseSigmoid', 'Sparsemax', 'Glu'],
  'LogSoftmax',
]);

function functional(kind: string, settings: Settings): Operation | null {
  if (Object.hasOwn(PLAIN_OPERATIONS, kind)) return PLAIN_OPERATIONS[kind] as Operation;
  if (!NAMED_OPERATIONS.has(kind)) return null;
  if (settings.int('axis', -1) !== -1) throw new RangeError('it works along another axis than the last');
  const [operation] = named(nameOf(kind), true);
  return operation ?? null;
}

/** Activation layers that work element by element, or along the last axis. */
function layerOperation(kind: string, settings: Settings): Operation | null {
  switch (kind) {
    case 'ReLU':
      return of({
        name: 'rectified',
        slope: settings.number('negative_slope', 0),
        max: settings.number('max_value', Infinity),
        threshold: settings.number('threshold', 0),
      });
    case 'LeakyReLU': {
      const slope =
        settings.raw('negative_slope') === undefined
          ? settings.number('alpha', 0.3)
          : settings.number('negative_slope');
      return of({ name: 'rectified', slope, max: Infinity, threshold: 0 });
    }
    case 'ThresholdedReLU':
      return of({ name: 'threshold', threshold: settings.number('theta', 1), otherwise: 0 });
    case 'ELU':
      return of({ name: 'elu', alpha: settings.number('alpha', 1) });
    default:
      return statedOperation(kind, settings);
  }
}

/** Functions along the last axis must find it there. */
const alongLast = (operation: Operation): boolean =>
  operation.op === 'softmax' ||
  (operation.op === 'activation' && ['glu', 'logSoftmax', 'sparsemax'].includes(operation.activation.name));

function apply(call: Call, name: string, operation: Operation, value: Value): Value {
  const { builder } = call;
  const placed = alongLast(operation) ? arrange(builder, value, inOrder(value.dims), name) : value;
  return elementwise(builder, name, operation, placed);
}

function prelu(call: Call): Value {
  const { builder, name, settings } = call;
  const value = only(call);
  const input = arrange(builder, value, inOrder(value.dims), name);
  const shared = new Set(settings.ints('shared_axes', []));
  const shape = input.dims.map((side, axis) => (shared.has(axis + 1) ? 1 : side));
  const slope = weightOf(call, ['alpha'], 0, shape);
  return valueOf(builder, builder.add(name, { op: 'prelu', slope }, [input.node]), input.order);
}

function softmax(call: Call): Value {
  const { builder, name, settings } = call;
  const value = only(call);
  const input = arrange(builder, value, value.order, name);
  const axis = settings.int('axis', -1);
  const at = axisOf(input, axis < 0 ? axis : axis - 1);
  return valueOf(builder, builder.add(name, { op: 'softmax', axis: at }, [input.node]), input.order);
}

export const activationLayer: Translate = (call) => {
  const { kind, name, settings } = call;
  if (kind === 'PReLU') return prelu(call);
  if (kind === 'Softmax') return softmax(call);
  if (kind === 'Activation') {
    const [operation] = activationOf(settings.raw('activation'), call.modern);
    return apply(call, name, operation ?? { op: 'identity' }, only(call));
  }
  const found = layerOperation(kind, settings) ?? functional(kind, settings);
  return found === null ? null : apply(call, name, found, only(call));
};
