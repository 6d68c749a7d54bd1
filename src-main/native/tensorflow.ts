// The one door to TensorFlow: loads tfjs-node quietly, with Node's removed functions restored.
import { createRequire } from 'node:module';
import type * as TensorFlow from '@tensorflow/tfjs-node';
import { restoreRemovedUtil } from './shim';

restoreRemovedUtil();
process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';

/**
 * tfjs with the native backend. Importing this module loads libtensorflow (about half a second), so it must
 * have been provisioned before: see provision.ts. `require` rather than `import`, because tfjs-node is
 * CommonJS whose re-exports the ESM lexer does not see whole.
 */
export const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node') as typeof TensorFlow;

tf.enableProdMode();

/** What tidy is to look through for tensors: `result` without its typed arrays. */
function withoutNumbers(result: unknown): unknown {
  if (ArrayBuffer.isView(result)) return undefined;
  if (Array.isArray(result)) return result.map(withoutNumbers);
  if (typeof result === 'object' && result !== null && Object.getPrototypeOf(result) === Object.prototype) {
    return Object.fromEntries(Object.entries(result).map(([key, value]) => [key, withoutNumbers(value)]));
  }
  return result;
}

// At the end of a scope tfjs looks at every element of a returned typed array, in case it were a tensor: for the
// millions of numbers that are read back here that took longer than the kernels did.
const engine = tf.engine();
const endScope = engine.endScope.bind(engine);
engine.endScope = (result) => {
  endScope(withoutNumbers(result) as TensorFlow.TensorContainer);
};
