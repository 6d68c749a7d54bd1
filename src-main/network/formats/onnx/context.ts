// What the translation of one ONNX node is given: its inputs, its attributes by kind.
import type { GraphBuilder } from '../graph-builder';
import type { Value } from '../layout';
import type { Weight } from '../weights';
import type { GraphNode } from './proto';

/** Something known before any image comes. Its dimensions are the file's, the batch of 1 included. */
export type Constant = Weight & {
  readonly constant: true;
  /** True for whole numbers, whose division drops the fraction. */
  readonly integer: boolean;
};
/** All elements in one dimension, the batch of one among them, as a reshape to one dimension leaves them. */
export type Loose = Value & { readonly loose: true };
/** A value whose batch stands behind so many of its dimensions, as a transpose for what follows leaves it. */
export type Moved = Value & { readonly batchAt: number };
export type Operand = Value | Constant;

export const constant = (
  shape: readonly number[],
  data: Float32Array | readonly number[],
  integer = false,
): Constant => ({
  ...{ constant: true, shape, integer },
  data: data instanceof Float32Array ? data : Float32Array.from(data),
});
export const isConstant = (operand: Operand | null | undefined): operand is Constant =>
  operand !== null && operand !== undefined && 'constant' in operand;

export class Context {
  readonly builder: GraphBuilder;
  readonly name: string;
  readonly node: GraphNode;
  readonly opset: number;
  readonly inputs: readonly (Operand | null)[];

  constructor(
    builder: GraphBuilder,
    name: string,
    node: GraphNode,
    opset: number,
    inputs: readonly (Operand | null)[],
  ) {
    this.builder = builder;
    this.name = name;
    this.node = node;
    this.opset = opset;
    this.inputs = inputs;
  }

  /** The input of that place, which must be computed from the image. */
  value(index = 0): Value {
    const operand = this.inputs[index];
    if (operand === null || operand === undefined || isConstant(operand)) {
      throw new RangeError(`its input ${index} does not come from the image`);
    }
    if ('loose' in operand) throw new RangeError(`its input ${index} has lost its batch`);
    if ('batchAt' in operand) throw new RangeError(`the batch of its input ${index} does not come first`);
    return operand;
  }

  /** The first input and how many dimensions stand before its batch. */
  moved(): Moved {
    const [operand] = this.inputs;
    if (operand === null || operand === undefined || isConstant(operand) || 'loose' in operand)
      return { ...this.value(), batchAt: 0 };
    return { batchAt: 0, ...operand };
  }

  /** The first input where it is without its batch. */
  loose(): Value | null {
    const [operand] = this.inputs;
    if (operand === null || operand === undefined || isConstant(operand)) return null;
    return 'loose' in operand ? operand : null;
  }

  /** The input of that place, which must be known; null where the node has none. */
  optional(index: number): Constant | null {
    const operand = this.inputs[index] ?? null;
    if (operand === null) return null;
    if (!isConstant(operand)) throw new RangeError(`its input ${index} is computed from the image`);
    return operand;
  }

  constant(index: number): Constant {
    const found = this.optional(index);
    if (found === null) throw new RangeError(`its input ${index} is missing`);
    return found;
  }

  int(name: string, fallback: number): number {
    return this.node.attributes.get(name)?.i ?? fallback;
  }

  number(name: string, fallback: number): number {
    return this.node.attributes.get(name)?.f ?? fallback;
  }

  text(name: string, fallback: string): string {
    return this.node.attributes.get(name)?.s ?? fallback;
  }

  ints(name: string): readonly number[] | null {
    return this.node.attributes.get(name)?.ints ?? null;
  }

  /** Integers that newer operators take as an input and older ones as an attribute. */
  intsAt(index: number, name: string): number[] | null {
    const given = this.optional(index);
    return given === null ? (this.ints(name)?.slice() ?? null) : [...given.data];
  }

  /** An axis of the file as one without the batch; the batch itself cannot be meant. */
  axis(axis: number, rank: number): number {
    const at = axis < 0 ? axis + rank + 1 : axis;
    if (at < 1 || at > rank) throw new RangeError(`it works along axis ${axis}, the batch or beyond`);
    return at - 1;
  }
}

/** Translates a node to its outputs; null for an operator that it does not know. */
export type TranslateNode = (context: Context) => Operand[] | null;
