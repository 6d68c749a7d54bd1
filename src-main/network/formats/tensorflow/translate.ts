// A TensorFlow.js GraphModel as a network.
import { UserError } from '../../../contract/errors';
import type { Network } from '../../network';
import { GraphBuilder } from '../graph-builder';
import { CHANNELS_FIRST, CHANNELS_LAST, inputImage, type Value } from '../layout';
import { constant, isConstant, type Operand } from '../onnx/context';
import type { TranslationOptions } from '../options';
import { assumedScaling, placeScaling, statedScaling } from '../scaling';
import type { TfjsModel } from '../tfjs-files';
import { graphNodes, NodeContext, Noted, type TensorflowNode } from './graph';
import { translateNode } from './operators';

/** The node that an input names: "name", "name:1", or "^name" for mere order. */
const sourceOf = (input: string): string | null =>
  input.startsWith('^') ? null : (input.split(':')[0] ?? '');

/** Which output of it: the first when it is not said. */
const placeOf = (input: string): number => Number(input.split(':')[1] ?? 0);

/**
 * Nodes in an order in which each follows its inputs, and those of loops, which have none. Throws a UserError for a
 * circle that is no loop and for a missing node.
 */
function ordered(nodes: readonly TensorflowNode[]): { ready: TensorflowNode[]; loops: TensorflowNode[] } {
  const names = new Set(nodes.map(({ name }) => name));
  const missing = new Map<string, number>();
  const users = new Map<string, TensorflowNode[]>();
  for (const node of nodes) {
    const sources = new Set(node.input.map(sourceOf).filter((source) => source !== null));
    for (const source of sources) {
      if (!names.has(source))
        throw new UserError(
          `Node "${node.name}" takes "${source}", which nothing makes.`,
          'Convert the model again.',
        );
      users.set(source, [...(users.get(source) ?? []), node]);
    }
    missing.set(node.name, sources.size);
  }
  const ready = nodes.filter(({ name }) => missing.get(name) === 0);
  for (let i = 0; i < ready.length; i++) {
    for (const user of users.get(ready[i]?.name ?? '') ?? []) {
      const left = (missing.get(user.name) ?? 0) - 1;
      missing.set(user.name, left);
      if (left === 0) ready.push(user);
    }
  }
  if (ready.length === nodes.length) return { ready, loops: [] };
  const known = new Set(ready);
  // TensorFlow 1 writes a while loop as a circle through these
  const loops = nodes.filter((node) => node.op === 'NextIteration' && !known.has(node));
  if (loops.length === 0)
    throw new UserError('The graph goes round in a circle.', 'Convert the model again.');
  return { ready, loops };
}

function inputOf(
  nodes: readonly TensorflowNode[],
  builder: GraphBuilder,
  inputSize: number,
): { name: string; dims: number[]; order: readonly number[]; anySize: boolean } {
  const inputs = nodes.filter(({ op }) => op === 'Placeholder');
  const [input] = inputs;
  if (input === undefined || inputs.length !== 1) {
    throw new UserError(`The model takes ${inputs.length} inputs.`, 'Open a model of one image input.');
  }
  const shape = new NodeContext(builder, input, []).shape().slice(1);
  if (shape.length < 1 || shape.length > 3) {
    throw new UserError(
      `The model takes an input of ${shape.length + 1} dimensions.`,
      'Open a model of images: batch, rows, columns, channels.',
    );
  }
  // what was converted from ONNX takes its channels first
  const isChannels = (side: number | null | undefined): boolean => side === 1 || side === 3;
  const channelsFirst = shape.length === 3 && isChannels(shape[0]) && !isChannels(shape[2]);
  const order = channelsFirst && shape[2] !== null ? CHANNELS_FIRST : CHANNELS_LAST;
  const dims = shape.map((side, axis) => side ?? (axis === shape.length - 1 ? 3 : inputSize));
  if (dims.some((side) => side > 16384))
    throw new UserError(`The model's input has the shape ${dims.join('×')}.`, 'Open a model of images.');
  const anySize = shape.length === 3 && shape.slice(0, 2).includes(null);
  return { name: input.name, dims, order, anySize };
}

/** Builds the network of a GraphModel. Throws a UserError for one that cannot be opened. */
export function translateGraph(
  { name, sha256, topology, weights }: TfjsModel,
  options: TranslationOptions,
): Network {
  const nodes = graphNodes(topology);
  const builder = new GraphBuilder();
  try {
    const input = inputOf(nodes, builder, options.inputSize);
    const scaling = options.scaling === undefined ? assumedScaling : statedScaling(options.scaling);
    const { dims, order } = input;
    const image = inputImage(dims, order);
    const pixels = builder.input(image.sides);
    const operands = new Map<string, readonly Operand[] | null>();
    const noted = new Noted();
    let last: Value | null = null;
    const { ready, loops } = ordered(nodes);
    for (const node of ready) {
      // order alone, and nothing that is computed
      if (node.op === 'NoOp') continue;
      const found = evaluate(node);
      operands.set(node.name, found);
      const value = found?.findLast((operand) => !isConstant(operand));
      if (value !== undefined && !isConstant(value)) last = value;
    }
    const [loop] = loops;
    if (loop !== undefined) {
      builder.refuse({ name: loop.name, kind: 'while loop', after: [], reason: 'loops are not followed' });
    }
    const parameters = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
    return builder.finish({ name, sha256, parameters, anySize: input.anySize }, scaling, last?.node ?? null);

    function evaluate(node: TensorflowNode): readonly Operand[] | null {
      if (node.name === input.name) {
        return [{ node: placeScaling(builder, pixels, scaling), dims, order: image.order }];
      }
      if (node.op === 'Const') {
        const weight = weights.get(node.name);
        if (weight === undefined)
          throw new UserError(`Weight ${node.name} is missing.`, 'Copy the whole model folder again.');
        return [constant(weight.shape, weight.data)];
      }
      const taken = node.input.filter((source) => !source.startsWith('^'));
      const operandOf = (source: string): Operand | null =>
        operands.get(sourceOf(source) ?? '')?.[placeOf(source)] ?? null;
      const inputs = taken.map(operandOf);
      const present = inputs.filter((operand) => operand !== null);
      // what follows from a node that is not supported goes with it
      if (present.length < inputs.length) return null;
      let reason: string | null = null;
      try {
        const found = translateNode(new NodeContext(builder, node, present, noted));
        if (found !== null) return Array.isArray(found) ? found : [found];
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        reason = error.message;
      }
      const after = taken
        .filter((source) => !isConstant(operandOf(source)))
        .map((source) => sourceOf(source) ?? '');
      builder.refuse({ name: node.name, kind: node.op, after, reason });
      return null;
    }
  } catch (error) {
    builder.dispose();
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`The model cannot be opened: ${error.message}.`, 'Convert it again.', {
      cause: error,
    });
  }
}
