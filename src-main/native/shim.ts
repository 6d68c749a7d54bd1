// Gives Node 24 back the two util functions that tfjs-node 4.22.0 still calls.
import util from 'node:util';

/**
 * tfjs-node 4.22.0 calls `util.isNullOrUndefined` and `util.isArray`, which Node 23 removed; without them
 * `tf.add` and some hundred other kernels throw. Must run before the first kernel. Harmless elsewhere.
 */
export function restoreRemovedUtil(): void {
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  });
}
