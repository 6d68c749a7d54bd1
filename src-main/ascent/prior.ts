// What real windows look like: their mean and principal axes, in which the whitened method searches.
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node/dist/nodejs_kernel_backend';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-node';
import { tf } from '../native/tensorflow';

/** x = mean + z·axes, z [n, k]: each axis is an eigenvector scaled by its standard deviation. */
export interface Prior {
  readonly mean: Tensor1D;
  /** [k, d], strongest first. */
  readonly axes: Tensor2D;
  dispose(): void;
}

/** Eigenvalues, ascending, and eigenvectors as columns, of a symmetric matrix [d, d]. */
function eigen(matrix: Tensor2D): [Tensor1D, Tensor2D] {
  const backend = tf.backend() as NodeJSKernelBackend;
  const { TF_ATTR_BOOL, TF_ATTR_TYPE, TF_FLOAT } = backend.binding as unknown as Record<string, number>;
  const attributes = [
    { name: 'compute_v', type: TF_ATTR_BOOL, value: true },
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
  ];
  return backend.executeMultipleOutputs('SelfAdjointEigV2', attributes as never, [matrix], 2) as [
    Tensor1D,
    Tensor2D,
  ];
}

/**
 * Principal components of windows [n × d] (Jolliffe 2002, ch. 1): the `limit` strongest whose variance is at
 * least 1e-5 of the greatest.
 */
export function windowPrior(windows: Float32Array, d: number, limit = 300): Prior {
  const [mean, axes] = tf.tidy(() => {
    const all = tf.tensor2d(windows, [windows.length / d, d]);
    const centre = all.mean<Tensor1D>(0);
    const centred = all.sub<Tensor2D>(centre);
    const covariance = tf.matMul(centred, centred, true, false).div<Tensor2D>(all.shape[0] - 1);
    const [values, vectors] = eigen(covariance);
    const variances = values.dataSync();
    const least = (variances[d - 1] ?? 0) * 1e-5;
    const count = Math.min(limit, variances.filter((variance) => variance >= least).length);
    const scale = values.slice([d - count], [count]).sqrt();
    return [
      centre,
      vectors
        .slice([0, d - count], [d, count])
        .mul(scale)
        .transpose()
        .reverse(0) as Tensor2D,
    ];
  });
  return {
    mean,
    axes,
    dispose: () => {
      tf.dispose([mean, axes]);
    },
  };
}
