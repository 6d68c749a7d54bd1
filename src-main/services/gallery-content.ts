// What a gallery holds of a run: its pictures, its way there, its curves and its numbers.
import { UserError } from '../contract/errors';
import type { GalleryUnit } from '../contract/gallery';
import type { Display } from '../contract/method';
import type { UnitResult } from '../contract/run';
import type { GalleryContent, GalleryFrame } from '../store/gallery';
import { APP_VERSION } from '../version';
import type { VisualizeWork } from './visualize-run';

/** A unit as it is saved: one that was cut short is still climbing. */
export const saved = (unit: UnitResult): GalleryUnit => ({
  ...unit,
  state: unit.state === 'queued' || unit.state === 'running' ? 'climbing' : unit.state,
});

/** Throws a UserError for a run that has no pictures yet. */
export async function galleryContent(
  work: VisualizeWork,
  title: string,
  display: Display,
): Promise<GalleryContent> {
  const { run, record } = work.live;
  const { picture, request, method } = run;
  if (picture === null || run.frames.length === 0 || record.model === null) {
    throw new UserError('This run has no pictures to save yet.', 'Wait for its first frame.');
  }
  const { info } = record.model;
  const layer = info.layers.find(({ name }) => name === request.layer);
  const curves = await work.curves();
  const images = await work.last();
  const frames: GalleryFrame[] = [];
  for (const [index, step] of run.frames.entries()) {
    if (index < run.frames.length - 1) frames.push({ step, images: await work.frame(index) });
  }
  const { name, ...parameters } = method;
  const units = run.units.length;
  return {
    about: {
      appVersion: APP_VERSION,
      createdAt: new Date().toISOString(),
      title,
      model: { name: info.name, sha256: info.sha256, range: info.scaling.name, input: info.input },
      layer: { name: request.layer, units, receptiveField: layer?.receptiveField ?? null },
      method: { name, parameters },
      dataset: record.dataset,
      bestOf: run.bestOf,
      seed: request.seed,
      picture,
      units: run.units.map(saved),
      timings: { seconds: run.secondsTaken, steps: run.done },
    },
    bestWindows: record.bestWindows,
    display,
    images,
    curveSteps: [...curves.steps],
    curves: Array.from(curves.steps, (_, i) => curves.scores.subarray(i * units, (i + 1) * units)),
    frames,
  };
}
