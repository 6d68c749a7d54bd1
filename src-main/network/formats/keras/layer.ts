// What the translation of one Keras layer is given, and the parts that many layers share.
import type { Rank, Tensor } from '@tensorflow/tfjs-node';
import { UserError } from '../../../contract/errors';
import type { Operation } from '../../network';
import type { GraphBuilder } from '../graph-builder';
import { arrange, CHANNELS_FIRST, CHANNELS_LAST, elementwise, valueOf, type Value } from '../layout';
import { elementsOf, type Weight } from '../weights';
import { activationOf } from './activations';
import type { Argument } from './config';
import type { Settings } from './settings';

/** A layer's weights: asked by name, or by place where the file has no names. */
export interface LayerWeights {
  /** Undefined where there is no such weight. */
  find(names: readonly string[], index: number): Weight | undefined;
}

export interface Call {
  readonly builder: GraphBuilder;
  /** The name for the layer's node: its own after those of the models around it. */
  readonly name: string;
  readonly kind: string;
  readonly settings: Settings;
  readonly weights: LayerWeights;
  readonly inputs: readonly Value[];
  /** True for Keras 3, whose names mean other things here and there than those of Keras 1, 2 and TensorFlow.js. */
  readonly modern: boolean;
  /** True for models that TensorFlow.js itself made. */
  readonly ofTfjs: boolean;
  /** The arguments as the file has them, numbers included. */
  readonly args: readonly Argument[];
}

/** Translates one call of a layer; null for a layer that it does not know. */
export type Translate = (call: Call) => Value | null;

/** The only input. */
export function only({ inputs }: Call): Value {
  const [input] = inputs;
  if (input === undefined || inputs.length !== 1)
    throw new RangeError(`it has ${inputs.length} inputs, not one`);
  return input;
}

/** A weight of the given shape by one of its names, or its place. Throws a UserError where it is missing or another. */
export function weightOf<R extends Rank>(
  { builder, name, weights }: Call,
  names: readonly string[],
  index: number,
  shape: readonly number[],
): Tensor<R> {
  return builder.weight<R>(`${name}/${names[0] ?? ''}`, rawWeight({ name, weights }, names, index, shape));
}

export function rawWeight(
  { name, weights }: Pick<Call, 'name' | 'weights'>,
  names: readonly string[],
  index: number,
  shape: readonly number[],
): Weight {
  const found = weights.find(names, index);
  const weight = `${name}/${names[0] ?? index}`;
  if (found === undefined || found.shape.join() !== shape.join() || elementsOf(shape) !== found.data.length) {
    const had = found === undefined ? 'missing' : `of shape ${found.shape.join('×')}`;
    throw new UserError(
      `Weight ${weight} is ${had}; the layer needs ${shape.join('×')}.`,
      'Save the model again with its weights.',
    );
  }
  return found;
}

/** The order that the layer's data_format says: images with channels last unless told otherwise. */
export const imageOrder = (settings: Settings): readonly [number, number, number] =>
  settings.text('data_format', 'channels_last') === 'channels_first' ? CHANNELS_FIRST : CHANNELS_LAST;

/** One image operation on the layer's input, laid out as the evaluator wants it. */
export function onImage(
  call: Call,
  operation: (shape: readonly [number, number, number]) => Operation,
): Value {
  const { builder, name } = call;
  const input = only(call);
  if (input.dims.length !== 3) throw new RangeError(`it takes images, not ${input.dims.join('×')}`);
  const order = imageOrder(call.settings);
  const placed = arrange(builder, input, order, name);
  const [rows = 0, columns = 0, channels = 0] = order.map((axis) => placed.dims[axis] as number);
  return valueOf(builder, builder.add(name, operation([rows, columns, channels]), [placed.node]), order);
}

/** The layer's activation after its operation. */
export function activated(call: Call, value: Value): Value {
  return activationOf(call.settings.raw('activation'), call.modern).reduce(
    (before, operation) =>
      elementwise(
        call.builder,
        `${call.name}/${operation.op === 'activation' ? operation.activation.name : operation.op}`,
        operation,
        before,
      ),
    value,
  );
}
