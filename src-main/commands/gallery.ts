// filterscope gallery: list, show, export and verify saved galleries.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { bestOfWords, type WindowPlace } from '../contract/best-of';
import { explain, UserError } from '../contract/errors';
import type { Gallery } from '../contract/gallery';
import { exportGallery as exported, type ExportFormat, type ExportOptions } from '../store/export';
import { readGallery } from '../store/gallery';
import { inspectGallery } from '../store/inspection';
import type { Console } from './console';
import { mustNotExist } from './options';

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

/** Where a real window lies: its file, or the number of its image, and its first pixel. */
const wordsOf = ({ image, file, top, left }: WindowPlace): string =>
  `${file ?? `image ${image}`}, row ${top}, column ${left}`;

/** "best of 30,000 sampled real windows". */
export const bestOfGallery = ({ bestOf, layer }: Pick<Gallery, 'bestOf' | 'layer'>): string =>
  bestOfWords(bestOf, {
    whole: layer.receptiveField === null,
    write: (count) => count.toLocaleString('en'),
  });

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
  if (units.some(({ bestReal }) => bestReal !== null)) out.say(`best real ${bestOfGallery(gallery)}`);
  out.say('unit  state       score   best real  certificate  best real window');
  for (const { unit, state, score, bestReal, bestWindow, certificate } of units) {
    const columns = [
      String(unit).padStart(4),
      state.padEnd(9),
      (score?.toFixed(3) ?? '–').padStart(8),
      (bestReal?.toFixed(3) ?? '–').padStart(10),
      (certificate === null ? '–' : (1 - certificate.gap).toFixed(4)).padStart(11),
      bestWindow === undefined ? '–' : wordsOf(bestWindow),
    ];
    out.say(columns.join('  '));
  }
  out.result(gallery);
}

/** Writes one file of a gallery; `file` must not exist yet, and is named after the gallery when it is left out. */
export async function exportGallery(
  folder: string,
  file: string | undefined,
  format: ExportFormat,
  options: ExportOptions,
  out: Console,
): Promise<void> {
  const { name, bytes, type } = await exported(folder, format, options);
  const path = file ?? name;
  mustNotExist(path);
  await writeFileAtomic(path, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  out.say(`Saved ${path}, ${(bytes.length / 1024).toFixed(0)} kB`);
  out.result({ file: path, type, bytes: bytes.length });
}

/** "sheet.png, curves.csv and 62 more": the first few of many paths. */
function shortened(paths: readonly string[], most = 4): string {
  const first = paths.slice(0, most).join(', ');
  return paths.length > most ? `${first} and ${paths.length - most} more` : first;
}

/** Checks every file against its checksum. Throws a UserError that says which parts are damaged and which still open. */
export async function verifyGallery(folder: string, out: Console): Promise<void> {
  const { damage, whole } = await inspectGallery(folder);
  out.result({ folder, damage, whole });
  if (damage.length > 0) {
    for (const sentence of damage.slice(1)) out.say(sentence);
    throw new UserError(damage[0] as string, `${whole.length} parts still open: ${shortened(whole)}.`);
  }
  out.say(`All ${whole.length} parts are as they were saved.`);
}
