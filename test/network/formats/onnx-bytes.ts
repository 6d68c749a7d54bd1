// Small ONNX files, byte by byte, so that they can lie (onnx/onnx.proto has the numbers of the fields).
const varint = (value: number): number[] => {
  const bytes: number[] = [];
  for (let rest = BigInt(value); ; rest >>= 7n) {
    if (rest < 128n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 127n) | 128);
  }
};
const number = (field: number, value: number): Buffer =>
  Buffer.from([...varint(field << 3), ...varint(value)]);
const part = (field: number, ...content: (Buffer | string)[]): Buffer => {
  const bytes = Buffer.concat(
    content.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)),
  );
  return Buffer.concat([Buffer.from([...varint((field << 3) | 2), ...varint(bytes.length)]), bytes]);
};

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
}

export interface OnnxWeight {
  readonly name: string;
  readonly dims: readonly number[];
  readonly bytes: Buffer;
  /** Where the bytes lie beside the file, instead of in it. */
  readonly external?: Readonly<Record<string, string>>;
}

const image = (name: string, dims: readonly number[]): Buffer => {
  const shape = dims.map((side) => part(1, number(1, side)));
  return Buffer.concat([part(1, name), part(2, part(1, number(1, 1), part(2, ...shape)))]);
};

/** A model of one input called "image", with float32 weights. */
export function onnxBytes(
  nodes: readonly OnnxNode[],
  weights: readonly OnnxWeight[],
  output: string,
  input: readonly number[] = [1, 1, 8, 8],
): Buffer {
  const tensors = weights.map(({ name, dims, bytes, external }) => {
    const where =
      external === undefined
        ? [part(9, bytes)]
        : [
            ...Object.entries(external).map(([key, value]) => part(13, part(1, key), part(2, value))),
            number(14, 1),
          ];
    return part(5, ...dims.map((side) => number(1, side)), number(2, 1), part(8, name), ...where);
  });
  const written = nodes.map(({ op, inputs, output: to }) =>
    part(1, ...inputs.map((from) => part(1, from)), part(2, to), part(3, to), part(4, op)),
  );
  const graph = part(
    7,
    ...written,
    part(2, 'graph'),
    ...tensors,
    part(11, image('image', input)),
    part(12, image(output, [1, 2, 6, 6])),
  );
  return Buffer.concat([number(1, 9), graph, part(8, number(2, 18))]);
}

/** What a good one is made of. */
export const CONV: OnnxNode = { op: 'Conv', inputs: ['image', 'kernel'], output: 'conv' };
export const KERNEL: OnnxWeight = { name: 'kernel', dims: [2, 1, 3, 3], bytes: Buffer.alloc(72, 63) };
