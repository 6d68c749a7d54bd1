// ONNX files, their weights inside or beside them.
import { createHash } from 'node:crypto';
import { UserError } from '../../contract/errors';
import type { Network } from '../network';
import type { ModelFiles } from './files';
import { readOnnx, type OnnxGraph } from './onnx/proto';
import { translateOnnx } from './onnx/translate';
import type { TranslationOptions } from './options';

/** The graph of bytes that may be an ONNX file; null where they are none. */
export function tryOnnx(bytes: Uint8Array): OnnxGraph | null {
  try {
    const graph = readOnnx(bytes);
    return graph.nodes.length > 0 ? graph : null;
  } catch (error) {
    if (error instanceof RangeError || error instanceof Error) return null;
    throw error;
  }
}

/** Opens a graph that was read. Throws a UserError that says what was wrong with it. */
export async function openOnnx(
  graph: OnnxGraph,
  bytes: Buffer,
  files: ModelFiles,
  options: TranslationOptions,
): Promise<Network> {
  const hash = createHash('sha256').update(bytes);
  const beside = new Map<string, Uint8Array>();
  for (const { external } of graph.initializers) {
    if (external === null || beside.has(external.location)) continue;
    const { location } = external;
    if (/[/\\]|^\.\.?$/.test(location) || !files.names.includes(location)) {
      throw new UserError(
        `The file of weights ${location} is missing.`,
        'Copy it into the folder of the model.',
      );
    }
    const content = await files.read(location);
    hash.update(content);
    beside.set(location, content);
  }
  const about = { name: files.name.replace(/\.onnx$/i, ''), sha256: hash.digest('hex') };
  try {
    return translateOnnx(graph, about, options, beside);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`The model cannot be opened: ${error.message}.`, 'Export it to ONNX again.', {
      cause: error,
    });
  }
}
