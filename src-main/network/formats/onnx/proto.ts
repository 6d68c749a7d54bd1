// ONNX files: the protocol buffer messages of onnx/onnx.proto, as far as a graph of tensors needs them.
import { PbfReader } from 'pbf';
import { elementsOf, toFloat32, type Weight } from '../weights';

export interface Attribute {
  readonly f: number | null;
  readonly i: number | null;
  readonly s: string | null;
  readonly t: Tensor | null;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
}

export interface GraphNode {
  readonly name: string;
  readonly kind: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** A tensor in the file; its numbers are decoded when they are asked for. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** True for whole numbers and truths. */
  readonly integer: boolean;
  /** File beside this one that holds the numbers; null where they stand here. */
  readonly external: {
    readonly location: string;
    readonly offset: number;
    readonly length: number | null;
  } | null;
  /** The numbers; `beside` is what the external file holds. */
  weight(beside?: Uint8Array): Weight;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
  readonly initializers: readonly Tensor[];
  /** Names and shapes of the inputs, initializers that stand among them included; null for an unknown side. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | null)[] }[];
  readonly outputs: readonly string[];
  readonly opset: number;
}

/** NumPy's names of TensorProto.DataType. */
const TYPES: Readonly<Record<number, string>> = {
  ...{ 1: 'float32', 2: 'uint8', 3: 'int8', 4: 'uint16', 5: 'int16', 6: 'int32', 7: 'int64', 9: 'bool' },
  ...{ 10: 'float16', 11: 'float64', 12: 'uint32', 13: 'uint64', 16: 'bfloat16' },
};

/** Types of TensorProto.DataType whose division and casts drop the fraction; truths count as numbers. */
export const isIntegerType = (type: number): boolean => /^(u?int|bool)/.test(TYPES[type] ?? '');

/** A message's fields one after another; every length is checked against what there is. */
function eachField(bytes: Uint8Array, visit: (field: number, reader: PbfReader) => void): void {
  const reader = new PbfReader(bytes);
  while (reader.pos < reader.length) {
    const tag = reader.readVarint();
    const before = reader.pos;
    reader.type = tag & 7;
    visit(tag >> 3, reader);
    if (reader.pos === before) reader.skip(tag);
    if (reader.pos > reader.length || reader.pos <= before) throw new RangeError('it ends within a field');
  }
}

function bytesOf(reader: PbfReader): Uint8Array {
  if (reader.type !== 2) throw new RangeError('a field is of another type');
  const length = reader.readVarint();
  const end = reader.pos + length;
  if (length < 0 || end > reader.length) throw new RangeError('it ends within a field');
  const bytes = reader.buf.subarray(reader.pos, end);
  reader.pos = end;
  return bytes;
}

const textOf = (reader: PbfReader): string => Buffer.from(bytesOf(reader)).toString('utf8');

/** One number, or many packed together, added to `list`. */
function numbersOf(reader: PbfReader, list: number[], one: (from: PbfReader) => number): void {
  if (reader.type !== 2) {
    list.push(one(reader));
    return;
  }
  const packed = new PbfReader(bytesOf(reader));
  while (packed.pos < packed.length) list.push(one(packed));
}
const integer = (reader: PbfReader): number => reader.readVarint(true);
const float = (reader: PbfReader): number => reader.readFloat();

/** Bit patterns that stand as integers, as the half or bfloat16 numbers that they are. */
const patterns = (values: readonly number[], type: string): Float32Array =>
  toFloat32(new Uint8Array(Uint16Array.from(values).buffer), type);

function tensor(bytes: Uint8Array): Tensor {
  const shape: number[] = [];
  const [floats, integers, doubles]: [number[], number[], number[]] = [[], [], []];
  let [name, type, isExternal] = ['', 0, false];
  let raw: Uint8Array | null = null;
  const entries = new Map<string, string>();
  eachField(bytes, (field, reader) => {
    if (field === 1) numbersOf(reader, shape, integer);
    else if (field === 2) type = reader.readVarint();
    else if (field === 4) numbersOf(reader, floats, float);
    else if (field === 5 || field === 7 || field === 11) numbersOf(reader, integers, integer);
    else if (field === 8) name = textOf(reader);
    else if (field === 9) raw = bytesOf(reader);
    else if (field === 10) numbersOf(reader, doubles, (from) => from.readDouble());
    else if (field === 14) isExternal = reader.readVarint() === 1;
    else if (field === 13) {
      let [key, value] = ['', ''];
      eachField(bytesOf(reader), (part, from) => {
        if (part === 1) key = textOf(from);
        if (part === 2) value = textOf(from);
      });
      entries.set(key, value);
    }
  });
  const weight = (beside?: Uint8Array): Weight => {
    const count = elementsOf(shape);
    const kind = TYPES[type];
    if (kind === undefined)
      throw new RangeError(`tensor "${name}" is of type ${type}, which holds no numbers`);
    const from = isExternal ? beside : raw;
    let data: Float32Array;
    if (from !== null && from !== undefined) data = toFloat32(from, kind);
    else if (floats.length > 0) data = Float32Array.from(floats);
    else if (doubles.length > 0) data = Float32Array.from(doubles);
    else if (kind === 'float16' || kind === 'bfloat16') data = patterns(integers, kind);
    else data = Float32Array.from(integers);
    if (data.length !== count) {
      throw new RangeError(`tensor "${name}" holds ${data.length} numbers; its shape says ${count}`);
    }
    return { shape, data };
  };
  const length = entries.get('length');
  const external = isExternal
    ? {
        location: entries.get('location') ?? '',
        offset: Number(entries.get('offset') ?? 0),
        length: length === undefined ? null : Number(length),
      }
    : null;
  return { name, shape, external, weight, integer: isIntegerType(type) };
}

function attribute(bytes: Uint8Array): [string, Attribute] {
  const [floats, ints]: [number[], number[]] = [[], []];
  let name = '';
  let [f, i, s, t]: [number | null, number | null, string | null, Tensor | null] = [null, null, null, null];
  eachField(bytes, (field, reader) => {
    if (field === 1) name = textOf(reader);
    else if (field === 2) f = reader.readFloat();
    else if (field === 3) i = reader.readVarint(true);
    else if (field === 4) s = textOf(reader);
    else if (field === 5) t = tensor(bytesOf(reader));
    else if (field === 7) numbersOf(reader, floats, float);
    else if (field === 8) numbersOf(reader, ints, integer);
  });
  return [name, { f, i, s, t, floats, ints }];
}

function graphNode(bytes: Uint8Array): GraphNode {
  const [inputs, outputs]: [string[], string[]] = [[], []];
  const attributes = new Map<string, Attribute>();
  let [name, kind, domain] = ['', '', ''];
  eachField(bytes, (field, reader) => {
    if (field === 1) inputs.push(textOf(reader));
    else if (field === 2) outputs.push(textOf(reader));
    else if (field === 3) name = textOf(reader);
    else if (field === 4) kind = textOf(reader);
    else if (field === 5) attributes.set(...attribute(bytesOf(reader)));
    else if (field === 7) domain = textOf(reader);
  });
  return { name, kind, domain, inputs, outputs, attributes };
}

/** The field of a message within messages: the bytes of the last one that has it. */
function within(bytes: Uint8Array, path: readonly number[]): Uint8Array | null {
  const [first, ...rest] = path;
  if (first === undefined) return bytes;
  const found: Uint8Array[] = [];
  eachField(bytes, (field, reader) => {
    if (field === first && reader.type === 2) found.push(bytesOf(reader));
  });
  const last = found.at(-1);
  return last === undefined ? null : within(last, rest);
}

/** ValueInfoProto: a name and the shape of a tensor. */
function valueInfo(bytes: Uint8Array): { name: string; shape: (number | null)[] } {
  const shape: (number | null)[] = [];
  const name = within(bytes, [1]);
  const sides = within(bytes, [2, 1, 2]);
  if (sides !== null) {
    eachField(sides, (field, reader) => {
      if (field !== 1) return;
      let side: number | null = null;
      eachField(bytesOf(reader), (part, from) => {
        if (part === 1) side = from.readVarint(true);
      });
      shape.push(side);
    });
  }
  return { name: name === null ? '' : Buffer.from(name).toString('utf8'), shape };
}

/** Reads a ModelProto. Throws a RangeError for bytes that are none. */
export function readOnnx(bytes: Uint8Array): OnnxGraph {
  const graphs: Uint8Array[] = [];
  let opset = 0;
  eachField(bytes, (field, reader) => {
    if (field === 7) graphs.push(bytesOf(reader));
    else if (field === 8) {
      let [domain, version] = ['', 0];
      eachField(bytesOf(reader), (part, from) => {
        if (part === 1) domain = textOf(from);
        if (part === 2) version = from.readVarint();
      });
      if (domain === '' || domain === 'ai.onnx') opset = version;
    }
  });
  const graph = graphs.at(-1);
  if (graph === undefined) throw new RangeError('it holds no graph');
  const nodes: GraphNode[] = [];
  const initializers: Tensor[] = [];
  const inputs: { name: string; shape: (number | null)[] }[] = [];
  const outputs: string[] = [];
  let name = '';
  eachField(graph, (field, reader) => {
    if (field === 1) nodes.push(graphNode(bytesOf(reader)));
    else if (field === 2) name = textOf(reader);
    else if (field === 5) initializers.push(tensor(bytesOf(reader)));
    else if (field === 11) inputs.push(valueInfo(bytesOf(reader)));
    else if (field === 12) outputs.push(valueInfo(bytesOf(reader)).name);
  });
  return { name, nodes, initializers, inputs, outputs, opset };
}
