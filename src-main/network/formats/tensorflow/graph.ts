// A TensorFlow graph as TensorFlow.js' converter writes it: nodes with attributes in protocol buffers' JSON.
import { z } from 'zod';
import { UserError } from '../../../contract/errors';
import type { GraphBuilder } from '../graph-builder';
import type { Value } from '../layout';
import { isConstant, type Constant, type Operand } from '../onnx/context';

const number = z.union([z.number(), z.string()]);
const attributeSchema = z.object({
  s: z.string().optional(),
  i: number.optional(),
  f: number.optional(),
  b: z.boolean().optional(),
  shape: z.object({ dim: z.array(z.object({ size: number.optional() })).optional() }).optional(),
  list: z.object({ s: z.array(z.string()).optional(), i: z.array(number).optional() }).optional(),
});
const nodeSchema = z.object({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z.record(z.string(), attributeSchema).default({}),
});
export type TensorflowNode = z.infer<typeof nodeSchema>;

/** The nodes of a topology. Throws a UserError for another JSON. */
export function graphNodes(topology: Readonly<Record<string, unknown>>): TensorflowNode[] {
  const parsed = z.array(nodeSchema).safeParse(topology.node);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(
    `The graph in model.json is broken: node ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`,
    'Convert the model again.',
  );
}

/** What is known of a graph's values beyond their shapes. */
export class Noted {
  readonly dilated = new Map<string, [number, number]>();
  readonly singles = new WeakSet<Value>();
}

/** What the translation of one node is given. */
export class NodeContext {
  readonly builder: GraphBuilder;
  readonly node: TensorflowNode;
  readonly inputs: readonly Operand[];

  /** Dilations of what SpaceToBatchND made, by node: the convolution of its blocks is a dilated one of the whole. */
  readonly dilated: Map<string, [number, number]>;

  /** Images whose batch of one was taken off. */
  readonly singles: WeakSet<Value>;

  constructor(builder: GraphBuilder, node: TensorflowNode, inputs: readonly Operand[], noted = new Noted()) {
    this.dilated = noted.dilated;
    this.singles = noted.singles;
    this.builder = builder;
    this.node = node;
    this.inputs = inputs;
  }

  get name(): string {
    return this.node.name;
  }

  value(index = 0): Value {
    const operand = this.inputs[index];
    if (operand === undefined || isConstant(operand))
      throw new RangeError(`its input ${index} does not come from the image`);
    if (this.singles.has(operand)) throw new RangeError('its input is an image without its batch');
    return operand;
  }

  /** The first input where it is an image whose batch of one was taken off: as it was before. */
  single(): Value | null {
    const [operand] = this.inputs;
    return operand !== undefined && !isConstant(operand) && this.singles.has(operand) ? { ...operand } : null;
  }

  constant(index: number): Constant {
    const operand = this.inputs[index];
    if (!isConstant(operand)) throw new RangeError(`its input ${index} is computed from the image`);
    return operand;
  }

  private attribute(name: string): z.infer<typeof attributeSchema> | undefined {
    return Object.hasOwn(this.node.attr, name) ? this.node.attr[name] : undefined;
  }

  ints(name: string): number[] {
    return (this.attribute(name)?.list?.i ?? []).map(Number);
  }

  float(name: string, fallback: number): number {
    return Number(this.attribute(name)?.f ?? fallback);
  }

  flag(name: string): boolean {
    return this.attribute(name)?.b ?? false;
  }

  int(name: string, fallback: number): number {
    return Number(this.attribute(name)?.i ?? fallback);
  }

  /** Texts stand in base 64. */
  text(name: string, fallback: string): string {
    const found = this.attribute(name)?.s;
    return found === undefined ? fallback : Buffer.from(found, 'base64').toString('latin1');
  }

  texts(name: string): string[] {
    return (this.attribute(name)?.list?.s ?? []).map((part) =>
      Buffer.from(part, 'base64').toString('latin1'),
    );
  }

  /** A placeholder's shape; null for unknown sides. */
  shape(): (number | null)[] {
    const sides = this.attribute('shape')?.shape?.dim ?? [];
    return sides.map(({ size }) => (size === undefined || Number(size) < 1 ? null : Number(size)));
  }

  /** An axis that counts the batch as one that does not. */
  axis(axis: number, rank: number): number {
    const at = axis < 0 ? axis + rank + 1 : axis;
    if (at < 1 || at > rank) throw new RangeError(`it works along axis ${axis}, the batch or beyond`);
    return at - 1;
  }
}
