// Models: there at launch, opened from files, kept in the library, renamed, exported; known by ids, never by paths.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { methodSchema } from '../../src-main/contract/method';
import type { TrainRun } from '../../src-main/contract/run';
import { catalogue } from '../../src-main/datasets/catalogue';
import { shippedModel } from '../../src-main/resources';
import { openApp, type TestApp } from '../support/app';

let it: TestApp;
beforeAll(async () => {
  it = await openApp();
});
afterAll(() => it.remove());

const shippedFiles = () =>
  ['model.json', 'weights.bin', 'card.json'].map((name) => ({
    name,
    bytes: new Uint8Array(readFileSync(join(shippedModel(), name))),
  }));

test('the shipped model and its pictures are there before the engine is', async () => {
  const start = await it.call('app.start');
  expect(start.model?.layers.map(({ name }) => name)).toEqual(['conv1', 'conv2', 'dense', 'classes']);
  const shown = start.runs.filter(({ state }) => state === 'finished');
  expect(shown.map(({ id }) => id)).toEqual([
    'shipped-conv1-whitened',
    'shipped-conv2-whitened',
    'shipped-classes-whitened',
    'shipped-conv1-question',
  ]);
  const sheet = await it.media('media/run/shipped-conv2-whitened/7.png?display=contrast');
  expect(sheet.status).toBe(200);
  const curves = await it.call('runs.curves', { run: 'shipped-conv2-whitened' });
  expect(curves.scores).toHaveLength(curves.steps.length * 64);
});

test('what ships of the model is what the engine says of it', async () => {
  const before = (await it.call('app.start')).model;
  expect(await it.call('models.openShipped')).toEqual(before);
});

test('dropped files are opened, and are a recent model that opens again', async () => {
  const model = await it.call('models.openFiles', { files: shippedFiles() });
  expect(model).toMatchObject({
    saved: false,
    testImages: 10_000,
    classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  });
  const [recent] = await it.call('models.recents');
  expect(recent).toMatchObject({ id: model.id, name: model.name });
  expect((await it.call('models.openRecent', { id: model.id })).sha256).toBe(model.sha256);
  expect((await it.call('app.start')).model?.id).toBe(model.id);
});

test('a model keeps its name when it is opened again', async () => {
  const [json, ...others] = shippedFiles();
  const manifest = JSON.parse(new TextDecoder().decode(json?.bytes)) as object;
  const bytes = new TextEncoder().encode(JSON.stringify({ ...manifest, again: true }));
  const model = await it.call('models.openFiles', { files: [{ name: 'model.json', bytes }, ...others] });
  expect(model.name).toBe('dropped model');
  expect((await it.call('models.openRecent', { id: model.id })).name).toBe('dropped model');
  const { id } = await it.call('runs.train', { dataset: 'mnist', configuration: { steps: 1, hidden: 8 } });
  const trained = (await it.until(id, 'finished')) as TrainRun;
  expect(await it.call('models.openRecent', { id: trained.model ?? '' })).toMatchObject({
    name: 'MNIST, 1 steps, seed 0',
  });
});

const fashion = catalogue().some(({ id }) => id === 'fashion');
test.skipIf(!fashion)(
  `a model is judged by the dataset that its card names${fashion ? '' : ' (dataset-fashion-mnist is not installed)'}`,
  async () => {
    const files = shippedFiles().map(({ name, bytes }) => {
      if (name !== 'card.json') return { name, bytes };
      const card = new TextDecoder().decode(bytes).replace('"MNIST"', '"Fashion-MNIST"');
      return { name, bytes: new TextEncoder().encode(card) };
    });
    const { id: model } = await it.call('models.openFiles', { files });
    const method = methodSchema.parse({ name: 'whitened', steps: 1 });
    for (const [judged, name] of [
      [model, 'Fashion-MNIST'],
      ['shipped', 'MNIST'],
    ] as const) {
      const wanted = { model: judged, layer: 'conv1', units: [0], method, seed: 0 };
      const { id } = await it.call('runs.visualize', wanted);
      await it.until(id, 'finished');
      const { id: saved } = await it.call('galleries.save', { run: id, title: name, display: 'contrast' });
      expect((await it.call('galleries.open', { id: saved })).dataset?.name).toBe(name);
    }
  },
);

test('no path of this machine reaches the page', async () => {
  await it.call('models.openFiles', { files: shippedFiles() });
  expect(JSON.stringify(await it.call('app.start'))).not.toContain(it.dataFolder);
});

test('a model kept in the library is a folder of its files under its name', async () => {
  const saved = await it.call('models.save', { model: 'shipped', name: 'My digits' });
  expect(saved).toMatchObject({ name: 'My digits', saved: true });
  expect(readdirSync(join(it.dataFolder, 'models', 'My-digits')).sort()).toEqual([
    'card.json',
    'model.json',
    // what was kept while it was trained goes along
    'snapshots',
    'weights.bin',
  ]);
  const renamed = await it.call('models.rename', { model: saved.id, name: 'Digits' });
  expect(renamed).toMatchObject({ id: saved.id, name: 'Digits' });
  expect((await it.call('models.recents'))[0]?.name).toBe('Digits');
});

test('an exported model is a zip with the bytes of its files', async () => {
  const { url, name } = await it.call('models.export', { model: 'shipped' });
  expect(name).toBe('MNIST.zip');
  const response = await it.media(url);
  expect(response.headers.get('content-disposition')).toContain('attachment');
  const inside = unzipSync(new Uint8Array(await response.arrayBuffer()));
  const weights = readFileSync(join(shippedModel(), 'weights.bin'));
  expect(Buffer.compare(Buffer.from(inside['MNIST/weights.bin'] ?? []), weights)).toBe(0);
});

test.each([
  ['../model.json', 'outside'],
  ['..', 'no name'],
])('a dropped file called %s never leaves its folder (%s)', async (name) => {
  const before = readdirSync(it.dataFolder).sort();
  const bytes = new TextEncoder().encode('{}');
  await expect(it.call('models.openFiles', { files: [{ name, bytes }] })).rejects.toThrow();
  expect(readdirSync(it.dataFolder).sort()).toEqual(before);
});

test('a file that is no model is refused in two sentences, and the app goes on', async () => {
  const path = join(it.dataFolder, 'broken.json');
  writeFileSync(path, 'not json');
  const refused = it.next('model.refused');
  await it.app.openPath(path);
  expect((await refused).remedy).not.toBe('');
  expect((await it.call('models.openShipped')).id).toBe('shipped');
});
