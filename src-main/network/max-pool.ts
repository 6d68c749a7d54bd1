// Max-pooling together with its gradient; halving pools out of whole-array operations, whose gradient is faster.
import type { Rank, Tensor, Tensor4D } from '@tensorflow/tfjs-node';
import * as k from './kernels';
import type { PoolGeometry } from './kernels';

/** A pooled value [n, h', w', c] with the way back: dy of its shape to the gradient in x. */
export interface Pooled {
  readonly y: Tensor4D;
  readonly gradient: (dy: Tensor4D) => Tensor4D;
}

/** Max-pooling of x [n, h, w, c] of any geometry by the pooling kernels. */
export function pooledByKernel(x: Tensor4D, geometry: PoolGeometry): Pooled {
  const y = k.maxPool(x, geometry);
  return { y, gradient: (dy) => k.maxPoolGradient(x, y, dy, geometry) };
}

/** The greater of each pair along axis 1 of x [n, 2, m], and the way back, which prefers the first. */
function greaterOfPairs(x: Tensor): { y: Tensor; gradient: (dy: Tensor) => Tensor } {
  const [first, second] = k.unpackPair(x);
  return {
    y: k.maximum(first, second),
    gradient: (dy) => {
      // ReLU's gradient passes dy where its second operand is above 0: where the second of the pair wins
      const toSecond = k.reluGradient(dy, k.subtract(second, first));
      return k.packPair(k.subtract(dy, toSecond), toSecond);
    },
  };
}

const isHalving = ({ size, strides }: PoolGeometry): boolean =>
  [...size, ...strides].every((value) => value === 2);

/**
 * Max-pooling of x [n, h, w, c]. A 2×2 pool at stride 2 of even sides is taken as pairs of columns, then pairs of
 * rows: its gradient goes to the first greatest element of a window as the kernel's does, bit for bit, in half of the
 * time, for the kernel looks for that element again one by one.
 */
export function pooled(x: Tensor4D, geometry: PoolGeometry): Pooled {
  const [n, h, w, c] = x.shape;
  const even = h % 2 === 0 && w % 2 === 0;
  if (!even || !isHalving(geometry) || typeof geometry.padding !== 'string') {
    return pooledByKernel(x, geometry);
  }
  const columns = greaterOfPairs(x.reshape<Tensor<Rank.R3>>([(n * h * w) / 2, 2, c]));
  const rows = greaterOfPairs(columns.y.reshape<Tensor<Rank.R3>>([(n * h) / 2, 2, (w / 2) * c]));
  return {
    y: rows.y.reshape([n, h / 2, w / 2, c]),
    gradient: (dy) => {
      const toRows = rows.gradient(dy.reshape(rows.y.shape));
      return columns.gradient(toRows.reshape(columns.y.shape)).reshape([n, h, w, c]);
    },
  };
}
