// Models of other programs: what is said of them, the range of their pixels asked once, pictures in colour.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { methodSchema } from '../../src-main/contract/method';
import type { ModelInfo } from '../../src-main/contract/model';
import { openApp, type TestApp } from '../support/app';

let it: TestApp;
beforeAll(async () => {
  it = await openApp();
});
afterAll(() => it.remove());

const FIXTURES = resolve(import.meta.dirname, '../network/formats/fixtures');
const openFixture = (app: TestApp, path: string): Promise<ModelInfo> =>
  app.call('models.openFiles', {
    files: [{ name: 'model.keras', bytes: new Uint8Array(readFileSync(resolve(FIXTURES, path))) }],
  });

test('a colour model is summed up: its format, input, layers, and that its range is not known', async () => {
  const model = await openFixture(it, 'separable/model.keras');
  expect(model).toMatchObject({
    format: 'Keras',
    input: { height: 12, width: 12, channels: 3 },
    scaling: { name: '0..1', source: 'assumed' },
    unsupported: [],
    warnings: [],
  });
  expect(model.layers.length).toBeGreaterThan(2);
});

test('what is being opened is told by its name, and can be given up', async () => {
  const before = await openFixture(it, 'plain/model.keras');
  const begun = it.next('model.opening', ({ name }) => name === 'model');
  const opening = expect(openFixture(it, 'rgb/model.keras')).rejects.toThrow('was cancelled');
  await begun;
  const ended = it.next('model.opening', ({ name }) => name === null);
  await it.call('models.cancelOpening');
  await Promise.all([opening, ended]);
  expect((await it.call('app.start')).model?.id).toBe(before.id);
  expect((await openFixture(it, 'rgb/model.keras')).input.channels).toBe(3);
});

test('a range that the file says is found', async () => {
  expect((await openFixture(it, 'rgb/model.keras')).scaling).toEqual({ name: '0..255', source: 'found' });
});

test('a layer that is not supported is named with its kind and its place', async () => {
  const model = await openFixture(it, 'odd/recurrent.keras');
  expect(model.unsupported.length).toBeGreaterThan(0);
  expect(model.unsupported[0]).toMatchObject({ name: 'lstm', kind: 'LSTM' });
});

test('weights that are no numbers are warned of', async () => {
  expect((await openFixture(it, 'odd/nan.keras')).warnings.join()).toMatch(/no numbers/);
});

test('pictures of a colour model are in colour, made without data', async () => {
  const model = await openFixture(it, 'separable/model.keras');
  const layer = model.layers[0];
  if (layer === undefined) throw new Error('No layer.');
  const method = methodSchema.parse({ name: 'fourier', steps: 16 });
  const { id } = await it.call('runs.visualize', {
    model: model.id,
    layer: layer.name,
    units: null,
    method,
    seed: 0,
  });
  const run = await it.until(id, 'finished');
  if (run.kind !== 'visualize') throw new Error('Another run.');
  expect(run.picture?.channels).toBe(3);
  const sheet = await it.media(`media/run/${id}/${run.frames.length - 1}.png?display=contrast`);
  const { channels, data } = decode(new Uint8Array(await sheet.arrayBuffer()));
  expect(channels).toBe(3);
  const coloured = Array.from(data).filter((value, i) => i % 3 === 0 && value !== data[i + 1]);
  expect(coloured.length).toBeGreaterThan(data.length / 30);
});

test('a stated range is kept for its file beyond the session, and makes pictures of its own', async () => {
  const before = await openFixture(it, 'separable/model.keras');
  const kept = await it.call('models.setScaling', { model: before.id, scaling: '0..1' });
  // the same numbers: what was made before holds
  expect(kept).toMatchObject({ id: before.id, scaling: { name: '0..1', source: 'stated' } });
  const stated = await it.call('models.setScaling', { model: before.id, scaling: 'imagenet' });
  expect(stated.scaling).toEqual({ name: 'imagenet', source: 'stated' });
  expect(stated.id).not.toBe(before.id);
  const { dataFolder } = it;
  await it.quit();
  it = await openApp({ dataFolder });
  expect(await openFixture(it, 'separable/model.keras')).toMatchObject({
    id: stated.id,
    scaling: { name: 'imagenet', source: 'stated' },
  });
});

test('a range that the model cannot take is refused and not kept', async () => {
  const grey = await openFixture(it, 'plain/model.keras');
  await expect(it.call('models.setScaling', { model: grey.id, scaling: 'imagenet' })).rejects.toThrow(
    /channel/,
  );
  expect((await openFixture(it, 'plain/model.keras')).scaling).toEqual(grey.scaling);
});

test('stating what the file itself says takes the statement back', async () => {
  const found = await openFixture(it, 'rgb/model.keras');
  const other = await it.call('models.setScaling', { model: found.id, scaling: '-1..1' });
  expect(other.scaling.source).toBe('stated');
  expect(await it.call('models.setScaling', { model: other.id, scaling: '0..255' })).toEqual(found);
});

test('a range of one’s own makes its pictures, is kept, and stands in the gallery', async () => {
  const before = await openFixture(it, 'separable/model.keras');
  const own = 'mean 123.7, 116.8, 103.9 std 58 of 255';
  const stated = await it.call('models.setScaling', { model: before.id, scaling: own });
  expect(stated.scaling).toEqual({ name: own, source: 'stated' });
  const [layer] = stated.layers;
  const method = methodSchema.parse({ name: 'fourier', steps: 4 });
  const request = { model: stated.id, layer: layer?.name ?? '', units: [0], method, seed: 0 };
  const { id } = await it.call('runs.visualize', request);
  await it.until(id, 'finished');
  const saved = await it.call('galleries.save', { run: id, title: 'own range', display: 'contrast' });
  const gallery = await it.call('galleries.open', { id: saved.id });
  expect(gallery.model).toMatchObject({ range: own, input: { height: 12, width: 12, channels: 3 } });
  await expect(
    it.call('models.setScaling', { model: stated.id, scaling: 'from dusk..dawn' }),
  ).rejects.toThrow();
});

test('the size of a model that takes any is chosen, kept, and changes what its layers give', async () => {
  const before = await openFixture(it, 'anysize/model.keras');
  expect(before).toMatchObject({ anySize: true, input: { height: 224, width: 224 } });
  const chosen = await it.call('models.setSize', { model: before.id, side: 40 });
  expect(chosen).toMatchObject({ anySize: true, input: { height: 40, width: 40 } });
  expect(chosen.id).not.toBe(before.id);
  expect(chosen.layers[0]?.height).toBeLessThan(before.layers[0]?.height ?? 0);
  expect(await openFixture(it, 'anysize/model.keras')).toEqual(chosen);
  const fixed = await openFixture(it, 'plain/model.keras');
  await expect(it.call('models.setSize', { model: fixed.id, side: 40 })).rejects.toThrow(/alone/);
});

test('kinds of layers, their strides and their places are told', async () => {
  const { layers } = await openFixture(it, 'separable/model.keras');
  expect(new Set(layers.map(({ kind }) => kind))).toEqual(
    new Set(['conv', 'depthwise', 'separable', 'dense']),
  );
  const places = layers.map(({ place }) => place);
  expect(places.some((place) => place !== null && place.stride[0] > 1)).toBe(true);
  const up = await openFixture(it, 'transposed/model.keras');
  expect(up.layers.map(({ kind }) => kind)).toContain('transposed');
});
