// The app as a host has it: settings that survive, a log, a report, and calls that never reject.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { calls, type CallName } from '../../src-main/contract/calls';
import type { TrainRun } from '../../src-main/contract/run';
import { openApp, type TestApp } from '../support/app';

let it: TestApp;
beforeAll(async () => {
  it = await openApp();
});
afterAll(() => it.remove());

test('settings change one by one and are there at the next start, when the engine heeds them', async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'filterscope-settings-'));
  const first = await openApp({ dataFolder });
  await first.call('settings.save', { threads: 1 });
  expect(await first.call('settings.save', { theme: 'dark' })).toEqual({
    theme: 'dark',
    threads: 1,
    display: 'usual',
  });
  await first.quit();
  const second = await openApp({ dataFolder });
  expect((await second.call('app.start')).settings).toMatchObject({ theme: 'dark', threads: 1 });
  expect(second.engine().environment).toMatchObject({ TF_NUM_INTRAOP_THREADS: '1', OMP_NUM_THREADS: '1' });
  await second.remove();
});

test.each(['{"theme":', '{"theme":"loud"}', ''])(
  'a damaged settings file (%s) is set aside, not lost',
  async (text) => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'filterscope-damaged-'));
    mkdirSync(dataFolder, { recursive: true });
    writeFileSync(join(dataFolder, 'settings.json'), text);
    const app = await openApp({ dataFolder });
    expect((await app.call('app.start')).settings.theme).toBe('system');
    const aside = readdirSync(dataFolder).find((name) => name.startsWith('settings.json.damaged-')) ?? '';
    expect(readFileSync(join(dataFolder, aside), 'utf8')).toBe(text);
    await app.quit();
    rmSync(dataFolder, { recursive: true });
  },
);

test('every call of the contract is answered, and a wrong input is a refusal in two sentences', async () => {
  for (const name of Object.keys(calls) as CallName[]) {
    const reply = await it.app.call(name, { model: 7, run: 7, id: 7, theme: 'loud', index: -1, files: [] });
    if (reply.ok) continue;
    expect(reply.error.message, name).not.toBe('');
    expect(reply.error.message, name).not.toContain('There is no call');
    expect(reply.error.remedy, name).not.toBe('');
  }
});

test.each(['toString', '__proto__', 'constructor', 'models.nothing', ''])(
  'there is no call "%s"',
  async (name) => {
    expect(await it.app.call(name, undefined)).toMatchObject({ ok: false });
  },
);

test('what is asked of a model, run or gallery that is not there is refused', async () => {
  await expect(it.call('draw.respond', { model: 'none', image: new Uint8Array(784) })).rejects.toThrow(
    /not open/,
  );
  await expect(it.call('runs.cancel', { run: 'none' })).rejects.toThrow(/no such run/);
  await expect(it.call('galleries.open', { id: 'none' })).rejects.toThrow(/no such gallery/);
  await expect(it.call('draw.respond', { model: 'shipped', image: new Uint8Array(3) })).rejects.toThrow(
    /28×28/,
  );
});

test('the evidence of a layer is numbers and pictures of real windows', async () => {
  const found = await it.call('evidence.layer', { model: 'shipped', layer: 'conv1' });
  expect(found.best).toHaveLength(32 * found.count);
  expect(found.window).toEqual({ height: 5, width: 5, channels: 1 });
  for (const path of [
    'windows/shipped/conv1/3.png',
    'worst-windows/shipped/conv1/3.png',
    'kernel/shipped/conv2/3.png?channel=31',
    'test/mnist/5.png',
  ]) {
    const response = await it.media(`media/${path}`);
    expect([path, response.status, response.headers.get('content-type')]).toEqual([path, 200, 'image/png']);
  }
});

test('a run is judged, its pictures explained, its unit shown at other starts and radii', async () => {
  const judged = await it.call('evidence.run', { run: 'shipped-conv2-whitened' });
  expect(judged.likeness).toBeGreaterThan(0);
  expect([judged.nearestReal.length, judged.meaning.length, judged.responses.length]).toEqual([
    64,
    64,
    64 * 64,
  ]);
  const asked = await it.call('evidence.run', { run: 'shipped-conv1-question' });
  expect(asked.nearestReal).toHaveLength(32);
  const parts = await it.call('evidence.decomposition', { run: 'shipped-conv2-whitened', unit: 3 });
  expect(parts?.layer).toBe('conv1');
  expect(await it.call('evidence.decomposition', { run: 'shipped-conv1-whitened', unit: 3 })).toBeNull();
  const { facets, starts } = await it.call('evidence.facets', { run: 'shipped-conv1-whitened', unit: 3 });
  expect(facets.reduce((sum, facet) => sum + facet.starts, 0)).toBe(starts);
  const { rungs } = await it.call('evidence.prior', { model: 'shipped', layer: 'conv1', unit: 3 });
  expect(rungs.every(({ picture }) => picture.png.length > 50)).toBe(true);
});

test('a unit is judged by every training image, and its windows are the ones that it names', async () => {
  const unit = await it.call('evidence.unit', { model: 'shipped', layer: 'conv1', unit: 3 });
  expect([unit.images, unit.best.scores.length, unit.answersTo.length]).toEqual([60_000, 9, 10]);
  const row = await it.media('media/windows/shipped/conv1/3.png');
  const picture = decode(new Uint8Array(await row.arrayBuffer()));
  expect([picture.width, picture.height]).toEqual([9 * 5, 5]);
});

test('a model without snapshots has no history; one trained with them has', async () => {
  const plain = { filters: [4, 6], hidden: 16, steps: 4 };
  const { id: bare } = await it.call('runs.train', { dataset: 'mnist', configuration: plain });
  const { model } = (await it.until(bare, 'finished')) as TrainRun;
  expect(await it.call('evidence.throughTraining', { model: model ?? '', layer: 'conv1' })).toBeNull();
  const configuration = { filters: [4, 6], hidden: 16, steps: 12, snapshots: [0, 6] };
  const { id } = await it.call('runs.train', { dataset: 'mnist', configuration });
  const run = (await it.until(id, 'finished')) as TrainRun;
  const history = await it.call('evidence.throughTraining', { model: run.model ?? '', layer: 'conv1' });
  expect(history?.moments.map(({ step }) => step)).toEqual([0, 6, 12]);
  expect(history?.moments[2]?.change).toBeGreaterThan(0);
});

test.each([
  ['media/nothing', 404],
  ['media/run/none/0.png', 404],
  ['media/run/shipped-conv1-whitened/00.png', 400],
  ['media/run/shipped-conv1-whitened/0.png?display=loud', 400],
  ['media/run/shipped-conv1-whitened/0/1.png?zoom=1000', 400],
  ['media/run/shipped-conv1-whitened/500.png', 404],
  ['media/kernel/shipped/conv1/99.png', 404],
  ['media/kernel/shipped/%2e%2e/1.png', 404],
  ['media/windows/none/conv1/1.png', 404],
  ['media/export/none/x.zip', 404],
  ['media/gallery/..%2fruns/sheet.png', 404],
  ['media/test/mnist/10000.png', 404],
  ['media/%zz', 400],
])('%s is answered by %i', async (path, status) => {
  expect((await it.media(path)).status).toBe(status);
});

test('the report has the facts and the end of the log, and not the name of the user', async () => {
  const report = await it.call('app.errorReport');
  expect(report).toContain('Filterscope: 0.');
  expect(report).toContain('Filterscope 0.1.0 starts');
  expect((await it.call('app.licences')).find(({ name }) => name === '@tensorflow/tfjs-node')?.licence).toBe(
    'Apache-2.0',
  );
});

test('the doctor says what the command says, of the process that has TensorFlow, each thing once', async () => {
  const facts = await it.call('app.doctor');
  const names = facts.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  expect(names).toEqual(expect.arrayContaining(['Filterscope', 'Engine process', 'pip', 'Shipped model']));
  expect(facts.find(({ name }) => name === 'TensorFlow')?.value).toMatch(/^tensorflow, loaded/);
});

test('the question is answered for the shipped model before anything is asked of the engine', async () => {
  const known = await it.call('question.known', { model: 'shipped' });
  expect(known?.questions.map(({ id }) => id)).toEqual(['methodology', 'distinct', 'shapes', 'layers']);
  expect(Date.parse(known?.answeredAt ?? '')).toBeGreaterThan(0);
  expect(Buffer.from(known?.questions[0].pair[0].png ?? []).toString('latin1', 1, 4)).toBe('PNG');
  const { url } = await it.call('question.report', { model: 'shipped' });
  expect(await (await it.media(url)).text()).toContain(known?.questions[3].sentence);
});

test('test images are those of the data that judges the model', async () => {
  expect(await it.call('draw.dataset', { model: 'shipped' })).toMatchObject({ id: 'mnist', test: 10_000 });
  const { image, label } = await it.call('draw.testImage', { model: 'shipped', index: 0 });
  expect([image.length, label]).toEqual([28 * 28, 7]);
});
