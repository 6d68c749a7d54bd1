// A unit's picture explained by the layer below: which of its units drive it, from where, and how linear it is there.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node';
import { neuron } from '../ascent/objectives';
import type { Decomposition } from '../contract/evidence';
import { tf } from '../native/tensorflow';
import { forward, unitFeatures, unitWeights } from '../network/forward';
import { planFor } from '../network/evaluation';
import type { Axis, Interval } from '../network/geometry';
import { inputOf, nodeOf, sourceOf, unitOperation, type Network, type Node } from '../network/network';
import { neededAlong } from '../network/placement';
import { receptiveField, windowOf } from '../network/receptive-field';
import { show } from '../pictures/display';
import { png } from '../pictures/sheet';

/** Operations that leave every channel to itself, so that a channel above is a unit below. */
const CHANNELWISE = new Set(['relu', 'activation', 'prelu', 'maxPool', 'averagePool', 'affine', 'identity']);

/** The convolution whose units a convolution reads, each in a channel of its own; null where there is none such. */
export function layerBelow(network: Network, layer: string): string | null {
  let node: Node = nodeOf(network, layer);
  if (node.operation.op === 'dense' || windowOf(network, layer).whole) return null;
  for (;;) {
    if (node.inputs.length !== 1) return null;
    node = sourceOf(network, node);
    if (node.operation.op === 'input') return null;
    if (unitOperation(node) !== null) return node.operation.op === 'dense' ? null : node.name;
    if (!CHANNELWISE.has(node.operation.op)) return null;
  }
}

/** One connection: what a unit below contributes from one place, in pixels of the window. */
export interface Drive {
  readonly unit: number;
  readonly top: number;
  readonly left: number;
  /** activation · weight / the sum of all positive ones. */
  readonly share: number;
}

/** All connections of a unit at one picture. */
export interface Explained {
  readonly layer: string;
  readonly height: number;
  readonly width: number;
  /** Strongest (in magnitude) first. */
  readonly all: readonly Drive[];
}

/** Places of `below` that feed position p of `source`, and the window pixel at which place 0 begins to look. */
interface Feed {
  readonly places: Interval;
  readonly first: number;
  readonly stride: number;
  readonly pixel: number;
}

function feedsAlong(network: Network, layer: string, below: string, axis: Axis): Feed[] {
  const { height, width } = windowOf(network, layer);
  const one = { first: 0, last: 0 };
  const plan = planFor(network, layer, height, width, [one, one])[axis];
  const source = sourceOf(network, nodeOf(network, layer)).name;
  const seen = plan.get(source) as Interval;
  const from = plan.get(inputOf(network).name)?.first ?? 0;
  const known = plan.get(below) as Interval;
  const field = receptiveField(network, below);
  const own = axis === 0 ? field?.rows : field?.columns;
  return Array.from({ length: seen.last - seen.first + 1 }, (_, i) => {
    const position = { first: seen.first + i, last: seen.first + i };
    const places = neededAlong(network, source, axis, position)?.get(below) as Interval;
    return { places, first: known.first, stride: own?.stride ?? 1, pixel: (own?.start ?? 0) - from };
  });
}

/**
 * Every connection of a unit at window x [h × w × c]: the product of what it reads and its weight, led back through
 * pooling to the place where the unit below was strongest. Null where the layer below has no such units.
 */
export function decompose(network: Network, layer: string, unit: number, x: Float32Array): Explained | null {
  const below = layerBelow(network, layer);
  const operation = unitOperation(nodeOf(network, layer));
  if (below === null || operation === null || operation.op === 'dense') return null;
  const { height, width } = windowOf(network, layer);
  const channels = network.input[2];
  const units = sourceOf(network, nodeOf(network, layer)).shape[2];
  const [reads, weights, map, mapWidth] = tf.tidy(() => {
    const image: Tensor4D = tf.tensor4d(x, [1, height, width, channels]);
    const own = unitWeights(network, layer, [unit]);
    const lower = forward(network, image, below, true);
    const kernel = own.kernel.dataSync<'float32'>().slice();
    own.dispose();
    return [
      unitFeatures(network, image, layer).dataSync<'float32'>().slice(),
      kernel,
      lower.dataSync<'float32'>().slice(),
      lower.shape[2],
    ] as const;
  });
  // dilated and transposed kernels read a part of what they span: rows and columns that they read
  const rows = feedsAlong(network, layer, below, 0);
  const columns = feedsAlong(network, layer, below, 1);
  const taps = operation.op === 'convTranspose2d' ? ([1, 1] as const) : operation.geometry.dilations;
  const readRows = rows.filter((_, i) => i % taps[0] === 0);
  const readColumns = columns.filter((_, i) => i % taps[1] === 0);
  const field = receptiveField(network, below);
  const drives: Drive[] = [];
  let positive = 0;
  readRows.forEach((row, i) => {
    readColumns.forEach((column, j) => {
      for (let channel = 0; channel < units; channel++) {
        const at = (i * readColumns.length + j) * units + channel;
        const drive = (reads[at] ?? 0) * (weights[at] ?? 0);
        if (drive === 0) continue;
        if (drive > 0) positive += drive;
        let [y, z, greatest] = [row.places.first, column.places.first, -Infinity];
        for (let r = row.places.first; r <= row.places.last; r++) {
          for (let c = column.places.first; c <= column.places.last; c++) {
            const value = map[((r - row.first) * mapWidth + c - column.first) * units + channel] ?? -Infinity;
            if (value > greatest) [y, z, greatest] = [r, c, value];
          }
        }
        drives.push({
          unit: channel,
          top: Math.round(y * row.stride + row.pixel),
          left: Math.round(z * column.stride + column.pixel),
          share: drive,
        });
      }
    });
  });
  const all = drives
    .map((drive) => ({ ...drive, share: drive.share / (positive || 1) }))
    .sort((a, b) => Math.abs(b.share) - Math.abs(a.share));
  return { layer: below, height: field?.rows.size ?? 1, width: field?.columns.size ?? 1, all };
}

/** Units below that the positive drive needs to 80 %, and their participation ratio (Σp)²/Σp². */
export function concentration({ all }: Pick<Explained, 'all'>): {
  unitsFor80: number;
  effectiveUnits: number;
} {
  const byUnit = new Map<number, number>();
  for (const { unit, share } of all) byUnit.set(unit, (byUnit.get(unit) ?? 0) + share);
  const positive = [...byUnit.values()].filter((share) => share > 0).sort((a, b) => b - a);
  const total = positive.reduce((sum, share) => sum + share, 0);
  let [needed, sum] = [0, 0];
  while (needed < positive.length && sum < 0.8 * total) sum += positive[needed++] as number;
  const squares = positive.reduce((acc, share) => acc + share * share, 0);
  return { unitsFor80: needed, effectiveUnits: squares === 0 ? 0 : total ** 2 / squares };
}

/** ∂a/∂x of a unit at window x, a(x) and a(0). */
export function linearised(
  network: Network,
  layer: string,
  unit: number,
  x: Float32Array,
): { filter: Float32Array; value: number; empty: number } {
  const { height, width } = windowOf(network, layer);
  const objective = neuron(network, layer, [unit]);
  try {
    return tf.tidy(() => {
      const image: Tensor4D = tf.tensor4d(x, [1, height, width, network.input[2]]);
      const filter = tf.grad((t: Tensor) => objective.of(t as Tensor4D).sum())(image);
      return {
        filter: filter.dataSync<'float32'>().slice(),
        value: objective.of(image).dataSync()[0] ?? NaN,
        empty: objective.of(tf.zerosLike(image)).dataSync()[0] ?? NaN,
      };
    });
  } finally {
    objective.dispose();
  }
}

/** A unit's picture explained, as it crosses the contract; null where there is no layer of units below. */
export function decomposition(
  network: Network,
  layer: string,
  unit: number,
  x: Float32Array,
  count = 12,
): Decomposition | null {
  const explained = decompose(network, layer, unit, x);
  if (explained === null) return null;
  const { filter, value, empty } = linearised(network, layer, unit, x);
  const { height, width } = windowOf(network, layer);
  const shown = show(filter, { height, width, channels: network.input[2] }, 'signed');
  const along = filter.reduce((sum, slope, i) => sum + slope * (x[i] ?? 0), 0);
  return {
    layer: explained.layer,
    parts: explained.all
      .slice(0, count)
      .map((drive) => ({ ...drive, height: explained.height, width: explained.width })),
    ...concentration(explained),
    filter: { height, width, png: Uint8Array.from(png(shown)) },
    linearity: along / (value - empty),
  };
}
