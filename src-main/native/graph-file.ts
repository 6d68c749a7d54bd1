// A TensorFlow graph as the bytes of a SavedModel, the one form in which tfjs-node takes a graph.
import { PbfWriter } from 'pbf';

/** TensorFlow's numbers of the types that are used here (tensorflow/core/framework/types.proto). */
export const FLOAT = 1;
export const INT32 = 3;
export const BOOL = 10;

/** The value of an attribute, by what it is. Shapes and lists are of integers. */
export type AttributeValue =
  | { readonly type: number }
  | { readonly text: string }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly bool: boolean }
  | { readonly shape: readonly number[] }
  | { readonly tensor: ConstantValue };

/** A constant's numbers as they lie in memory. */
export interface ConstantValue {
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** One operation. An input is 'node', 'node:output', or '^node' for one that is only waited for. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** The tag under which the graph is loaded. */
export const TAG = 'serve';
/** A version of the graph's format that every library from 2.7 on reads, and means the same by. */
const PRODUCER = 987;
const LEAST_CONSUMER = 12;

function writeSide(size: number, pbf: PbfWriter): void {
  pbf.writeVarintField(1, size);
}

function writeShape(shape: readonly number[], pbf: PbfWriter): void {
  for (const side of shape) {
    pbf.writeMessage(2, writeSide, side);
  }
}

function writeTensor({ dtype, shape, bytes }: ConstantValue, pbf: PbfWriter): void {
  pbf.writeVarintField(1, dtype);
  pbf.writeMessage(2, writeShape, shape);
  pbf.writeBytesField(4, bytes);
}

function writeList(ints: readonly number[], pbf: PbfWriter): void {
  pbf.writePackedVarint(3, [...ints]);
}

/** AttrValue of tensorflow/core/framework/attr_value.proto. */
function writeValue(value: AttributeValue, pbf: PbfWriter): void {
  if ('text' in value) pbf.writeBytesField(2, Buffer.from(value.text));
  else if ('int' in value) pbf.writeVarintField(3, value.int);
  else if ('float' in value) pbf.writeFloatField(4, value.float);
  else if ('bool' in value) pbf.writeBooleanField(5, value.bool);
  else if ('type' in value) pbf.writeVarintField(6, value.type);
  else if ('shape' in value) pbf.writeMessage(7, writeShape, value.shape);
  else if ('tensor' in value) pbf.writeMessage(8, writeTensor, value.tensor);
  else pbf.writeMessage(1, writeList, value.ints);
}

/** NodeDef of tensorflow/core/framework/node_def.proto. */
function writeNode({ name, op, inputs, attributes }: GraphNode, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeStringField(2, op);
  for (const input of inputs) pbf.writeStringField(3, input);
  for (const [key, value] of Object.entries(attributes)) {
    const writeEntry = (_: null, entry: PbfWriter): void => {
      entry.writeStringField(1, key);
      entry.writeMessage(2, writeValue, value);
    };
    pbf.writeMessage(5, writeEntry, null);
  }
}

function writeTag(tag: string, pbf: PbfWriter): void {
  pbf.writeStringField(4, tag);
}

/** The file saved_model.pb (tensorflow/core/protobuf/saved_model.proto) with one graph and no variables. */
export function savedModelBytes(nodes: readonly GraphNode[]): Uint8Array {
  const pbf = new PbfWriter();
  const writeVersions = (_: null, versions: PbfWriter): void => {
    versions.writeVarintField(1, PRODUCER);
    versions.writeVarintField(2, LEAST_CONSUMER);
  };
  const writeGraph = (_: null, graph: PbfWriter): void => {
    for (const node of nodes) graph.writeMessage(1, writeNode, node);
    graph.writeMessage(4, writeVersions, null);
  };
  const writeMetaGraph = (_: null, meta: PbfWriter): void => {
    meta.writeMessage(1, writeTag, TAG);
    meta.writeMessage(2, writeGraph, null);
  };
  pbf.writeVarintField(1, 1);
  pbf.writeMessage(2, writeMetaGraph, null);
  return pbf.finish();
}
