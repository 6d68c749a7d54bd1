// A Keras model, whatever file it came in, as a network.
import { UserError } from '../../../contract/errors';
import type { InputScaling, Network } from '../../network';
import { GraphBuilder, type About } from '../graph-builder';
import { CHANNELS_LAST, elementwise, inputImage, type Value } from '../layout';
import type { TranslationOptions } from '../options';
import { assumedScaling, placeScaling, scalingBefore, statedScaling } from '../scaling';
import { activationLayer } from './activations';
import type { Argument, LayerConfig, ModelConfig, Reference } from './config';
import { convolutionLayer } from './convolutions';
import type { Call, LayerWeights, Translate } from './layer';
import { mergeLayer } from './merges';
import { normalisationLayer } from './normalisation';
import { poolLayer } from './pools';
import { reshapingLayer, SILENT } from './reshaping';
import { resizingLayer } from './resizing';
import { Settings } from './settings';
import { unwrapped } from './wrappers';

/** Where a layer stands: the models around it and itself, each with its place in its model's list. */
export type Path = readonly { readonly name: string; readonly kind: string; readonly index: number }[];

/** A Keras model as it was read, before it is a network. */
export interface KerasModel {
  readonly model: ModelConfig;
  readonly about: Omit<About, 'parameters' | 'anySize'>;
  /** True for files of Keras 3. */
  readonly modern: boolean;
  /** True for models that TensorFlow.js itself made, whose resizing is another. */
  readonly ofTfjs: boolean;
  readonly weightsOf: (path: Path) => LayerWeights;
  /** Numbers that the file holds as weights, known when its layers were asked for theirs. */
  readonly parameters: () => number;
}

interface Translation extends KerasModel, TranslationOptions {}

const translators: readonly Translate[] = [
  convolutionLayer,
  activationLayer,
  normalisationLayer,
  poolLayer,
  reshapingLayer,
  resizingLayer,
  mergeLayer,
];

const isReference = (argument: Argument): argument is Reference => typeof argument !== 'number';
const keyOf = ({ layer, call, output }: Reference): string => `${layer}:${call}:${output}`;

/** The features of the image that a model takes: [height, width, channels], or what else its input layer says. */
function inputDims({ model, inputSize }: Translation): { dims: number[]; anySize: boolean } {
  const [first] = model.inputs;
  let at = model.layers.find(({ name }) => name === first?.layer);
  if (model.inputs.length !== 1 || at === undefined) {
    throw new UserError(`The model takes ${model.inputs.length} inputs.`, 'Open a model of one image input.');
  }
  let shape: unknown = model.inputShape;
  for (; at !== undefined; at = at.model?.layers[0]) {
    shape = at.config.batch_shape ?? at.config.batch_input_shape ?? shape;
  }
  const dims = Array.isArray(shape) ? (shape as unknown[]).slice(1) : [];
  if (dims.length < 1 || dims.length > 3 || dims.at(-1) === null) {
    throw new UserError(
      'The model does not say the size of its input.',
      'Give its first layer an input shape and save it again.',
    );
  }
  const anySize = dims.length === 3 && dims.slice(0, 2).includes(null);
  const sides = dims.map((side, axis) => {
    if (side === null && dims.length === 3 && axis < 2) return inputSize;
    if (typeof side !== 'number' || !Number.isInteger(side) || side < 1 || side > 16384) {
      throw new UserError(
        `The model's input has the shape ${JSON.stringify(dims)}.`,
        'Open a model of images.',
      );
    }
    return side;
  });
  return { dims: sides, anySize };
}

class Translator {
  private readonly translation: Translation;
  private readonly builder: GraphBuilder;

  constructor(translation: Translation, builder: GraphBuilder) {
    this.translation = translation;
    this.builder = builder;
  }

  /** Values of a model's outputs for its inputs; null for what could not be translated. */
  model(model: ModelConfig, inputs: readonly (Value | null)[], path: Path): (Value | null)[] {
    const values = new Map<string, Value | null>();
    model.inputs.forEach((input, i) => values.set(keyOf(input), inputs[i] ?? null));
    const given = new Set(model.inputs.map(({ layer }) => layer));
    const todo = model.layers.flatMap((layer, index) =>
      given.has(layer.name)
        ? []
        : layer.calls.map((args, call) => ({ layer, index, args, call: call + layer.firstCall })),
    );
    // each call waits for the inputs that are not there yet
    const waiting = new Map<string, (typeof todo)[number][]>();
    const missing = new Map<(typeof todo)[number], number>();
    const ready: (typeof todo)[number][] = [];
    for (const item of todo) {
      const unknown = new Set(
        item.args
          .filter(isReference)
          .map(keyOf)
          .filter((key) => !values.has(key)),
      );
      missing.set(item, unknown.size);
      for (const key of unknown) waiting.set(key, [...(waiting.get(key) ?? []), item]);
      if (unknown.size === 0) ready.push(item);
    }
    let done = 0;
    for (let item = ready[done]; item !== undefined; item = ready[++done]) {
      const { layer, index, args, call } = item;
      const outputs = this.call(layer, args, values, [
        ...path,
        { name: layer.name, kind: layer.kind, index },
      ]);
      outputs.forEach((value, output) => {
        const key = keyOf({ layer: layer.name, call, output });
        values.set(key, value);
        for (const other of waiting.get(key) ?? []) {
          const left = (missing.get(other) ?? 0) - 1;
          missing.set(other, left);
          if (left === 0) ready.push(other);
        }
      });
    }
    const stuck = todo.find((item) => (missing.get(item) ?? 0) > 0);
    if (stuck !== undefined) {
      throw new UserError(
        `Layer "${stuck.layer.name}" waits for an input that never comes: its layers go round in a circle, or one is missing.`,
        'Save the model again.',
      );
    }
    return model.outputs.map((output) => values.get(keyOf(output)) ?? null);
  }

  /** One call of a layer. */
  private call(
    layer: LayerConfig,
    args: readonly Argument[],
    values: ReadonlyMap<string, Value | null>,
    path: Path,
  ): (Value | null)[] {
    const references = args.filter(isReference);
    const inputs = references.map((argument) => values.get(keyOf(argument)) ?? null);
    const name = path.map((part) => part.name).join('/');
    if (layer.model !== null) {
      const outputs = this.model(layer.model, inputs, path);
      return outputs.map((value, i) =>
        value === null
          ? null
          : elementwise(this.builder, i === 0 ? name : `${name}/${i}`, { op: 'identity' }, value),
      );
    }
    const present = inputs.filter((input) => input !== null);
    // what follows from a layer that is not supported goes with it
    if (present.length < inputs.length) return [null];
    const call: Call = {
      ...{ name, kind: layer.kind, args, inputs: present, builder: this.builder },
      settings: new Settings(layer.config),
      weights: this.translation.weightsOf(path),
      modern: this.translation.modern,
      ofTfjs: this.translation.ofTfjs,
    };
    const refuse = (reason: string | null): [null] => {
      this.builder.refuse({ name, kind: layer.kind, after: references.map((part) => part.layer), reason });
      return [null];
    };
    if (layer.kind === 'Lambda') return refuse('it holds code, which is not run');
    try {
      const within = layer.wrapped === null ? call : this.within(call, layer.wrapped, path);
      if (!('kind' in within)) return [within];
      for (const translate of translators) {
        const value = translate(within);
        if (value !== null) return [value];
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // a broken weight is a broken file; what merely is not known stops here
      return refuse(error.message);
    }
    return refuse(null);
  }

  /** The call of the layer that a wrapper applies. */
  private within(call: Call, inner: LayerConfig, path: Path): Call | Value {
    const { name, kind } = inner;
    return unwrapped(call, inner, this.translation.weightsOf([...path, { name, kind, index: 0 }]));
  }
}

const MOVING = new Set(['InputLayer', 'Resizing', 'CenterCrop', 'RandomCrop', 'ZeroPadding2D']);

/** True for what moves pixels or does nothing, and for models of such layers. */
const leavesRange = ({ kind, model }: LayerConfig): boolean =>
  model === null ? SILENT.has(kind) || MOVING.has(kind) : model.layers.every(leavesRange);

/** The scaling that the model's own first layers tell of. */
function scalingIn(model: ModelConfig): InputScaling | null {
  for (const layer of model.layers) {
    const settings = new Settings(layer.config);
    if (leavesRange(layer)) continue;
    if (layer.kind === 'Rescaling') {
      return scalingBefore(settings.numbers('scale') ?? [1], settings.numbers('offset') ?? [0]);
    }
    if (layer.kind === 'Normalization') {
      const [mean, variance] = [settings.numbers('mean'), settings.numbers('variance')];
      if (mean === null || variance === null) return null;
      const scale = mean.map((_, i) => 1 / Math.max(Math.sqrt(variance[i] ?? variance[0] ?? 1), 1e-7));
      return scalingBefore(
        scale,
        mean.map((middle, i) => -middle * (scale[i] as number)),
      );
    }
    return layer.model === null ? null : scalingIn(layer.model);
  }
  return null;
}

/** Builds the network. Throws a UserError for a model that cannot be opened. */
export function translateKeras(keras: KerasModel, options: TranslationOptions): Network {
  const translation = { ...keras, ...options };
  const builder = new GraphBuilder();
  try {
    const { dims, anySize } = inputDims(translation);
    const { model, about } = translation;
    const scaling =
      translation.scaling === undefined
        ? (scalingIn(model) ?? assumedScaling)
        : statedScaling(translation.scaling);
    const { sides, order } = inputImage(dims, CHANNELS_LAST);
    const start: Value = { node: placeScaling(builder, builder.input(sides), scaling), dims, order };
    const [output] = new Translator(translation, builder).model(model, [start], []);
    return builder.finish(
      { ...about, parameters: keras.parameters(), anySize },
      scaling,
      output?.node ?? null,
    );
  } catch (error) {
    builder.dispose();
    throw error instanceof RangeError
      ? new UserError(`The model cannot be opened: ${error.message}.`, 'Save it again.', { cause: error })
      : error;
  }
}
