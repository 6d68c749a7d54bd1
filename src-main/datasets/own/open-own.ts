// Data of one's own, whatever it is: a folder of pictures, of arrays or of IDX files, an .npz archive or an .npy array.
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { UserError } from '../../contract/errors';
import { openArrayFolder, openNpy, openNpz } from './arrays';
import { readKept, keep, keptName } from './kept';
import { openIdx, type Dataset, type IdxPaths } from '../dataset';
import { listPictures, planPictures, readPictures } from './picture-folder';
import type { ReadOptions } from './reading';
import { resized } from './resized';

/** The four files of MNIST's kind, as they are usually called. */
function idxFiles(folder: string): IdxPaths | null {
  const at = (stem: string): string => {
    const plain = join(folder, stem);
    return existsSync(plain) ? plain : `${plain}.gz`;
  };
  const paths = {
    trainImages: at('train-images-idx3-ubyte'),
    trainLabels: at('train-labels-idx1-ubyte'),
    testImages: at('t10k-images-idx3-ubyte'),
    testLabels: at('t10k-labels-idx1-ubyte'),
  };
  return Object.values(paths).every((path) => existsSync(path)) ? paths : null;
}

async function read(path: string, isFolder: boolean, options: ReadOptions): Promise<Dataset> {
  if (isFolder) {
    const idx = idxFiles(path);
    if (idx !== null) return resized(openIdx(basename(path), idx), options);
    const arrays = await openArrayFolder(path, options);
    if (arrays !== null) return arrays;
    const plan = await planPictures(await listPictures(path, options), options);
    const name = await keptName(
      plan.list.folder,
      [...plan.train, ...plan.test].map(({ path: picture }) => picture),
      plan.target,
    );
    return readKept(name) ?? keep(name, await readPictures(plan, options));
  }
  switch (extname(path).toLowerCase()) {
    case '.npz':
      return openNpz(path, options);
    case '.npy':
      return openNpy(path, options);
    default:
      throw new UserError(
        `${basename(path)} is no data that can be read.`,
        'Choose a folder of pictures, an .npz archive or an .npy array.',
      );
  }
}

/**
 * Reads data of one's own, at the size of `options.target`. What takes long to decode is kept in the user's cache
 * folder, so that it opens quickly the next time. Throws a UserError for data that is damaged, empty or of another
 * kind, and the signal's reason once it is aborted.
 */
export async function openOwn(path: string, options: ReadOptions): Promise<Dataset> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new UserError(`There is no ${basename(path)} any more.`, 'Choose the data again.', { cause });
  });
  return read(path, found.isDirectory(), options);
}
