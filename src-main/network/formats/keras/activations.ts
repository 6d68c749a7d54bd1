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
  threshold: of({ name: 'threshold', threshold: 0, otherwise: 0 }),
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
      const name = kind.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
      return named(name, modern);
    }
  }
  throw new RangeError('its activation is code, which is not run');
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
      return null;
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
  const found = layerOperation(kind, settings);
  return found === null ? null : apply(call, name, found, only(call));
};
