// Opens a trained model from a file or folder, whatever wrote it: recognised by its content.
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { UserError } from '../../contract/errors';
import type { Network } from '../network';
import { folderFiles, readWhole, zipFiles, type ModelFiles } from './files';
import { HDF5_MAGIC } from './hdf5';
import { readKerasArchive } from './keras-archive';
import { readKerasHdf5 } from './keras-hdf5';
import { translateKeras, type KerasModel } from './keras/translate';
import { openOnnx, tryOnnx } from './onnx-file';
import type { OpenOptions, TranslationOptions } from './options';
import { isTorchExport, refuseArchive, refuseBytes, refuseFolder } from './refusals';
import { translateGraph } from './tensorflow/translate';
import { readTfjs } from './tfjs-files';
import { readTfjsLayers } from './tfjs-layers';

export type { OpenOptions } from './options';

/** Side of the image for models that take any size, where the caller says none. */
export const DEFAULT_INPUT_SIZE = 224;

const ZIP_MAGIC = Buffer.from('PK\x03\x04', 'latin1');
const startsWith = (bytes: Buffer, magic: Buffer): boolean => bytes.subarray(0, magic.length).equals(magic);

/** What a file holds: layers as Keras has them, or a graph of another kind. */
export type Content =
  | { readonly kind: 'keras'; readonly keras: KerasModel }
  | {
      readonly kind: 'a TensorFlow.js GraphModel' | 'an ONNX model';
      readonly translate: (options: TranslationOptions) => Network | Promise<Network>;
    };

const layers = (keras: KerasModel): Content => ({ kind: 'keras', keras });

async function readTfjsContent(files: ModelFiles, json: string): Promise<Content> {
  const model = await readTfjs(files, json);
  return model.format === 'graph-model' || Array.isArray(model.topology.node)
    ? { kind: 'a TensorFlow.js GraphModel', translate: (options) => translateGraph(model, options) }
    : layers(readTfjsLayers(model));
}

async function readArchive(bytes: Buffer, name: string): Promise<Content> {
  const files = await zipFiles(bytes, name);
  if (files.names.includes('config.json')) return layers(await readKerasArchive(files, bytes));
  if (!isTorchExport(files) && files.names.some((entry) => /(^|\/)model\.json$/.test(entry))) {
    return readTfjsContent(await zipFiles(bytes, name, 'model.json'), 'model.json');
  }
  throw refuseArchive(files);
}

async function readFile(path: string, name: string, options: OpenOptions): Promise<Content> {
  const bytes = await readWhole(path, name, options);
  const besides = async (): Promise<ModelFiles> => {
    const folder = dirname(path);
    const files = await folderFiles(folder, basename(folder), options);
    return name === 'model.json' ? files : { ...files, name };
  };
  if (startsWith(bytes, HDF5_MAGIC)) return layers(await readKerasHdf5(bytes, name));
  if (startsWith(bytes, ZIP_MAGIC)) return readArchive(bytes, name);
  if (/^\s*\{/.test(bytes.subarray(0, 64).toString('latin1'))) {
    return readTfjsContent(await besides(), name);
  }
  const graph = tryOnnx(bytes);
  if (graph === null) throw refuseBytes(bytes, name);
  return {
    kind: 'an ONNX model',
    translate: async (translation) => openOnnx(graph, bytes, await besides(), translation),
  };
}

async function readFolder(path: string, name: string, options: OpenOptions): Promise<Content> {
  const files = await folderFiles(path, name, options);
  if (!files.names.includes('model.json')) throw refuseFolder(files);
  return readTfjsContent(files, 'model.json');
}

/** Reads a model by the path of its file or folder, and does no more. Throws a UserError that says what was wrong. */
export async function readModel(path: string, options: OpenOptions): Promise<Content> {
  options.signal?.throwIfAborted();
  const name = basename(path);
  const found = await stat(path).catch((cause: unknown) => {
    throw new UserError(`There is no file or folder ${name}.`, 'Check the path.', { cause });
  });
  return found.isDirectory() ? readFolder(path, name, options) : readFile(path, name, options);
}

/**
 * Opens a model by the path of its file or folder. `inputSize` is the side of the image for a model that takes any
 * size; `scaling` what it expects of its pixels, where that is known. Throws a UserError that says what was wrong.
 */
export async function openModel(path: string, options: OpenOptions = {}): Promise<Network> {
  const { progress, inputSize = DEFAULT_INPUT_SIZE } = options;
  // reading is most of the work; putting the network together is the rest
  const content = await readModel(path, { ...options, progress: (share) => progress?.(share * 0.8) });
  const given = { ...options, inputSize };
  const network =
    content.kind === 'keras' ? translateKeras(content.keras, given) : await content.translate(given);
  progress?.(1);
  return network;
}
