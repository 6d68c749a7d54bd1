// A dataset by what names it between processes: the id of one that the app knows, or the path of one's own.
import { isAbsolute } from 'node:path';
import { UserError } from '../../contract/errors';
import { openDataset } from '../catalogue';
import type { Dataset } from '../dataset';
import { openOwn } from './open-own';
import type { ReadOptions } from './reading';
import type { Target } from '../target';

/** Reads a dataset; one that the app knows has its own size, whatever is wanted. Throws a UserError as both readers do. */
export const openSource = async (source: string, options: ReadOptions): Promise<Dataset> =>
  isAbsolute(source) ? openOwn(source, options) : openDataset(source);

/** The size of pictures that a model takes. Throws a UserError for a model of other channels than pictures have. */
export function targetFor([height, width, channels]: readonly [number, number, number]): Target {
  if (channels !== 1 && channels !== 3) {
    throw new UserError(
      `The model takes images of ${channels} channels; pictures are grey or red, green and blue.`,
      'Its pictures can be made without data; evidence from data cannot.',
    );
  }
  return { height, width, channels };
}
