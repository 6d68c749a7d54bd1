// Calls that take a while: they say how far they are, end when they are told to, and are not made twice.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { methodSchema } from '../../src-main/contract/method';
import type { ModelInfo } from '../../src-main/contract/model';
import { encodeTfjsLayers } from '../../src-main/network/formats/tfjs-layers';
import { initialWeights, topology } from '../../src-main/training/question-network';
import type { VisualizeRun } from '../../src-main/contract/run';
import { openApp, type TestApp } from '../support/app';

const dataFolder = mkdtempSync(join(tmpdir(), 'filterscope-slow-'));
let it: TestApp;
let model: ModelInfo;

/** A small network of the question's shape: a model of the user's, of which nothing is known yet. */
async function openSmall(app: TestApp): Promise<ModelInfo> {
  const size = { height: 28, width: 28, channels: 1, classes: Array.from('0123456789') };
  const architecture = { filters: [6, 8] as [number, number], kernelSize: 5, hidden: 20 };
  const { json, bin } = encodeTfjsLayers(
    topology(size, architecture, 0.5),
    initialWeights(size, architecture, 4),
  );
  return app.call('models.openFiles', {
    files: [
      { name: 'model.json', bytes: new TextEncoder().encode(json) },
      { name: 'weights.bin', bytes: Uint8Array.from(bin) },
    ],
  });
}

beforeAll(async () => {
  it = await openApp({ dataFolder });
  model = await openSmall(it);
});
afterAll(async () => {
  await it.quit();
  rmSync(dataFolder, { recursive: true, force: true });
});

const unit = (ask: string) => ({ model: model.id, layer: 'conv2', unit: 1, ask });

test('looking through all images says how far it is and is ended at once; asked again it is whole', async () => {
  const first = it.call('evidence.unit', unit('first'));
  const { share, doing } = await it.next('ask.progress', ({ ask }) => ask === 'first');
  expect(share).toBeGreaterThanOrEqual(0);
  expect(share).toBeLessThan(1);
  expect(doing).toBe('Looking through 60\u202f000 images');
  await it.call('asks.cancel', { ask: 'first' });
  await expect(first).rejects.toThrow('This was cancelled.');
  const again = await it.call('evidence.unit', unit('second'));
  expect(again.images).toBe(60_000);
  expect(again.best.scores).toHaveLength(9);
  expect(again.answersTo).toHaveLength(10);
});

test('the best real window of a sample gives way to that of all windows; the size of the pictures does not depend on it', async () => {
  const method = methodSchema.parse({ name: 'whitened', steps: 16 });
  const request = { model: model.id, layer: 'conv1', units: null, method, seed: 0 };
  const draw = async (): Promise<VisualizeRun> => {
    const { id } = await it.call('runs.visualize', request);
    return (await it.until(id, 'finished')) as VisualizeRun;
  };
  const before = await draw();
  expect(before.bestOf).toEqual({ windows: 30_000, all: false });
  const sampled = await it.call('evidence.layer', { model: model.id, layer: 'conv1' });
  expect(sampled).toMatchObject({ looked: 30_000, all: false });
  // the reference row of Compare shows a window and asks for no page of evidence
  const looked = it.next('layer.looked');
  await it.media(`media/windows/${model.id}/conv1/0.png`);
  expect(await looked).toEqual({ model: model.id, layer: 'conv1' });
  const whole = await it.call('evidence.layer', { model: model.id, layer: 'conv1' });
  expect(whole).toMatchObject({ looked: 60_000 * 24 * 24, images: 60_000, all: true, count: 9 });
  expect(whole.best[0]).toBeGreaterThanOrEqual(sampled.best[0] ?? Infinity);
  const after = (await it.call('runs.list')).find(({ id }) => id === before.id) as VisualizeRun;
  expect(after.bestOf).toEqual({ windows: 60_000 * 24 * 24, all: true });
  after.units.forEach(({ bestReal, score }, i) => {
    expect(bestReal).toBeGreaterThanOrEqual(before.units[i]?.bestReal ?? Infinity);
    expect(score).toBe(before.units[i]?.score);
  });
  const again = await draw();
  expect(again.bestOf).toEqual(after.bestOf);
  expect(again.method).toEqual(before.method);
  expect(again.units).toEqual(after.units);
});

test('what was found is there after a restart without looking again, also where the file was damaged', async () => {
  const before = await it.call('evidence.unit', unit('third'));
  await it.quit();
  it = await openApp({ dataFolder });
  model = await openSmall(it);
  const said: string[] = [];
  const stop = it.app.on(({ name, data }) => {
    if (name === 'ask.progress') said.push((data as { doing: string }).doing);
  });
  expect(await it.call('evidence.unit', unit('fourth'))).toEqual(before);
  expect(said.filter((doing) => doing !== '')).toEqual([]);
  stop();
  await it.quit();
  const folder = join(dataFolder, 'scans');
  for (const file of readdirSync(folder)) writeFileSync(join(folder, file), 'damaged');
  it = await openApp({ dataFolder });
  model = await openSmall(it);
  expect((await it.call('evidence.unit', unit('fifth'))).best).toEqual(before.best);
});

test('the answer to the question says what is being done, and can be ended', async () => {
  const asked = it.call('question.answer', { model: model.id, ask: 'answer' });
  const { doing } = await it.next('ask.progress', ({ ask }) => ask === 'answer');
  expect(doing).not.toBe('');
  await it.call('asks.cancel', { ask: 'answer' });
  await expect(asked).rejects.toThrow('This was cancelled.');
  expect(await it.call('question.known', { model: model.id })).toBeNull();
  // one that is over already is not there to be ended
  await it.call('asks.cancel', { ask: 'answer' });
});
