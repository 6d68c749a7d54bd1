// An ONNX graph as a network: nodes in their order, what no image changes folded, the rest translated.
import { UserError } from '../../../contract/errors';
import type { Network, Unsupported } from '../../network';
import { GraphBuilder, type About } from '../graph-builder';
import { CHANNELS_FIRST, CHANNELS_LAST, inputImage, type Value } from '../layout';
import type { TranslationOptions } from '../options';
import { assumedScaling, placeScaling, statedScaling } from '../scaling';
import { constant, Context, isConstant, type Constant, type Operand, type TranslateNode } from './context';
import { foldedNode } from './folding';
import { normalisationNode } from './normalisation';
import { pickingNode } from './picking';
import { pointwiseNode } from './pointwise';
import type { GraphNode, OnnxGraph, Tensor } from './proto';
import { resamplingNode } from './resampling';
import { scalingIn } from './scaling';
import { shapingNode } from './shaping';
import { windowNode } from './windows';

const translators: readonly TranslateNode[] = [
  foldedNode,
  windowNode,
  pointwiseNode,
  normalisationNode,
  pickingNode,
  shapingNode,
  resamplingNode,
];

/** Dimensions that images have channels of. */
const isChannels = (side: number | null | undefined): boolean => side === 1 || side === 3 || side === 4;

/** The input's dimensions without the batch, unknown sides filled in, and how they are laid out. */
function inputOf(
  graph: OnnxGraph,
  inputSize: number,
): { name: string; dims: number[]; order: readonly number[]; anySize: boolean } {
  const known = new Set(graph.initializers.map(({ name }) => name));
  const inputs = graph.inputs.filter(({ name }) => !known.has(name));
  const [input] = inputs;
  if (input === undefined || inputs.length !== 1) {
    throw new UserError(`The model takes ${inputs.length} inputs.`, 'Open a model of one image input.');
  }
  const shape = input.shape.slice(1);
  if (shape.length < 1 || shape.length > 3) {
    throw new UserError(
      `The model takes an input of ${input.shape.length} dimensions.`,
      'Open a model of images: batch, channels, rows, columns.',
    );
  }
  const last = shape.length === 3 && isChannels(shape[2]) && !isChannels(shape[0]);
  const order = last ? CHANNELS_LAST : CHANNELS_FIRST;
  const channel = last ? 2 : 0;
  const dims = shape.map((side, axis) => {
    // exporters write -1, 0 or a name for a side that may vary
    if (side !== null && side > 0) return side;
    if (shape.length === 3 && axis === channel) return 3;
    return inputSize;
  });
  if (dims.some((side) => side > 16384))
    throw new UserError(`The model's input has the shape ${dims.join('×')}.`, 'Open a model of images.');
  const isOpen = (side: number | null | undefined): boolean =>
    side === null || side === undefined || side < 1;
  const spatial = order === CHANNELS_FIRST ? shape.slice(1) : shape.slice(0, 2);
  return { name: input.name, dims, order, anySize: shape.length === 3 && spatial.some(isOpen) };
}

/** A name for the node: its own, or its first output's, as a path. */
const nameOf = (node: GraphNode): string =>
  (node.name === '' ? (node.outputs[0] ?? node.kind) : node.name).replace(/^\/+/, '');

/** Numbers that may be worked out and held at a time beside the file's own: a gigabyte. */
const MOST_FOLDED = 2 ** 28;

class Translator {
  private readonly builder: GraphBuilder;
  private readonly graph: OnnxGraph;
  /** Null for what could not be translated. */
  readonly operands = new Map<string, Operand | null>();
  /** Numbers that stand in the file as constants. */
  parameters = 0;
  /** How many nodes still take a value. */
  private readonly uses = new Map<string, number>();
  /** How many constants hold the same numbers. */
  private readonly holders = new Map<Float32Array, number>();
  /** What could not be worked out of constants alone, by the name of its output. */
  private readonly unfolded = new Map<string, Unsupported>();
  /** Numbers that constants hold at the time. */
  private held = 0;

  constructor(builder: GraphBuilder, graph: OnnxGraph) {
    this.builder = builder;
    this.graph = graph;
  }

  /** Nodes in an order in which each follows its inputs: the file's own, unless it breaks that rule. */
  private ordered(): GraphNode[] {
    const { nodes } = this.graph;
    const maker = new Map(
      nodes.flatMap((node) => node.outputs.map((output): [string, GraphNode] => [output, node])),
    );
    const missing = new Map<GraphNode, number>();
    const users = new Map<GraphNode, GraphNode[]>();
    for (const node of nodes) {
      const makers = new Set(node.inputs.flatMap((input) => maker.get(input) ?? []));
      missing.set(node, makers.size);
      for (const other of makers) users.set(other, [...(users.get(other) ?? []), node]);
    }
    const ready = nodes.filter((node) => missing.get(node) === 0);
    for (let i = 0; i < ready.length; i++) {
      for (const user of users.get(ready[i] as GraphNode) ?? []) {
        const left = (missing.get(user) ?? 0) - 1;
        missing.set(user, left);
        if (left === 0) ready.push(user);
      }
    }
    if (ready.length < nodes.length) {
      const stuck = nodes.find((node) => (missing.get(node) ?? 0) > 0);
      throw new UserError(
        `The graph goes round in a circle at "${stuck === undefined ? '' : nameOf(stuck)}".`,
        'Export the model again.',
      );
    }
    return ready;
  }

  private hold({ data }: Constant): void {
    const others = this.holders.get(data) ?? 0;
    this.holders.set(data, others + 1);
    if (others === 0) this.held += data.length;
  }

  /** Forgets the constants that no node takes any more: those of standardised weights are several times the file's. */
  private release(node: GraphNode): void {
    for (const input of new Set(node.inputs)) {
      const left = (this.uses.get(input) ?? 0) - 1;
      this.uses.set(input, left);
      const operand = this.operands.get(input);
      if (left > 0 || !isConstant(operand)) continue;
      this.operands.delete(input);
      const others = (this.holders.get(operand.data) ?? 1) - 1;
      this.holders.set(operand.data, others);
      if (others > 0) continue;
      this.holders.delete(operand.data);
      this.held -= operand.data.length;
    }
  }

  run(): void {
    const ordered = this.ordered();
    for (const { inputs } of ordered)
      for (const input of new Set(inputs)) this.uses.set(input, (this.uses.get(input) ?? 0) + 1);
    for (const operand of this.operands.values()) if (isConstant(operand)) this.hold(operand);
    const most = this.held + MOST_FOLDED;
    for (const node of ordered) {
      const outputs = this.node(node);
      // some exporters write the weights as nodes
      const [made] = outputs ?? [];
      if (node.kind === 'Constant' && isConstant(made)) this.parameters += made.data.length;
      node.outputs.forEach((name, i) => {
        const output = outputs?.[i] ?? null;
        this.operands.set(name, output);
        if (isConstant(output)) this.hold(output);
      });
      this.release(node);
      if (this.held > most)
        throw new UserError(
          `Node "${nameOf(node)}" is one too many: the constants that the model works out do not fit into memory.`,
          'Export the model again with its constants folded.',
        );
    }
  }

  private node(node: GraphNode): Operand[] | null {
    const { builder, graph } = this;
    const used = node.inputs.filter((input) => input !== '');
    const unknown = used.find((input) => !this.operands.has(input));
    if (unknown !== undefined) {
      throw new UserError(
        `Node "${nameOf(node)}" takes "${unknown}", which nothing makes.`,
        'Export the model again.',
      );
    }
    const makersOf = (inputs: readonly string[]): string[] =>
      inputs
        .map((input) => graph.nodes.find(({ outputs }) => outputs.includes(input)))
        .map((maker) => (maker === undefined ? 'input' : nameOf(maker)));
    // what follows from a node that is not supported goes with it
    const missing = used.filter((input) => this.operands.get(input) === null);
    const after = used.filter((input) => {
      const operand = this.operands.get(input);
      return operand !== null && !isConstant(operand);
    });
    if (missing.length > 0) {
      const unknown = missing.map((input) => this.unfolded.get(input));
      const [cause] = unknown;
      // a constant that could not be worked out is told of where the image first meets it
      if (cause === undefined || unknown.includes(undefined)) return null;
      if (after.length > 0) builder.refuse({ ...cause, after: makersOf(after) });
      else for (const output of node.outputs) this.unfolded.set(output, cause);
      return null;
    }
    const inputs = node.inputs.map((input) => (input === '' ? null : (this.operands.get(input) ?? null)));
    const context = new Context(builder, nameOf(node), node, graph.opset, inputs);
    const refuse = (reason: string | null): null => {
      const refused: Unsupported = { name: nameOf(node), kind: node.kind, reason, after: makersOf(after) };
      if (after.length > 0) builder.refuse(refused);
      else for (const output of node.outputs) this.unfolded.set(output, refused);
      return null;
    };
    if (node.domain !== '' && node.domain !== 'ai.onnx') return refuse(`it is of the domain ${node.domain}`);
    try {
      for (const translate of translators) {
        const outputs = translate(context);
        if (outputs !== null) return outputs;
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return refuse(error.message);
    }
    return refuse(null);
  }
}

/** The bytes of a tensor that lie in a file beside the model; undefined for one that is in it. */
function outside(
  { name, external }: Tensor,
  beside: ReadonlyMap<string, Uint8Array>,
): Uint8Array | undefined {
  const file = external === null ? undefined : beside.get(external.location);
  if (external === null || file === undefined) return undefined;
  const { offset, length, location } = external;
  const end = length === null ? file.length : offset + length;
  if (!(offset >= 0 && offset <= end && end <= file.length)) {
    throw new RangeError(`tensor "${name}" lies beyond the end of ${location}`);
  }
  return file.subarray(offset, end);
}

/** Builds the network; `beside` has the content of the files that hold weights apart. */
export function translateOnnx(
  graph: OnnxGraph,
  about: Omit<About, 'parameters' | 'anySize'>,
  options: TranslationOptions,
  beside: ReadonlyMap<string, Uint8Array>,
): Network {
  const builder = new GraphBuilder();
  try {
    const { name, dims, order, anySize } = inputOf(graph, options.inputSize);
    const translator = new Translator(builder, graph);
    let parameters = 0;
    for (const tensor of graph.initializers) {
      const { shape, data } = tensor.weight(outside(tensor, beside));
      translator.operands.set(tensor.name, constant(shape, data, tensor.integer));
      parameters += data.length;
    }
    const scaling =
      options.scaling === undefined
        ? (scalingIn(graph, name, translator.operands) ?? assumedScaling)
        : statedScaling(options.scaling);
    const image = inputImage(dims, order);
    const node = placeScaling(builder, builder.input(image.sides), scaling);
    const start: Value = { node, dims, order: image.order };
    translator.operands.set(name, start);
    translator.run();
    const output = translator.operands.get(graph.outputs[0] ?? '');
    parameters += translator.parameters;
    return builder.finish(
      { ...about, parameters, anySize },
      scaling,
      output === null || output === undefined || isConstant(output) ? null : output.node,
    );
  } catch (error) {
    builder.dispose();
    throw error;
  }
}
