// Numbers of a weight as they stand in a file, brought to float32.
import { UserError } from '../../contract/errors';

/** A weight: row-major float32. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Bytes of one element, by the name that NumPy gives a type. */
const SIZES: Readonly<Record<string, number>> = {
  ...{ float64: 8, int64: 8, uint64: 8, float32: 4, int32: 4, uint32: 4 },
  ...{ float16: 2, bfloat16: 2, int16: 2, uint16: 2, int8: 1, uint8: 1, bool: 1 },
};

/** Bytes of one element; undefined for a type that holds no numbers. */
export const sizeOf = (type: string): number | undefined =>
  Object.hasOwn(SIZES, type) ? SIZES[type] : undefined;

/** Elements of a shape. Throws a RangeError where it is no shape or more than memory can hold. */
export function elementsOf(shape: readonly number[]): number {
  const count = shape.reduce((product, side) => product * side, 1);
  if (shape.some((side) => !Number.isInteger(side) || side < 0) || count > 2 ** 31) {
    throw new RangeError(`a weight of shape ${shape.join('×')} cannot be`);
  }
  return count;
}

/** IEEE 754 half precision as a number. */
export function half(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * 2 ** -24 * fraction;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * 2 ** (exponent - 25) * (1024 + fraction);
}

/** The half nearest to a number, ties to even (IEEE 754); beyond 65504 infinity. */
function halfBits(value: number, bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return sign | 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  // steps of the half: 2⁻²⁴ below the least normal number, else 2⁻¹⁰ of the power of two below
  const exponent = Math.max(-14, ((bits >>> 23) & 255) - 127);
  const steps = magnitude / 2 ** (exponent - 10);
  const down = Math.floor(steps);
  const odd = steps - down > 0.5 || (steps - down === 0.5 && down % 2 === 1);
  return sign | (((exponent + 14) << 10) + down + (odd ? 1 : 0));
}

/** Numbers as little-endian halves. */
export function toFloat16(values: Float32Array): Uint8Array {
  const bits = new Uint32Array(values.slice().buffer);
  return new Uint8Array(Uint16Array.from(values, (value, i) => halfBits(value, bits[i] ?? 0)).buffer);
}

/** Every half as a number: a table is some ten times as fast. */
let halves: Float32Array | undefined;

/** Little-endian elements of a type as float32. Throws a RangeError for a type that holds no numbers. */
export function toFloat32(bytes: Uint8Array, type: string): Float32Array {
  const size = sizeOf(type);
  if (size === undefined) throw new RangeError(`weights of type ${type} are not numbers that can be read`);
  const count = Math.floor(bytes.length / size);
  // a copy: it is aligned, and does not keep the whole file in memory
  const { buffer } = new Uint8Array(bytes.subarray(0, count * size));
  switch (type) {
    case 'float32':
      return new Float32Array(buffer);
    case 'float64':
      return Float32Array.from(new Float64Array(buffer));
    case 'int64':
      return Float32Array.from(new BigInt64Array(buffer), Number);
    case 'uint64':
      return Float32Array.from(new BigUint64Array(buffer), Number);
    case 'int32':
      return Float32Array.from(new Int32Array(buffer));
    case 'uint32':
      return Float32Array.from(new Uint32Array(buffer));
    case 'int16':
      return Float32Array.from(new Int16Array(buffer));
    case 'uint16':
      return Float32Array.from(new Uint16Array(buffer));
    case 'int8':
      return Float32Array.from(new Int8Array(buffer));
    case 'bfloat16':
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer);
    case 'float16': {
      const table = (halves ??= Float32Array.from({ length: 65536 }, (_, bits) => half(bits)));
      return Float32Array.from(new Uint16Array(buffer), (bits) => table[bits] as number);
    }
    default:
      return Float32Array.from(new Uint8Array(buffer));
  }
}

/** Bytes that the description of a model may have: those of the largest published CNNs have a hundredth of it. */
const MOST_JSON = 100e6;

/** JSON of a file. Throws a UserError that names the file where it is none, or far too large to be a model's. */
export function parseJson(text: string | Buffer, file: string): unknown {
  if (text.length > MOST_JSON) {
    throw new UserError(
      `${file} has ${Math.round(text.length / 1e6)} MB; a model is described in at most ${MOST_JSON / 1e6} MB.`,
      'Open the model.json or config.json of a CNN.',
    );
  }
  try {
    return JSON.parse(text.toString()) as unknown;
  } catch (cause) {
    throw new UserError(
      `${file} is not JSON.`,
      'Copy the model again; it was cut short or is another file.',
      {
        cause,
      },
    );
  }
}
