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
