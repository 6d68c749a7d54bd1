// What a function of tensors does, as TensorFlow operations: run once and written down.
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend';
import type { Tensor } from '@tensorflow/tfjs-node';
import { BOOL, FLOAT, INT32, type AttributeValue, type ConstantValue } from '../native/graph-file';
import { tf } from '../native/tensorflow';

/** Stands for a tensor in a recording: its data, which several tensors may share. */
export type DataId = Tensor['dataId'];

export interface RecordedOperation {
  readonly op: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly inputs: readonly DataId[];
  readonly outputs: readonly DataId[];
}

export interface Recording {
  readonly operations: readonly RecordedOperation[];
  /** Numbers that the function made on the way. */
  readonly constants: ReadonlyMap<DataId, ConstantValue>;
  /** Tensors that the function used and did not make, kept: the recording's owner disposes of them. */
  readonly captured: ReadonlyMap<DataId, Tensor>;
  readonly outputs: readonly DataId[];
}

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

type Constants = Record<
  'TF_ATTR_STRING' | 'TF_ATTR_INT' | 'TF_ATTR_FLOAT' | 'TF_ATTR_BOOL' | 'TF_ATTR_TYPE' | 'TF_ATTR_SHAPE',
  number
>;

/** Thrown by a recording of what cannot be written down: a function that looks at its numbers. */
export class Unrecordable extends Error {}

/** TensorFlow's number of a tensor's type. */
export function typeOf(dtype: string): number {
  switch (dtype) {
    case 'float32':
      return FLOAT;
    case 'int32':
      return INT32;
    case 'bool':
      return BOOL;
    default:
      throw new Unrecordable(`tensors of ${dtype}`);
  }
}

function valueOf({ name, type, value }: Attribute, is: Constants): AttributeValue {
  if (type === is.TF_ATTR_TYPE && typeof value === 'number') return { type: value };
  if (type === is.TF_ATTR_STRING && typeof value === 'string') return { text: value };
  if (type === is.TF_ATTR_BOOL && typeof value === 'boolean') return { bool: value };
  if (type === is.TF_ATTR_FLOAT && typeof value === 'number') return { float: value };
  if (type === is.TF_ATTR_INT) {
    return Array.isArray(value) ? { ints: value as number[] } : { int: Number(value) };
  }
  throw new Unrecordable(`the attribute ${name}`);
}

function bytesOf(values: unknown, dtype: string): Uint8Array {
  const numbers = values as ArrayLike<number>;
  if (dtype === 'bool') return Uint8Array.from(numbers);
  const typed = dtype === 'int32' ? Int32Array.from(numbers) : Float32Array.from(numbers);
  return new Uint8Array(typed.buffer);
}

/**
 * Runs `work` once and writes down every TensorFlow operation that it comes to. Tensors that it uses and did not make
 * stand in the recording by their data. Throws Unrecordable when it reads numbers back or uses what graphs have not.
 */
export function record(work: () => readonly Tensor[]): Recording {
  const backend = tf.backend() as NodeJSKernelBackend;
  const is = backend.binding as unknown as Constants;
  const operations: RecordedOperation[] = [];
  const constants = new Map<DataId, ConstantValue>();
  const made = new Set<DataId>();
  const captured = new Map<DataId, Tensor>();
  const prototype = Object.getPrototypeOf(backend) as NodeJSKernelBackend;
  const note = (
    op: string,
    attributes: Attribute[],
    inputs: readonly Tensor[],
    outputs: readonly Tensor[],
  ): void => {
    for (const input of inputs) {
      const { dataId } = input;
      if (made.has(dataId) || constants.has(dataId) || captured.has(dataId)) continue;
      captured.set(dataId, tf.keep(input.clone()));
    }
    for (const { dataId } of outputs) made.add(dataId);
    operations.push({
      op,
      attributes: Object.fromEntries(attributes.map((attribute) => [attribute.name, valueOf(attribute, is)])),
      inputs: inputs.map(({ dataId }) => dataId),
      outputs: outputs.map(({ dataId }) => dataId),
    });
  };
  const watched: Partial<NodeJSKernelBackend> = {
    executeSingleOutput(op, attributes, inputs) {
      const output = prototype.executeSingleOutput.call(backend, op, attributes, inputs);
      note(op, attributes, inputs as Tensor[], [output]);
      return output;
    },
    executeMultipleOutputs(op, attributes, inputs, count) {
      const outputs = prototype.executeMultipleOutputs.call(backend, op, attributes, inputs, count);
      note(op, attributes, inputs as Tensor[], outputs);
      return outputs;
    },
    write(values, shape, dtype) {
      const id = prototype.write.call(backend, values, shape, dtype);
      constants.set(id, { dtype: typeOf(dtype), shape, bytes: bytesOf(values, dtype) });
      return id;
    },
    readSync() {
      throw new Unrecordable('numbers that are read back');
    },
  };
  Object.assign(backend, watched);
  try {
    let outputs: DataId[] = [];
    tf.tidy(() => {
      outputs = work().map(({ dataId }) => dataId);
    });
    return { operations, constants, captured, outputs };
  } catch (error) {
    tf.dispose([...captured.values()]);
    throw error;
  } finally {
    for (const name of Object.keys(watched)) Reflect.deleteProperty(backend, name);
  }
}
