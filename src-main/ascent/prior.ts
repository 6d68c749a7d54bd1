// What real windows look like: their mean and principal axes, in which the whitened method searches.
import { createHash } from 'node:crypto';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-node';
import { readCached, writeCached } from '../cache';
import { tf } from '../native/tensorflow';
import { remembered } from '../network/remembered';

/** x = mean + z·axes, z [n, k]: each axis is an eigenvector of the covariance scaled by its standard deviation. */
export interface Prior {
  readonly mean: Tensor1D;
  /** [k, d], strongest first. */
  readonly axes: Tensor2D;
  dispose(): void;
}

/** Eigenvalues, ascending, and eigenvectors as columns, of a symmetric matrix [m, m]. */
function eigen(matrix: Tensor2D): [Tensor1D, Tensor2D] {
  const backend = tf.backend() as NodeJSKernelBackend;
  const { TF_ATTR_BOOL, TF_ATTR_TYPE, TF_FLOAT } = backend.binding as unknown as Record<string, number>;
  const attributes = [
    { name: 'compute_v', type: TF_ATTR_BOOL, value: true },
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
  ];
  const found = backend.executeMultipleOutputs('SelfAdjointEigV2', attributes as never, [matrix], 2);
  return found as [Tensor1D, Tensor2D];
}

/** Windows wider than this are reduced through their Gram matrix, of this many windows. */
const MOST_DIMENSIONS = 1200;

/** Mean [d] and axes [k × d] as numbers. */
interface Components {
  readonly mean: Float32Array;
  readonly axes: Float32Array;
}

function components(windows: Float32Array, d: number, limit: number): Components {
  const gram = d > MOST_DIMENSIONS;
  const n = gram ? Math.min(MOST_DIMENSIONS, windows.length / d) : windows.length / d;
  return tf.tidy(() => {
    const all = tf.tensor2d(windows.subarray(0, n * d), [n, d]);
    const centre = all.mean<Tensor1D>(0);
    const centred = all.sub<Tensor2D>(centre);
    const matrix = tf.matMul(centred, centred, !gram, gram).div<Tensor2D>(n - 1);
    const [values, vectors] = eigen(matrix);
    const size = matrix.shape[0];
    const variances = values.dataSync();
    const least = (variances[size - 1] ?? 0) * 1e-5;
    const count = Math.min(limit, variances.filter((variance) => variance >= least).length);
    const deviations = values.slice([size - count], [count]).sqrt();
    const strongest = vectors.slice([0, size - count], [size, count]);
    // Gram: the axis of vector u is Xᵀu/√(n − 1), which has the length of the standard deviation already
    const scaled = gram
      ? tf.matMul(centred, strongest, true, false).div<Tensor2D>(Math.sqrt(n - 1))
      : strongest.mul<Tensor2D>(deviations);
    const axes = scaled.transpose<Tensor2D>().reverse<Tensor2D>(0);
    return { mean: centre.dataSync<'float32'>(), axes: axes.dataSync<'float32'>() };
  });
}

/** Windows of fewer numbers are reduced sooner than a file is read. */
const LEAST_CACHED = 300;
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);

/** The same from the user's cache, found by the windows themselves: the second opening of the same data is quick. */
function cached(windows: Float32Array, d: number, limit: number): Components {
  const name = createHash('sha256').update(bytesOf(windows)).update(`|${d}|${limit}`).digest('hex');
  const bytes = readCached('priors', name);
  // the mean, then whole axes
  if (bytes !== null && bytes.length > 4 * d && bytes.length % (4 * d) === 0) {
    const values = new Float32Array(new Uint8Array(bytes).buffer);
    return { mean: values.slice(0, d), axes: values.slice(d) };
  }
  const { mean, axes } = components(windows, d, limit);
  writeCached('priors', name, [bytesOf(mean), bytesOf(axes)]);
  return { mean, axes };
}

/**
 * Principal components of windows [n × d] (Jolliffe 2002, ch. 1): the `limit` strongest whose variance is at
 * least 1e-5 of the greatest. Where d is large, the same from the Gram matrix of the first windows (ch. 3.5).
 * Worked out once for a sample; of large windows it is kept in the user's cache.
 */
export function windowPrior(windows: Float32Array, d: number, limit = 300): Prior {
  const kept = remembered<Components>([windows], `prior of ${limit} axes in ${d} dimensions`);
  const found =
    kept.get() ?? kept.set(d < LEAST_CACHED ? components(windows, d, limit) : cached(windows, d, limit));
  const [mean, axes] = [tf.tensor1d(found.mean), tf.tensor2d(found.axes, [found.axes.length / d, d])];
  return {
    mean,
    axes,
    dispose: () => {
      tf.dispose([mean, axes]);
    },
  };
}
