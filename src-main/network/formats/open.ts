// Opens a trained model from a file or folder, whatever wrote it.
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../../contract/errors';
import type { Network } from '../network';
import { openTfjsLayers } from './tfjs-layers';

export interface OpenOptions {
  /** Told how much of the work is done, 0..1. */
  readonly progress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/** Opens a model by the path of its file or folder. Throws a UserError that says what was wrong with it. */
export async function openModel(path: string, { progress, signal }: OpenOptions = {}): Promise<Network> {
  signal?.throwIfAborted();
  const found = await stat(path).catch((cause: unknown) => {
    throw new UserError(`There is no file or folder ${basename(path)}.`, 'Check the path.', { cause });
  });
  const network = await openTfjsLayers(found.isDirectory() ? join(path, 'model.json') : path);
  progress?.(1);
  return network;
}
