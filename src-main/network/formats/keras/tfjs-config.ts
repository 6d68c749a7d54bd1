// A Keras model's configuration as TensorFlow.js reads it, whichever Keras wrote it.
import type { Argument, LayerConfig, ModelConfig, Reference } from './config';
import { isObject, own, type Json } from './settings';

/** What tells how a layer is trained, not what it computes: kinds of these that TensorFlow.js lacks would stop it. */
const OF_TRAINING = /_(initializer|regularizer|constraint)$/;

/** Layers that TensorFlow.js lacks, by those that compute the same once a model is trained. */
const SAME_WHEN_TRAINED: Readonly<Record<string, string>> = {
  ...{ SpatialDropout1D: 'Dropout', SpatialDropout2D: 'Dropout' },
  ...{ SyncBatchNormalization: 'BatchNormalization', BatchNormalizationV1: 'BatchNormalization' },
  BatchNormalizationV2: 'BatchNormalization',
};

const kindOf = ({ kind }: LayerConfig): string =>
  Object.hasOwn(SAME_WHEN_TRAINED, kind) ? (SAME_WHEN_TRAINED[kind] as string) : kind;

const entries = (config: Json): [string, unknown][] =>
  Object.entries(config).filter(([key]) => !OF_TRAINING.test(key));

/** An activation by its name, where Keras 3 wraps it. */
function activation(value: unknown): unknown {
  const wrapped = isObject(value) && own(value, 'class_name') === 'function';
  return wrapped && typeof own(value, 'config') === 'string' ? own(value, 'config') : value;
}

function settings(layer: LayerConfig): Json {
  const config: Record<string, unknown> = {
    ...Object.fromEntries(entries(layer.config)),
    ...{ name: layer.name, dtype: 'float32' },
  };
  if ('activation' in config) config.activation = activation(config.activation);
  // Keras 2 writes the one axis of a batch normalisation as a list
  if (Array.isArray(config.axis) && config.axis.length === 1) [config.axis] = config.axis as unknown[];
  if (layer.wrapped !== null)
    config.layer = { class_name: kindOf(layer.wrapped), config: settings(layer.wrapped) };
  if (layer.kind === 'LeakyReLU' && config.negative_slope !== undefined) config.alpha = config.negative_slope;
  return config;
}

/** A nested model's calls count from 1: its making is the first (tfjs-layers/src/engine/container.ts). */
function place(model: ModelConfig, { layer, call, output }: Reference): [string, number, number] {
  const target = model.layers.find(({ name }) => name === layer);
  const shift = target?.model != null && target.firstCall === 0 ? 1 : 0;
  return [layer, call + shift, output];
}

/** One call. Numbers among the arguments are written as Keras 3 does; TensorFlow.js has no layer that takes any. */
function inbound(model: ModelConfig, args: readonly Argument[]): unknown {
  const references = args.filter((argument) => typeof argument !== 'number');
  if (references.length === args.length) {
    return references.map((argument) => [...place(model, argument), {}]);
  }
  const written = args.map((argument) =>
    typeof argument === 'number'
      ? argument
      : { class_name: '__keras_tensor__', config: { keras_history: place(model, argument) } },
  );
  return { args: written, kwargs: {} };
}

function inputLayer(model: ModelConfig, { name, config }: LayerConfig): unknown {
  const shape = config.batch_shape ?? config.batch_input_shape ?? model.inputShape;
  return {
    ...{ class_name: 'InputLayer', name, inbound_nodes: [] },
    config: { name, batch_input_shape: shape, dtype: 'float32', sparse: false },
  };
}

/** { class_name, config } of a model, Sequential ones too, as a graph of layers. */
export function tfjsConfig(model: ModelConfig): { class_name: string; config: Json } {
  const inputs = new Set(model.inputs.map(({ layer }) => layer));
  const layers = model.layers.map((layer) => {
    if (inputs.has(layer.name)) return inputLayer(model, layer);
    const written =
      layer.model === null ? { class_name: kindOf(layer), config: settings(layer) } : tfjsConfig(layer.model);
    return {
      ...written,
      name: layer.name,
      inbound_nodes: layer.calls.map((args) => inbound(model, args)),
    };
  });
  return {
    class_name: 'Functional',
    config: {
      ...{ name: model.name, layers },
      input_layers: model.inputs.map((input) => place(model, input)),
      output_layers: model.outputs.map((output) => place(model, output)),
    },
  };
}
