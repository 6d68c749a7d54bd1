// filterscope gallery: list, show and verify saved galleries.
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { explain, UserError } from '../contract/errors';
import { damagedParts, readGallery } from '../store/gallery';
import type { Console } from './console';

/** Galleries directly below a folder, each with a line; a damaged one says what is wrong. */
export async function listGalleries(folder: string, out: Console): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new UserError(`${folder} cannot be read.`, 'Choose a folder that holds galleries.', { cause });
  });
  const found: object[] = [];
  for (const entry of entries
    .filter((item) => item.isDirectory())
    .sort((a, b) => a.name.localeCompare(b.name))) {
    const path = join(folder, entry.name);
    if (!(await readdir(path)).includes('gallery.json')) continue;
    try {
      const { title, createdAt, model, units, layer, method } = await readGallery(path);
      out.say(`${entry.name}: ${title}, ${units.length} units of ${model.name}, ${createdAt}`);
      found.push({
        folder: path,
        title,
        createdAt,
        model: model.name,
        layer: layer.name,
        method: method.name,
        units: units.length,
      });
    } catch (error) {
      out.say(`${entry.name}: ${explain(error)}`);
      found.push({ folder: path, error: explain(error) });
    }
  }
  if (found.length === 0) out.say(`There is no gallery in ${folder}.`);
  out.result(found);
}

/** What a gallery says of itself, unit by unit. */
export async function showGallery(folder: string, out: Console): Promise<void> {
  const gallery = await readGallery(folder);
  const { title, model, layer, method, dataset, seed, picture, units, timings, display } = gallery;
  const field = layer.receptiveField;
  out.say(`${title}, saved ${gallery.createdAt} by Filterscope ${gallery.appVersion}`);
  out.say(
    `model     ${model.name} (${model.sha256.slice(0, 12)}…), data ${dataset?.name ?? 'none'}, seed ${seed}`,
  );
  out.say(
    `layer     ${layer.name}, sees ${field === null ? 'the whole image' : `${field.height} × ${field.width} px`}`,
  );
  out.say(`method    ${method.name} ${JSON.stringify(method.parameters)}, ${timings.seconds.toFixed(2)} s`);
  out.say(`pictures  ${picture.height} × ${picture.width} × ${picture.channels}, shown as ${display}`);
  out.say('unit  state       score   best real  certificate');
  for (const { unit, state, score, bestReal, certificate } of units) {
    const columns = [
      String(unit).padStart(4),
      state.padEnd(9),
      (score?.toFixed(3) ?? '–').padStart(8),
      (bestReal?.toFixed(3) ?? '–').padStart(10),
      (certificate === null ? '–' : (1 - certificate.gap).toFixed(4)).padStart(11),
    ];
    out.say(columns.join('  '));
  }
  out.result(gallery);
}

/** Checks every file against its checksum. Throws a UserError that names the parts that are missing or altered. */
export async function verifyGallery(folder: string, out: Console): Promise<void> {
  const damaged = await damagedParts(folder);
  out.result({ folder, damaged });
  if (damaged.length > 0) {
    throw new UserError(
      `${basename(folder)} has parts that are missing or altered: ${damaged.join(', ')}.`,
      'The other parts still open; make the gallery again to have all.',
    );
  }
  out.say('Every part is as it was saved.');
}
