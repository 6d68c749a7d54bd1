// A run as the engine judges it: its kept pictures, its units and where its model and data lie.
import { UserError } from '../contract/errors';
import type { Jobs, ModelSource, PictureSize } from '../engine-link';
import type { Models } from './models';
import type { Runs } from './runs';
import { saved } from './gallery-content';

interface Kept {
  readonly model: ModelSource;
  readonly layer: string;
  readonly images: Float32Array;
  readonly picture: PictureSize;
}

/** Throws a UserError for a run without pictures. */
async function kept(runs: Runs, models: Models, id: string): Promise<Kept> {
  const work = runs.pictures(id);
  const { request, picture, frames } = work.live.run;
  if (picture === null || frames.length === 0) {
    throw new UserError('This run has no pictures to judge yet.', 'Wait for its first frame.');
  }
  return { model: models.source(request.model), layer: request.layer, images: await work.last(), picture };
}

export async function judged(runs: Runs, models: Models, id: string): Promise<Jobs['runEvidence']['input']> {
  const { run } = runs.pictures(id).live;
  const dataset = await models.dataset(run.request.model);
  return { ...(await kept(runs, models, id)), dataset, units: run.units.map(saved) };
}

/** One unit's picture. Throws a UserError for a unit that the run does not have. */
export async function picked(
  runs: Runs,
  models: Models,
  id: string,
  unit: number,
): Promise<Jobs['decomposition']['input']> {
  const index = runs.pictures(id).live.run.units.findIndex((candidate) => candidate.unit === unit);
  if (index < 0) throw new UserError(`The run has no unit ${unit}.`, 'Choose a unit of this run.');
  const { images, picture, ...place } = await kept(runs, models, id);
  const size = picture.height * picture.width * picture.channels;
  return { ...place, unit, picture, image: images.slice(index * size, (index + 1) * size) };
}
