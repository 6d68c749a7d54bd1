// A Keras model's configuration: its layers and which calls them on what, as every Keras since 1 and TensorFlow.js writes it.
import { UserError } from '../../../contract/errors';
import { isObject, own, type Json } from './settings';

/** An output of a call of a layer. */
export interface Reference {
  readonly layer: string;
  readonly call: number;
  readonly output: number;
}

/** What a layer is called with: outputs of other layers, and numbers. */
export type Argument = Reference | number;

export interface LayerConfig {
  readonly name: string;
  readonly kind: string;
  /** The Python module that Keras 3 names. */
  readonly module: string;
  readonly config: Json;
  readonly calls: readonly (readonly Argument[])[];
  /** Set for a model inside the model. */
  readonly model: ModelConfig | null;
  /** Set for a layer that applies this one. */
  readonly wrapped: LayerConfig | null;
  /** In Keras 2 a nested model's first call is the making of it, which is not written: its calls count from 1. */
  readonly firstCall: 0 | 1;
}

export interface ModelConfig {
  readonly name: string;
  readonly layers: readonly LayerConfig[];
  readonly inputs: readonly Reference[];
  readonly outputs: readonly Reference[];
  /** Shape of the input with the batch, where no input layer says it. */
  readonly inputShape: readonly unknown[] | null;
}

const REMEDY = 'Save the model again with model.save(…), from a Sequential or Functional model.';
const MOST_DEPTH = 20;

const broken = (what: string): UserError =>
  new UserError(`The model's configuration is broken: ${what}.`, REMEDY);

const isReference = (value: unknown): value is [string, number, number] =>
  Array.isArray(value) &&
  typeof value[0] === 'string' &&
  Number.isInteger(value[1]) &&
  Number.isInteger(value[2]);

const reference = ([layer, call, output]: [string, number, number]): Reference => ({ layer, call, output });

/** References in a list, a nested list or an object of either. */
function references(value: unknown, depth = 0): Reference[] {
  if (depth > MOST_DEPTH) throw broken('its inputs are nested too deeply');
  if (isReference(value)) return [reference(value)];
  if (Array.isArray(value)) return value.flatMap((part) => references(part, depth + 1));
  return isObject(value) ? Object.values(value).flatMap((part) => references(part, depth + 1)) : [];
}

/** Arguments of a call as Keras 3 writes them: { args, kwargs }, tensors by their history. */
function newArguments(value: unknown, depth = 0): Argument[] {
  if (depth > MOST_DEPTH) throw broken('its inputs are nested too deeply');
  if (typeof value === 'number') return [value];
  if (Array.isArray(value)) return value.flatMap((part) => newArguments(part, depth + 1));
  if (!isObject(value)) return [];
  const config = own(value, 'config');
  if (own(value, 'class_name') === '__keras_tensor__' && isObject(config)) {
    const history = own(config, 'keras_history');
    if (!isReference(history)) throw broken('a tensor does not say where it comes from');
    return [reference(history)];
  }
  return [];
}

/** Arguments as Keras 1 and 2 write them: [[layer, call, output, { more }], …]; tensors and numbers among `more` come after. */
function oldArguments(value: unknown): Argument[] {
  if (isReference(value)) {
    const more = (value as unknown[])[3];
    if (!isObject(more)) return [reference(value)];
    const others = ['y', 'x', 'b', 'other'].flatMap((key): Argument[] => {
      const part = own(more, key);
      return typeof part === 'number' ? [part] : references(part);
    });
    return [reference(value), ...others];
  }
  if (!Array.isArray(value)) return [];
  return value.flatMap((part) => (isReference(part) || Array.isArray(part) ? oldArguments(part) : []));
}

function argumentsOf(node: unknown): Argument[] {
  if (!isObject(node)) return oldArguments(node);
  const args = newArguments(own(node, 'args'));
  const kwargs = own(node, 'kwargs');
  return isObject(kwargs)
    ? [
        ...args,
        ...Object.values(kwargs).flatMap((part) =>
          newArguments(part).filter((found) => typeof found !== 'number'),
        ),
      ]
    : args;
}

const isModel = (config: unknown): boolean =>
  Array.isArray(config) || (isObject(config) && Array.isArray(own(config, 'layers')));

/** Layers that apply the one in their configuration. */
const WRAPPERS = new Set(['TimeDistributed', 'SpectralNormalization']);

function layerConfig(value: unknown, index: number, depth: number): LayerConfig {
  if (depth > MOST_DEPTH) throw broken('layers are nested too deeply');
  const kind = isObject(value) ? own(value, 'class_name') : undefined;
  const config = isObject(value) ? own(value, 'config') : undefined;
  if (!isObject(value) || typeof kind !== 'string' || (!isObject(config) && !Array.isArray(config))) {
    throw broken(`layer ${index} has no class and configuration`);
  }
  const settings: Json = isObject(config) ? config : {};
  const named = own(settings, 'name') ?? own(value, 'name');
  const name = typeof named === 'string' && named !== '' ? named : `${kind.toLowerCase()}_${index}`;
  const module = own(value, 'module');
  const nodes = own(value, 'inbound_nodes') ?? [];
  if (!Array.isArray(nodes)) throw broken(`the inputs of layer "${name}" are no list`);
  // one reference alone is a call with one input
  const calls = isReference(nodes) ? [[reference(nodes)]] : nodes.map(argumentsOf);
  const inner = WRAPPERS.has(kind) ? own(settings, 'layer') : undefined;
  const wrapped = inner === undefined ? null : layerConfig(inner, 0, depth + 1);
  const isLayer = WRAPPERS.has(kind) || !isModel(config);
  const model = isLayer ? null : modelConfig({ class_name: kind, config }, name, depth + 1);
  const old = nodes.some((node) => Array.isArray(node));
  return {
    ...{ name, kind, config: settings, calls, model, wrapped },
    module: typeof module === 'string' ? module : '',
    firstCall: model !== null && old ? 1 : 0,
  };
}

/** Reads { class_name, config } of a model. Throws a UserError for another kind of model and for what is broken. */
export function modelConfig(value: unknown, fallback: string, depth = 0): ModelConfig {
  if (depth > MOST_DEPTH) throw broken('models are nested too deeply');
  const kind = isObject(value) ? own(value, 'class_name') : undefined;
  const config = isObject(value) ? own(value, 'config') : undefined;
  const list = isObject(config) ? own(config, 'layers') : config;
  if (!Array.isArray(list)) {
    throw typeof kind === 'string'
      ? new UserError(
          `The model is a ${kind}, whose layers are not in the file.`,
          'Save it as a Functional or Sequential model, or export it to ONNX.',
        )
      : broken('it has no list of layers');
  }
  const settings: Json = isObject(config) ? config : {};
  const named = own(settings, 'name');
  const name = typeof named === 'string' ? named : fallback;
  const layers = list.map((layer, i) => layerConfig(layer, i, depth));
  const names = new Set(layers.map((layer) => layer.name));
  if (names.size !== layers.length) throw broken('two layers have the same name');
  const builtShape = own(settings, 'build_input_shape') ?? own(settings, 'batch_input_shape');
  const inputShape = Array.isArray(builtShape) ? builtShape : null;
  if (kind === 'Sequential' || kind === 'Pipeline') return { name, inputShape, ...chained(layers) };
  const [inputs, outputs] = [
    references(own(settings, 'input_layers')),
    references(own(settings, 'output_layers')),
  ];
  if (inputs.length === 0 || outputs.length === 0) throw broken('it does not say its inputs and outputs');
  return { name, inputShape, layers, inputs, outputs };
}

/** A name for the input that no layer has, and that TensorFlow.js takes. */
function freeName(layers: readonly LayerConfig[]): string {
  const taken = new Set(layers.map(({ name }) => name));
  let name = 'input';
  while (taken.has(name)) name += '_';
  return name;
}

/** A Sequential model, or a Pipeline of preprocessing, as a graph: each layer is called with the one before it. */
function chained(layers: readonly LayerConfig[]): Pick<ModelConfig, 'layers' | 'inputs' | 'outputs'> {
  const first: LayerConfig =
    layers[0]?.kind === 'InputLayer'
      ? layers[0]
      : {
          ...{
            name: freeName(layers),
            kind: 'InputLayer',
            module: '',
            config: layers[0]?.config ?? {},
            calls: [],
            model: null,
            wrapped: null,
            firstCall: 0,
          },
        };
  const rest = layers[0]?.kind === 'InputLayer' ? layers.slice(1) : layers;
  let last: Reference = { layer: first.name, call: 0, output: 0 };
  const input = last;
  const linked = rest.map((layer): LayerConfig => {
    const calls = [[last]];
    last = { layer: layer.name, call: layer.firstCall, output: 0 };
    return { ...layer, calls };
  });
  return { layers: [first, ...linked], inputs: [input], outputs: [last] };
}
