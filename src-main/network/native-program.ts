// Recorded functions as graphs that TensorFlow runs by itself, without a word of JavaScript between the operations.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend';
import type { TensorMetadata } from '@tensorflow/tfjs-node/dist/tfjs_binding';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-node';
import {
  FLOAT,
  INT32,
  savedModelBytes,
  TAG,
  type AttributeValue,
  type ConstantValue,
  type GraphNode,
} from '../native/graph-file';
import { quietly } from '../native/quiet';
import { tf } from '../native/tensorflow';
import { record, typeOf, type DataId, type Recording } from './recording';

/** What of tfjs-node's backend is needed here, and not declared for others. */
interface Handles {
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(metadata: TensorMetadata): Tensor;
}

type Attributes = Readonly<Record<string, AttributeValue>>;
const ofType = (type: number): Attributes => ({ T: { type } });

/** A graph as it is written, node by node. */
class Graph {
  readonly nodes: GraphNode[] = [];

  add(op: string, inputs: readonly string[], attributes: Attributes, name?: string): string {
    const node = { name: name ?? `n${this.nodes.length}`, op, inputs, attributes };
    this.nodes.push(node);
    return node.name;
  }

  /** Something that is given at each run; −1 for a side that differs from run to run. */
  given(dtype: number, shape: readonly number[]): string {
    return this.add('Placeholder', [], { dtype: { type: dtype }, shape: { shape } });
  }

  constant(value: ConstantValue, after: readonly string[]): string {
    return this.add('Const', after, { dtype: { type: value.dtype }, value: { tensor: value } });
  }

  integer(value: number, after: readonly string[]): string {
    const bytes = new Uint8Array(Int32Array.of(value).buffer);
    return this.constant({ dtype: INT32, shape: [], bytes }, after);
  }
}

/** Operations in the order of the recording, those left out on which no output depends. */
function needed({ operations, outputs }: Recording): Recording['operations'] {
  const wanted = new Set<DataId>(outputs);
  const kept = operations.toReversed().filter((operation) => {
    if (!operation.outputs.some((id) => wanted.has(id))) return false;
    for (const id of operation.inputs) wanted.add(id);
    return true;
  });
  return kept.reverse();
}

/**
 * Writes a recording into a graph. `names` holds the nodes of what the function was given; `enter` brings a given tensor
 * to where the function stands, `after` is what its constants wait for. Returns the nodes of the outputs, and the tensors that are
 * to be given at each run besides, by their nodes.
 */
function write(
  recording: Recording,
  graph: Graph,
  names: Map<DataId, string>,
  enter: (node: string, dtype: number) => string = (node) => node,
  after: readonly string[] = [],
): { outputs: string[]; captured: Map<string, Tensor> } {
  const captured = new Map<string, Tensor>();
  const nameOf = (id: DataId): string => {
    let name = names.get(id);
    if (name === undefined) {
      const constant = recording.constants.get(id);
      const tensor = recording.captured.get(id);
      if (constant !== undefined) name = graph.constant(constant, after);
      else if (tensor !== undefined) {
        const given = graph.given(typeOf(tensor.dtype), tensor.shape);
        captured.set(given, tensor);
        name = enter(given, typeOf(tensor.dtype));
      } else throw new RangeError('A recorded function returns what it neither made nor was given.');
      names.set(id, name);
    }
    return name;
  };
  for (const { op, attributes, inputs, outputs } of needed(recording)) {
    const name = graph.add(op, inputs.map(nameOf), attributes);
    outputs.forEach((id, i) => names.set(id, i === 0 ? name : `${name}:${i}`));
  }
  return { outputs: recording.outputs.map(nameOf), captured };
}

interface Session {
  readonly run: (inputs: readonly Tensor[]) => Tensor[];
  readonly dispose: () => void;
}

interface Loaded {
  /** As the addon knows it. */
  readonly id: number;
  readonly bytes: number;
  users: number;
}

/**
 * Graphs that are loaded, by their bytes: to load one and have it optimised takes as long as some ten steps, and the next
 * run of a layer comes to the same. The one used last stands last.
 */
const graphs = new Map<string, Loaded>();
/** Graphs kept beyond those in use, and bytes from which on a graph is not kept. */
const MOST_KEPT = 16;
const MOST_BYTES = 4e6;

const binding = () => (tf.backend() as NodeJSKernelBackend).binding;

function load(bytes: Uint8Array): number {
  const folder = mkdtempSync(join(tmpdir(), 'filterscope-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), bytes);
    return quietly(() => binding().loadSavedModel(folder, TAG));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Gives up graphs that nobody uses, the longest unused first. */
function shrink(): void {
  for (const [key, { id, users, bytes }] of graphs) {
    if (users > 0 || (graphs.size <= MOST_KEPT && bytes <= MOST_BYTES)) continue;
    graphs.delete(key);
    binding().deleteSavedModel(id);
  }
}

/** Loads a graph; `run` takes tensors for the nodes `inputs` and gives those of the nodes `outputs`, which are the caller's. */
function session({ nodes }: Graph, inputs: readonly string[], outputs: readonly string[]): Session {
  const handles = tf.backend() as unknown as Handles;
  const bytes = savedModelBytes(nodes);
  const key = createHash('sha256').update(bytes).digest('base64');
  const graph = graphs.get(key) ?? { id: load(bytes), bytes: bytes.length, users: 0 };
  graph.users++;
  graphs.delete(key);
  graphs.set(key, graph);
  const [inputNames, outputNames] = [inputs.join(','), outputs.join(',')];
  return {
    run: (tensors) =>
      binding()
        .runSavedModel(graph.id, handles.getInputTensorIds(tensors), inputNames, outputNames)
        .map((metadata) => handles.createOutputTensor(metadata)),
    dispose: () => {
      graph.users--;
      shrink();
    },
  };
}

/** Makes a session of a recording, which is let go of again where that fails. */
function programOf<P>(recording: Recording, make: () => P): P {
  try {
    return make();
  } catch (error) {
    tf.dispose([...recording.captured.values()]);
    throw error;
  }
}

export interface NativeFunction {
  /** As the function; its results are the caller's. Its operands have the shapes of the examples. */
  readonly run: (...operands: readonly Tensor[]) => Tensor[];
  dispose(): void;
}

/** A function of tensors as a graph, made from what it does with `examples`. Throws Unrecordable. */
export function nativeFunction<T extends readonly Tensor[]>(
  examples: T,
  of: (...operands: T) => readonly Tensor[],
): NativeFunction {
  const recording = record(() => of(...examples));
  return programOf(recording, () => {
    const graph = new Graph();
    const inputs = examples.map(({ dtype, shape }) => graph.given(typeOf(dtype), shape));
    const names = new Map(examples.map(({ dataId }, i) => [dataId, inputs[i] as string]));
    const { outputs, captured } = write(recording, graph, names);
    const { run, dispose } = session(graph, [...inputs, ...captured.keys()], outputs);
    return {
      run: (...operands) => run([...operands, ...captured.values()]),
      dispose: () => {
        dispose();
        tf.dispose([...recording.captured.values()]);
      },
    };
  });
}

export interface NativeLoop {
  /** The state after one step for each entry of the schedules, which are of one length. It is the caller's. */
  readonly run: (state: readonly Tensor[], schedules: readonly Tensor1D[]) => Tensor[];
  dispose(): void;
}

/**
 * A loop as a graph, made from what one step does with `example`: `step` takes the state and one number [] of each of
 * `schedules` schedules, and gives the next state, of the same shapes. Throws Unrecordable.
 * The nodes are those of TensorFlow's control flow (Yu et al. 2018, "Dynamic control flow in large-scale machine learning").
 */
export function nativeLoop(
  example: readonly Tensor[],
  schedules: number,
  step: (state: readonly Tensor[], now: readonly Tensor[]) => readonly Tensor[],
): NativeLoop {
  const now = Array.from({ length: schedules }, () => tf.scalar(0));
  const recording = record(() => step(example, now));
  tf.dispose(now);
  return programOf(recording, () => {
    const graph = new Graph();
    const enter = (node: string, type: number, constant = true): string =>
      graph.add('Enter', [node], {
        ...ofType(type),
        ...{
          frame_name: { text: 'steps' },
          is_constant: { bool: constant },
          parallel_iterations: { int: 1 },
        },
      });
    const limit = graph.given(INT32, []);
    const states = example.map(({ dtype, shape }) => graph.given(typeOf(dtype), shape));
    // what goes round: the number of steps done, then the state
    const types = [INT32, ...example.map(({ dtype }) => typeOf(dtype))];
    const typed = (i: number): Attributes => ofType(types[i] as number);
    const merged = [graph.integer(0, []), ...states].map((node, i) =>
      graph.add('Merge', [enter(node, types[i] as number, false), `next${i}`], {
        ...typed(i),
        N: { int: 2 },
      }),
    );
    const [done = ''] = merged;
    const more = graph.add('LoopCond', [graph.add('Less', [done, enter(limit, INT32)], typed(0))], {});
    const switched = merged.map((node, i) => graph.add('Switch', [node, more], typed(i)));
    const [counter = '', ...inside] = switched.map((node, i) =>
      graph.add('Identity', [`${node}:1`], typed(i)),
    );
    const after = [`^${counter}`];
    const names = new Map(example.map(({ dataId }, i) => [dataId, inside[i] as string]));
    const given = now.map(({ dataId }) => {
      const schedule = graph.given(FLOAT, [-1]);
      const types = { Tparams: { type: FLOAT }, Tindices: { type: INT32 } };
      names.set(dataId, graph.add('Gather', [enter(schedule, FLOAT), counter], types));
      return schedule;
    });
    const { outputs, captured } = write(recording, graph, names, enter, after);
    const next = graph.add('AddV2', [counter, graph.integer(1, after)], typed(0));
    [next, ...outputs].forEach((node, i) => graph.add('NextIteration', [node], typed(i), `next${i}`));
    const exits = switched.slice(1).map((node, i) => graph.add('Exit', [node], typed(i + 1)));
    const { run, dispose } = session(graph, [limit, ...states, ...given, ...captured.keys()], exits);
    return {
      run: (state, values) => {
        const steps = tf.scalar(values[0]?.size ?? 0, 'int32');
        const found = run([steps, ...state, ...values, ...captured.values()]);
        steps.dispose();
        return found;
      },
      dispose: () => {
        dispose();
        tf.dispose([...recording.captured.values()]);
      },
    };
  });
}
