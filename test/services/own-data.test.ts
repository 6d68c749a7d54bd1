// Data of the user's own in the app: chosen for a model in a dialog, read with progress, remembered, and what is judged by it.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Gallery } from '../../src-main/contract/gallery';
import { methodSchema } from '../../src-main/contract/method';
import type { ModelInfo } from '../../src-main/contract/model';
import type { HostAbilities } from '../../src-main/services/application';
import { readGallery } from '../../src-main/store/gallery';
import { cli } from '../support/cli';
import { openApp, type TestApp } from '../support/app';

const fixtures = resolve(import.meta.dirname, '..');
const pictures = join(fixtures, 'datasets/fixtures/pictures');
let chosen: string | null = null;
const abilities: HostAbilities = { name: 'electron', chooseData: () => Promise.resolve(chosen) };
let it: TestApp;
let model: ModelInfo;

beforeAll(async () => {
  process.env['FILTERSCOPE_CACHE'] = mkdtempSync(join(tmpdir(), 'filterscope-own-'));
  it = await openApp({ abilities });
  const bytes = new Uint8Array(readFileSync(join(fixtures, 'network/formats/fixtures/rgb/model.keras')));
  model = await it.call('models.openFiles', { files: [{ name: 'model.keras', bytes }] });
});
afterAll(() => it.remove());

test('a colour model has no data of the app, and says so', async () => {
  expect(model.data).toBeNull();
  await expect(it.call('evidence.unit', { model: model.id, layer: 'conv1', unit: 0 })).rejects.toThrow(
    'no dataset of 12×12×3 images',
  );
});

test('a dialog that is dismissed changes nothing; what is no data is refused, and nothing is kept of it', async () => {
  expect(await it.call('data.choose', { model: model.id, kind: 'folder' })).toBeNull();
  chosen = join(fixtures, 'datasets/fixtures/odd/objects.npy');
  await expect(it.call('data.choose', { model: model.id, kind: 'file' })).rejects.toThrow('never unpickled');
  expect(await it.call('data.list')).toEqual([]);
});

test('a folder of pictures is read with progress, and judges the model from then on', async () => {
  chosen = pictures;
  const progress = it.next('data.progress', ({ done, total }) => done === total);
  const judged = await it.call('data.choose', { model: model.id, kind: 'folder' });
  expect((await progress).total).toBe(36);
  if (judged === null) throw new Error('Nothing was chosen.');
  expect(judged.data).toMatchObject({
    name: 'pictures',
    notes: [expect.stringContaining('is kept for testing')],
  });
  // what was made by other data is not this model's
  expect(judged.id).not.toBe(model.id);
  expect(JSON.stringify(judged)).not.toContain(pictures);
  const page = await it.call('evidence.unit', { model: judged.id, layer: 'conv1', unit: 0 });
  expect(page.classes).toEqual(['across', 'down', 'slanted']);
  expect(page.best.scores).toHaveLength(9);
  const sheet = await it.media(`media/windows/${judged.id}/conv1/0.png`);
  expect(decode(new Uint8Array(await sheet.arrayBuffer()))).toMatchObject({
    channels: 3,
    height: 3,
    width: 27,
  });
  const { id } = await it.call('runs.visualize', {
    ...{ model: judged.id, layer: 'conv1', units: [0, 1], seed: 0 },
    method: methodSchema.parse({ name: 'whitened', steps: 16 }),
  });
  const run = await it.until(id, 'finished');
  expect(run.kind === 'visualize' && run.units.every(({ bestReal }) => bestReal !== null)).toBe(true);
  expect((await it.call('evidence.run', { run: id })).nearestReal).toHaveLength(2);
  model = judged;
});

test('its galleries name the picture and the place of every best real window, as those of the command line do', async () => {
  const { id } = await it.call('runs.visualize', {
    ...{ model: model.id, layer: 'conv2', units: null, seed: 0 },
    method: methodSchema.parse({ name: 'whitened', steps: 4 }),
  });
  const run = await it.until(id, 'finished');
  if (run.kind !== 'visualize') throw new Error('It is no visualisation.');
  const save = async (title: string): Promise<Gallery> => {
    const { id: saved } = await it.call('galleries.save', { run: id, title, display: 'contrast' });
    return it.call('galleries.open', { id: saved });
  };
  const sampled = await save('Of a sample');
  expect(sampled.bestOf?.all).toBe(false);
  const out = join(process.env['FILTERSCOPE_CACHE'] ?? '', 'out');
  const file = join(fixtures, 'network/formats/fixtures/rgb/model.keras');
  const { code } = await cli(
    ['visualize', file, out, '--layer', 'conv2', '--steps', '4', '--data', pictures],
    {
      cwd: fixtures,
    },
  );
  expect(code).toBe(0);
  const written = await readGallery(out);
  expect(sampled.units.map(({ bestWindow }) => bestWindow)).toEqual(
    written.units.map(({ bestWindow }) => bestWindow),
  );
  expect(sampled.units.map(({ score }) => score)).toEqual(written.units.map(({ score }) => score));

  // once all pictures were looked through, the gallery names the best of all
  const { best } = await it.call('evidence.unit', { model: model.id, layer: 'conv2', unit: 3 });
  const whole = await save('Of all');
  expect(whole.bestOf?.all).toBe(true);
  expect(whole.units[3]).toMatchObject({
    bestReal: best.scores[0],
    bestWindow: { image: best.images[0], file: best.files[0], top: best.tops[0], left: best.lefts[0] },
  });
  for (const { bestWindow } of whole.units)
    expect(bestWindow?.file).toMatch(/^(across|down|slanted)\/\d\d\./);
});

test('it is remembered beyond the session, and taken back', async () => {
  const { dataFolder } = it;
  const [known] = await it.call('data.list');
  await it.quit();
  it = await openApp({ dataFolder, abilities });
  expect(await it.call('data.list')).toEqual([known]);
  const [recent] = await it.call('models.recents');
  const again = await it.call('models.openRecent', { id: recent?.id ?? '' });
  expect([again.id, again.data]).toEqual([model.id, { ...known, notes: model.data?.notes }]);
  const without = await it.call('data.use', { model: again.id, data: null });
  expect(without.data).toBeNull();
  const back = await it.call('data.use', { model: without.id, data: known?.id ?? '' });
  expect(back.id).toBe(again.id);
  await expect(it.call('data.use', { model: back.id, data: 'unknown' })).rejects.toThrow(
    'not known any more',
  );
});

test('a model is trained on it, at the side that was chosen, and is judged by it', async () => {
  chosen = null;
  expect(await it.call('data.chooseForTraining', { kind: 'folder' })).toBeNull();
  chosen = pictures;
  const found = await it.call('data.chooseForTraining', { kind: 'folder' });
  if (found === null) throw new Error('Nothing was chosen.');
  expect(found).toMatchObject({
    ...{ name: 'pictures', height: 32, width: 32, channels: 3 },
    ...{ classes: ['across', 'down', 'slanted'], notes: [expect.stringContaining('is kept for testing')] },
  });
  expect(JSON.stringify(found)).not.toContain(pictures);
  const small = await it.call('data.read', { data: found.id, side: 16 });
  expect([small.id, small.height, small.width]).toEqual([found.id, 16, 16]);
  const configuration = { steps: 3, batch: 5, filters: [4, 6], kernelSize: 3, hidden: 16 };
  const { id } = await it.call('runs.train', { dataset: found.id, side: 16, configuration });
  const run = await it.until(id, 'finished');
  if (run.kind !== 'train') throw new Error('It is no training.');
  expect(run.classes).toEqual(found.classes);
  expect(run.tests.at(-1)?.confusion).toHaveLength(3);
  expect(JSON.stringify(run)).not.toContain(pictures);
  const made = await it.call('models.openRecent', { id: run.model ?? '' });
  expect(made.name).toMatch(/^pictures, 3 steps/);
  expect(made).toMatchObject({
    classes: found.classes,
    ...{ input: { height: 16, width: 16, channels: 3 }, data: { id: found.id } },
  });
  const page = await it.call('evidence.unit', { model: made.id, layer: 'conv1', unit: 0 });
  expect(page.classes).toEqual(found.classes);
});

test('pictures without labels are read and say so; a training on them is refused', async () => {
  chosen = join(pictures, 'down');
  const flat = await it.call('data.chooseForTraining', { kind: 'folder' });
  expect(flat?.classes).toEqual([]);
  expect(flat?.notes.at(-1)).toContain('no labels');
  const { id } = await it.call('runs.train', {
    dataset: flat?.id ?? '',
    configuration: { steps: 1, hidden: 8 },
  });
  const run = await it.until(id, 'failed');
  expect(run.error?.message).toContain('has no labels');
  const unknown = { dataset: '/etc', configuration: { steps: 1 } };
  await expect(it.call('runs.train', unknown)).rejects.toThrow('not known any more');
});

test('a browser has no such dialog, and is told what to do', async () => {
  const web = await openApp();
  await expect(web.call('data.choose', { model: model.id, kind: 'folder' })).rejects.toThrow(
    'cannot open folders',
  );
  await expect(web.call('data.chooseForTraining', { kind: 'file' })).rejects.toThrow('cannot open folders');
  await web.remove();
});

test('data that is named at the start is known by its name, and read when it is asked for', async () => {
  const web = await openApp({ ownData: [pictures] });
  const known = await web.call('data.list');
  expect(known.map(({ name }) => name)).toEqual(['pictures']);
  const found = await web.call('data.read', { data: known[0]?.id ?? '', side: null });
  expect(found.classes).toHaveLength(3);
  expect(await web.call('data.list')).toEqual(known);
  await web.remove();
});
