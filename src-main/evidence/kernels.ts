// What training made of the kernels: how far they moved from their start, and whether they are smoother than chance.
import { quantile } from 'simple-statistics';
import { tf } from '../native/tensorflow';
import { nodeOf, unitOperation, type Network } from '../network/network';
import { createRng } from '../network/rng';

/** A layer's kernel as numbers; throws a RangeError for a layer without units. */
export function kernelOf(
  network: Network,
  layer: string,
): { values: Float32Array; shape: readonly number[] } {
  const operation = unitOperation(nodeOf(network, layer));
  if (operation === null) throw new RangeError(`"${layer}" has no kernel.`);
  return { values: operation.kernel.dataSync<'float32'>().slice(), shape: operation.kernel.shape };
}

/** ‖W − W₀‖ / ‖W₀‖ of a layer's kernel. */
export function movement(now: Network, start: Network, layer: string): number {
  const [a, b] = [kernelOf(now, layer).values, kernelOf(start, layer).values];
  let [moved, length] = [0, 0];
  b.forEach((value, i) => {
    moved += ((a[i] as number) - value) ** 2;
    length += value * value;
  });
  return Math.sqrt(moved / length);
}

/** Slices of a convolution's kernel as pictures: [n × rows × columns], one for each pair of channels, at most `most`. */
export function kernelSlices(
  network: Network,
  layer: string,
  most = 4000,
): { values: Float32Array; n: number; rows: number; columns: number } {
  const { values, shape } = kernelOf(network, layer);
  const [rows = 1, columns = 1] = shape;
  const all = values.length / (rows * columns);
  const n = Math.min(all, most);
  const every = all / n;
  const out = new Float32Array(n * rows * columns);
  for (let i = 0; i < n; i++) {
    const slice = Math.floor(i * every);
    for (let at = 0; at < rows * columns; at++) out[i * rows * columns + at] = values[at * all + slice] ?? 0;
  }
  return { values: out, n, rows, columns };
}

/** A first-layer kernel as pictures [units × rows × columns × channels]. */
export function kernelPictures(network: Network, layer: string): Float32Array {
  const { values, shape } = kernelOf(network, layer);
  const units = shape.at(-1) ?? 1;
  const size = values.length / units;
  const out = new Float32Array(values.length);
  values.forEach((value, i) => (out[(i % units) * size + Math.floor(i / units)] = value));
  return out;
}

/** Smoothness of kernels against that of the same weights in random places. */
export interface Smoothness {
  /** Mean correlation of neighbouring weights (rows and columns), of slices free of mean. */
  readonly value: number;
  /** 95 % of what chance gives. */
  readonly chance: readonly [number, number];
  /** Share of permutations at least as smooth (permutation test, Good 2005), at least 1/(permutations + 1). */
  readonly p: number;
}

const PERMUTATIONS = 199;

function neighbourCorrelation(values: Float32Array, rows: number, columns: number): number {
  const size = rows * columns;
  let [products, squares, pairs] = [0, 0, 0];
  for (let from = 0; from < values.length; from += size) {
    let mean = 0;
    for (let i = 0; i < size; i++) mean += (values[from + i] as number) / size;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const own = (values[from + y * columns + x] as number) - mean;
        squares += (own * own) / size;
        if (x + 1 < columns) {
          products += own * ((values[from + y * columns + x + 1] as number) - mean);
          pairs += 1;
        }
        if (y + 1 < rows) {
          products += own * ((values[from + (y + 1) * columns + x] as number) - mean);
          pairs += 1;
        }
      }
    }
  }
  return squares === 0 ? 0 : products / (pairs * (squares / (values.length / size)));
}

/** Whether a convolution's kernels are smoother in space than their weights in random order; null for 1×1 and for dense ones. */
export function smoothness(network: Network, layer: string, seed = 0): Smoothness | null {
  if (kernelOf(network, layer).shape.length !== 4) return null;
  const { values, n, rows, columns } = kernelSlices(network, layer, 1000);
  if (rows * columns < 4) return null;
  const value = neighbourCorrelation(values, rows, columns);
  const rng = createRng(seed).fork(41);
  const size = rows * columns;
  const shuffled = values.slice();
  const chance = Array.from({ length: PERMUTATIONS }, () => {
    for (let from = 0; from < n * size; from += size) {
      for (let i = size - 1; i > 0; i--) {
        const j = rng.below(i + 1);
        const kept = shuffled[from + i] as number;
        shuffled[from + i] = shuffled[from + j] as number;
        shuffled[from + j] = kept;
      }
    }
    return neighbourCorrelation(shuffled, rows, columns);
  });
  const above = chance.filter((other) => other >= value).length;
  return {
    value,
    chance: [quantile(chance, 0.025), quantile(chance, 0.975)],
    p: (above + 1) / (PERMUTATIONS + 1),
  };
}

/** |cosine| of each picture [n × size] with the kernel of its unit, first layers alone. */
export function kernelCosines(
  network: Network,
  layer: string,
  units: readonly number[],
  windows: Float32Array,
): number[] {
  const kernels = kernelPictures(network, layer);
  const size = windows.length / units.length;
  return units.map((unit, i) =>
    tf.tidy(() => {
      const a = tf.tensor1d(windows.subarray(i * size, (i + 1) * size));
      const b = tf.tensor1d(kernels.subarray(unit * size, (unit + 1) * size));
      return a.dot(b).div(a.norm().mul(b.norm()).add(1e-20)).dataSync()[0] ?? NaN;
    }),
  );
}
