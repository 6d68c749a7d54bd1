// The data that judge a model: the user's own where they were chosen for it, else those its card names or whose images it takes.
import type { DatasetInfo } from '../contract/calls';
import { UserError } from '../contract/errors';
import type { ModelInfo } from '../contract/model';
import { judging } from '../datasets/catalogue';
import type { Target } from '../datasets/target';
import { readCard } from './model-files';
import type { Located } from './model-memory';
import type { OwnData } from './own-data';

const REMEDY = 'Its pictures can be made without data; evidence from data cannot.';

/** The dataset that judges a model: the user's own that was chosen for it, else the one its card names, else the first whose images it takes; null for none. */
export async function judgeOf({ path, info }: Located, own: OwnData): Promise<string | null> {
  if (info.data !== null) return own.pathOf(info.data.id);
  const card = await readCard(path).catch(() => null);
  return judging(info.input, card?.dataset.name ?? null)?.id ?? null;
}

/** As `judgeOf`; throws a UserError when there is none. */
export async function datasetOf(model: Located, own: OwnData): Promise<string> {
  const found = await judgeOf(model, own);
  if (found !== null) return found;
  const { height, width, channels } = model.info.input;
  throw new UserError(`There is no dataset of ${height}×${width}×${channels} images for this model.`, REMEDY);
}

/** The user's own data that judges a model, as it was when it was read; null where there is none. */
export function ownDataOf({ data, input }: ModelInfo, own: OwnData): DatasetInfo | null {
  const read = data === null ? null : own.lastRead(own.pathOf(data.id));
  if (read === null) return null;
  const { id, name, train, test } = read;
  return { id, name, train, test, height: input.height, width: input.width };
}

/** The size of pictures that a model takes; null where pictures have other channels. */
export function targetOf({ input: { height, width, channels } }: ModelInfo): Target | null {
  return channels === 1 || channels === 3 ? { height, width, channels } : null;
}

/** As `targetOf`; throws a UserError where pictures have other channels. */
export function mustTake(info: ModelInfo): Target {
  const target = targetOf(info);
  if (target !== null) return target;
  throw new UserError(
    `The model takes images of ${info.input.channels} channels; pictures are grey or red, green and blue.`,
    REMEDY,
  );
}
