// Single units of convolutions and dense layers: their weights, what they look at, and their pre-activations.
import type { Rank, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';
import { evaluateWindows, forward, planFor } from './evaluation';
import { viewOf, type Axis, type Interval } from './geometry';
import { nodeOf, sourceOf, unitOperation, type Network, type Node, type UnitOperation } from './network';
import { every, flat } from './operations';
import { windowOf } from './receptive-field';

/** The operation of a layer with units. Throws a RangeError for another. */
function unitsOf(node: Node): UnitOperation {
  const operation = unitOperation(node);
  if (operation !== null) return operation;
  throw new RangeError(`"${node.name}" has no units to visualise: it is no convolution or dense layer.`);
}

/** What a layer with units is called: 'separable' where a convolution of single pixels mixes a depthwise one's channels. */
export function kindOf(
  network: Network,
  node: Node,
): 'conv' | 'depthwise' | 'separable' | 'transposed' | 'dense' {
  const operation = unitsOf(node);
  switch (operation.op) {
    case 'dense':
      return 'dense';
    case 'depthwiseConv2d':
      return 'depthwise';
    case 'convTranspose2d':
      return 'transposed';
    case 'conv2d': {
      const [rows, columns] = operation.kernel.shape;
      const isMixing = rows === 1 && columns === 1 && (operation.groups ?? 1) === 1;
      return isMixing && sourceOf(network, node).operation.op === 'depthwiseConv2d' ? 'separable' : 'conv';
    }
  }
}

/** The one position at which a unit is looked at, and the part of its input that it sees there. */
interface Place {
  readonly position: number;
  readonly sees: Interval;
}

/** On a window the only position there is; on whole images the centre. */
function placeOf(network: Network, node: Node, axis: Axis): Place {
  const position = windowOf(network, node.name).whole ? node.shape[axis] >> 1 : 0;
  const view = viewOf(node.operation, sourceOf(network, node).shape, node.shape, axis);
  if (view === null) throw new RangeError(`"${node.name}" has no positions.`);
  return { position, sees: view.needs({ first: position, last: position }) };
}

/** For each input row (or column) that a unit sees at its place, the row of the kernel that weighs it, or none. */
function tapsAt(operation: UnitOperation, { position, sees }: Place, axis: Axis): (number | null)[] {
  if (operation.op === 'dense') return [0];
  const taps = operation.kernel.shape[axis];
  if (operation.op !== 'convTranspose2d') return Array.from({ length: taps }, (_, tap) => tap);
  return Array.from({ length: sees.last - sees.first + 1 }, (_, i) => {
    const distance = position + operation.crop[axis] - (sees.first + i) * operation.strides[axis];
    const tap = distance / operation.dilations[axis];
    return Number.isInteger(tap) && tap >= 0 && tap < taps ? tap : null;
  });
}

/** Kernels of some units, [inputs of one unit flattened, units], and their biases [units]. */
export interface UnitWeights {
  readonly kernel: Tensor2D;
  readonly bias: Tensor1D;
  dispose(): void;
}

/** Where in a kernel's values the weight of input channel `channel` for output channel `unit` stands, if it has one. */
function weightAt(
  operation: Exclude<UnitOperation, { op: 'dense' }>,
  channels: number,
  units: number,
): (channel: number, unit: number) => number | null {
  switch (operation.op) {
    case 'depthwiseConv2d': {
      const multiplier = operation.kernel.shape[3];
      return (channel, unit) => (Math.floor(unit / multiplier) === channel ? unit : null);
    }
    case 'conv2d': {
      const within = channels / (operation.groups ?? 1);
      const perGroup = units / (operation.groups ?? 1);
      return (channel, unit) =>
        Math.floor(channel / within) === Math.floor(unit / perGroup)
          ? (channel % within) * units + unit
          : null;
    }
    case 'convTranspose2d': {
      const within = channels / operation.groups;
      const perGroup = units / operation.groups;
      return (channel, unit) =>
        Math.floor(channel / within) === Math.floor(unit / perGroup)
          ? (unit % perGroup) * channels + channel
          : null;
    }
  }
}

/** The kernels as seen from the units: [inputs of one unit, units], 0 where a unit does not see a channel. */
function kernelColumns(network: Network, node: Node, units: readonly number[]): Tensor2D {
  const operation = unitsOf(node);
  const all = operation.kernel.shape.at(-1) ?? 1;
  if (operation.op === 'dense' || (operation.op === 'conv2d' && (operation.groups ?? 1) === 1)) {
    const index = tf.tensor1d([...units], 'int32');
    return operation.kernel.reshape<Tensor2D>([-1, all]).gather<Tensor2D>(index, 1);
  }
  const channels = sourceOf(network, node).shape[2];
  const at = weightAt(operation, channels, node.shape[2]);
  const [kh, kw] = operation.kernel.shape;
  const values = operation.kernel.dataSync<'float32'>();
  const perTap = values.length / (kh * kw);
  const rows = tapsAt(operation, placeOf(network, node, 0), 0);
  const columns = tapsAt(operation, placeOf(network, node, 1), 1);
  const out = new Float32Array(rows.length * columns.length * channels * units.length);
  let place = 0;
  for (const row of rows) {
    for (const column of columns) {
      for (let channel = 0; channel < channels; channel++) {
        for (const unit of units) {
          const weight = row === null || column === null ? null : at(channel, unit);
          if (weight !== null) out[place] = values[((row ?? 0) * kw + (column ?? 0)) * perTap + weight] ?? 0;
          place++;
        }
      }
    }
  }
  return tf.tensor2d(out, [place / units.length, units.length]);
}

/** Picks the kernels of the named units out of a convolution or dense layer. The caller disposes of them. */
export function unitWeights(network: Network, name: string, units: readonly number[]): UnitWeights {
  const node = nodeOf(network, name);
  const operation = unitsOf(node);
  const [kernel, bias] = tf.tidy(() => {
    const index = tf.tensor1d([...units], 'int32');
    const biases = operation.bias ?? tf.zeros<Rank.R1>([node.shape[2]]);
    return [kernelColumns(network, node, units), biases.gather<Tensor1D>(index)];
  });
  return {
    kernel,
    bias,
    dispose: () => {
      tf.dispose([kernel, bias]);
    },
  };
}

/** Rows and columns of whole features [n, h, w, c] that a unit sees, zeros where it sees padding. */
function patch(features: Tensor4D, rows: Interval, columns: Interval): Tensor {
  const sides = [rows, columns].map(({ first, last }, axis) => {
    const size = features.shape[axis + 1] as number;
    const from = Math.max(0, first);
    const to = Math.min(size - 1, last);
    return { from, count: to - from + 1, before: from - first, after: last - to };
  });
  const [vertical, horizontal] = sides as [(typeof sides)[0], (typeof sides)[0]];
  const part = features.slice(
    [0, vertical.from, horizontal.from, 0],
    [-1, vertical.count, horizontal.count, -1],
  );
  return tf.pad4d(part, [
    [0, 0],
    [vertical.before, vertical.after],
    [horizontal.before, horizontal.after],
    [0, 0],
  ]);
}

/**
 * What a unit of layer `name` weighs, one row a picture: [n, inputs of one unit]. x [n, h, w, c] holds windows of
 * the layer's receptive field, or, where `windowOf` says whole, whole images, of which a dense unit sees all and
 * another the part about the centre of its map. The products with `unitWeights` are the pre-activations.
 */
export function unitFeatures(network: Network, x: Tensor4D, name: string): Tensor2D {
  const node = nodeOf(network, name);
  const operation = unitsOf(node);
  const below = sourceOf(network, node);
  return tf.tidy(() => {
    if (operation.op === 'dense') return flat(forward(network, x, below.name));
    const rows = placeOf(network, node, 0);
    const columns = placeOf(network, node, 1);
    const seen = windowOf(network, name).whole
      ? patch(forward(network, x, below.name), rows.sees, columns.sees)
      : evaluateBelow(network, x, node, below);
    if (operation.op === 'convTranspose2d') return flat(seen);
    const { dilations } = operation.geometry;
    return flat(every(every(seen, 1, dilations[0]), 2, dilations[1]));
  });
}

/** The part of a unit's input that it sees on its window. */
function evaluateBelow(network: Network, x: Tensor4D, node: Node, below: Node): Tensor {
  const one = { first: 0, last: 0 };
  const [rows, columns] = planFor(network, node.name, x.shape[1], x.shape[2], [one, one]);
  return evaluateWindows(network, x, below.name, [rows, columns]);
}

/**
 * The pre-activation of one unit per picture: picture i of x is shown to unit i alone, so that a layer's 64
 * units cost one kernel each and not 64. x [n, h, w, c] is as `unitFeatures` takes it; `weights` holds n units.
 * Returns [n].
 */
export function unitPreActivations(
  network: Network,
  x: Tensor4D,
  name: string,
  weights: UnitWeights,
): Tensor1D {
  return tf.tidy(() => {
    const products = unitFeatures(network, x, name).mul(weights.kernel.transpose());
    return products.sum<Tensor1D>(1).add<Tensor1D>(weights.bias);
  });
}
