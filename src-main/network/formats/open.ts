// Opens a trained model from a file or folder, whatever wrote it: recognised by its content.
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { UserError } from '../../contract/errors';
import type { Network } from '../network';
import { folderFiles, readWhole, zipFiles, type ModelFiles } from './files';
import { HDF5_MAGIC } from './hdf5';
import { openKerasArchive } from './keras-archive';
import { openKerasHdf5 } from './keras-hdf5';
import { openOnnx, tryOnnx } from './onnx-file';
import type { OpenOptions, TranslationOptions } from './options';
import { refuseArchive, refuseBytes, refuseFolder } from './refusals';
import { translateGraph } from './tensorflow/translate';
import { readTfjs } from './tfjs-files';
import { tfjsLayers } from './tfjs-layers';

export type { OpenOptions } from './options';

/** Side of the image for models that take any size, where the caller says none. */
export const DEFAULT_INPUT_SIZE = 224;

const ZIP_MAGIC = Buffer.from('PK\x03\x04', 'latin1');
const startsWith = (bytes: Buffer, magic: Buffer): boolean => bytes.subarray(0, magic.length).equals(magic);

async function openTfjs(files: ModelFiles, json: string, options: TranslationOptions): Promise<Network> {
  const model = await readTfjs(files, json);
  return model.format === 'graph-model' || Array.isArray(model.topology.node)
    ? translateGraph(model, options)
    : tfjsLayers(model, options);
}

async function openArchive(bytes: Buffer, name: string, options: TranslationOptions): Promise<Network> {
  const files = await zipFiles(bytes, name);
  if (files.names.includes('config.json')) return openKerasArchive(files, bytes, options);
  if (files.names.some((entry) => /(^|\/)model\.json$/.test(entry))) {
    return openTfjs(await zipFiles(bytes, name, 'model.json'), 'model.json', options);
  }
  throw refuseArchive(files);
}

async function openFile(
  path: string,
  name: string,
  options: OpenOptions & TranslationOptions,
): Promise<Network> {
  const bytes = await readWhole(path, name, options);
  const besides = async (): Promise<ModelFiles> => {
    const folder = dirname(path);
    const files = await folderFiles(folder, basename(folder), options);
    return name === 'model.json' ? files : { ...files, name };
  };
  if (startsWith(bytes, HDF5_MAGIC)) return openKerasHdf5(bytes, name, options);
  if (startsWith(bytes, ZIP_MAGIC)) return openArchive(bytes, name, options);
  if (/^\s*\{/.test(bytes.subarray(0, 64).toString('latin1'))) {
    return openTfjs(await besides(), name, options);
  }
  const graph = tryOnnx(bytes);
  if (graph !== null) return openOnnx(graph, bytes, await besides(), options);
  throw refuseBytes(bytes, name);
}

async function openFolder(
  path: string,
  name: string,
  options: OpenOptions & TranslationOptions,
): Promise<Network> {
  const files = await folderFiles(path, name, options);
  if (!files.names.includes('model.json')) throw refuseFolder(files);
  return openTfjs(files, 'model.json', options);
}

/**
 * Opens a model by the path of its file or folder. `inputSize` is the side of the image for a model that takes any
 * size; `scaling` what it expects of its pixels, where that is known. Throws a UserError that says what was wrong.
 */
export async function openModel(path: string, options: OpenOptions = {}): Promise<Network> {
  const { signal, progress, inputSize = DEFAULT_INPUT_SIZE } = options;
  signal?.throwIfAborted();
  const name = basename(path);
  const found = await stat(path).catch((cause: unknown) => {
    throw new UserError(`There is no file or folder ${name}.`, 'Check the path.', { cause });
  });
  // reading is most of the work; putting the network together is the rest
  const given = { ...options, inputSize, progress: (share: number) => progress?.(share * 0.8) };
  const network = found.isDirectory()
    ? await openFolder(path, name, given)
    : await openFile(path, name, given);
  progress?.(1);
  return network;
}
