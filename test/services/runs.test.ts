// Runs: visualised and trained by the real engine; watched, paused, cancelled, resumed; they outlive page, engine and app.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CallInput } from '../../src-main/contract/calls';
import { media } from '../../src-main/contract/media';
import { methodSchema } from '../../src-main/contract/method';
import type { TrainRun, VisualizeRun } from '../../src-main/contract/run';
import { openApp, type TestApp } from '../support/app';

let it: TestApp;
beforeAll(async () => {
  it = await openApp();
});
afterAll(() => it.remove());

const wanted = (
  layer: string,
  method: object,
  units: number[] | null = null,
): CallInput<'runs.visualize'> => ({
  model: 'shipped',
  layer,
  units,
  seed: 0,
  method: methodSchema.parse(method),
});
const training = (changes: object): CallInput<'runs.train'> => ({
  dataset: 'mnist',
  configuration: { filters: [4, 6], hidden: 16, reportEvery: 20, ...changes },
});

test('a layer is visualised frame by frame, and its frames are pictures', async () => {
  const { id } = await it.call('runs.visualize', wanted('conv1', { name: 'whitened', steps: 32 }));
  const frame = await it.next('run.frame', ({ run }) => run === id);
  expect(frame.units).toHaveLength(32);
  const run = (await it.until(id, 'finished')) as VisualizeRun;
  expect(run.frames.at(-1)).toBe(32);
  expect(run.frames).toEqual([...run.frames].sort((a, b) => a - b));
  expect(run.method).toMatchObject({ name: 'whitened', radius: expect.any(Number) as number });
  const response = await it.media(media.runSheet(id, run.frames.length - 1, 'contrast'));
  expect(response.headers.get('cache-control')).toContain('immutable');
  const sheet = decode(new Uint8Array(await response.arrayBuffer()));
  expect([sheet.width, sheet.height]).toEqual([16 * 5, 2 * 5]);
  const unit = decode(
    new Uint8Array(await (await it.media(media.runUnit(id, 0, 7, 'signed', 4))).arrayBuffer()),
  );
  expect([unit.width, unit.height]).toEqual([20, 20]);
});

test("the question's run has its way in order and its own sheet", async () => {
  const { id } = await it.call('runs.visualize', wanted('conv1', { name: 'question', iterations: 600 }));
  const run = (await it.until(id, 'finished')) as VisualizeRun;
  expect(run.frames).toEqual([...new Set(run.frames)].sort((a, b) => a - b));
  expect(run.units[0]?.state).toBe('failed');
  const sheet = decode(new Uint8Array(await (await it.media(media.questionSheet(id))).arrayBuffer()));
  expect([sheet.width, sheet.height]).toEqual([94, 94]);
});

test('a cancelled run answers at once and keeps the frames so far', async () => {
  const { id } = await it.call('runs.visualize', wanted('conv2', { name: 'plain', steps: 20_000 }));
  await it.next('run.frame', ({ run, frame }) => run === id && frame >= 2);
  const began = performance.now();
  await it.call('runs.cancel', { run: id });
  // 20,000 steps take minutes: an answer within a second, on a busy machine too, has not waited for them
  expect(performance.now() - began).toBeLessThan(1000);
  const run = (await it.until(id, 'cancelled')) as VisualizeRun;
  expect(run.frames.length).toBeGreaterThan(2);
  expect((await it.media(media.runSheet(id, 1, 'contrast'))).status).toBe(200);
  // and the engine is free for the next one at once
  const next = await it.call('runs.visualize', wanted('conv1', { name: 'box', steps: 4 }));
  expect((await it.until(next.id, 'finished')).state).toBe('finished');
});

test('one visualisation at a time: the second waits, and can be cancelled before it began', async () => {
  const first = await it.call('runs.visualize', wanted('conv2', { name: 'plain', steps: 20_000 }));
  const second = await it.call('runs.visualize', wanted('conv1', { name: 'plain', steps: 8 }));
  await it.next('run.frame', ({ run }) => run === first.id);
  expect((await it.call('runs.list')).find(({ id }) => id === second.id)?.state).toBe('queued');
  await it.call('runs.cancel', { run: second.id });
  await it.call('runs.cancel', { run: first.id });
  expect((await it.call('runs.list')).slice(0, 2).map(({ state }) => state)).toEqual([
    'cancelled',
    'cancelled',
  ]);
});

test('drawing is answered while a layer is running', async () => {
  const { id } = await it.call('runs.visualize', wanted('conv2', { name: 'plain', steps: 20_000 }));
  await it.next('run.frame', ({ run }) => run === id);
  const { image, label } = await it.call('draw.testImage', { model: 'shipped', index: 3 });
  const answer = await it.call('draw.respond', { model: 'shipped', image });
  expect(answer.probabilities.indexOf(Math.max(...answer.probabilities))).toBe(label);
  expect(answer.layers.map(({ maps }) => maps.length)).toEqual([28 * 28 * 32, 14 * 14 * 64, 1024, 10]);
  expect((await it.call('runs.list')).find((run) => run.id === id)?.state).toBe('running');
  await it.call('runs.cancel', { run: id });
});

test('a paused visualisation stands still and goes on', async () => {
  const { id } = await it.call('runs.visualize', wanted('conv2', { name: 'plain', steps: 2000 }));
  await it.next('run.frame', ({ run }) => run === id);
  await it.call('runs.pause', { run: id });
  expect((await it.call('runs.list'))[0]?.state).toBe('paused');
  await it.call('runs.resume', { run: id });
  expect((await it.until(id, 'finished')).done).toBe(2000);
});

test('a visualisation that is paused and resumed before it begins runs once, and its pictures are there', async () => {
  const queued = it.next('run.changed', ({ run }) => run.kind === 'visualize' && run.state === 'queued');
  const resumed = queued.then(async ({ run }) => {
    await it.call('runs.pause', { run: run.id });
    await it.call('runs.resume', { run: run.id });
  });
  const { id } = await it.call('runs.visualize', wanted('conv1', { name: 'plain', steps: 8 }));
  await resumed;
  const run = (await it.until(id, 'finished')) as VisualizeRun;
  expect(run.frames.at(-1)).toBe(8);
  const last = media.runSheet(id, run.frames.length - 1, 'contrast');
  expect((await it.media(last)).status).toBe(200);
  // nor does it begin once more after the runs that came behind it
  const next = await it.call('runs.visualize', wanted('conv1', { name: 'plain', steps: 4 }));
  await it.until(next.id, 'finished');
  expect((await it.call('runs.list')).find((each) => each.id === id)).toEqual(run);
});

test('a training tells its curves and ends with a model that can be visualised', async () => {
  const { id } = await it.call('runs.train', training({ steps: 60 }));
  const { report } = await it.next('run.report', ({ run }) => run === id);
  expect(report.loss).toBeGreaterThan(0);
  const run = (await it.until(id, 'finished')) as TrainRun;
  expect(run.reports.map(({ step }) => step)).toEqual([0, 20, 40]);
  expect(run.tests[0]).toMatchObject({ step: 60, images: 10_000 });
  const model = run.model ?? '';
  const seen = await it.call('runs.visualize', { ...wanted('conv1', { name: 'plain', steps: 4 }), model });
  expect(((await it.until(seen.id, 'finished')) as VisualizeRun).units).toHaveLength(4);
});

test.each(['cancel', 'pause'] as const)(
  'a %s that comes as soon as a training is queued is heard',
  async (how) => {
    // before the call that starts it has answered, as from a page that is told of the run first
    const queued = it.next('run.changed', ({ run }) => run.kind === 'train' && run.state === 'queued');
    const stopped = queued.then(({ run }) => it.call(`runs.${how}`, { run: run.id }));
    const { id } = await it.call('runs.train', training({ steps: 5000 }));
    await stopped;
    const next = await it.call('runs.train', training({ steps: 20 }));
    await it.until(next.id, 'finished');
    const run = (await it.call('runs.list')).find((each) => each.id === id);
    expect(run?.state).toBe(how === 'cancel' ? 'cancelled' : 'paused');
    expect(run?.done).toBeLessThan(5000);
    if (how === 'cancel') return;
    await it.call('runs.resume', { run: id });
    await it.next('run.report', (told) => told.run === id);
    await it.call('runs.cancel', { run: id });
  },
);

test('a training outside its ranges is refused with the field that is wrong', async () => {
  await expect(it.call('runs.train', training({ batch: 0 }))).rejects.toThrow(/batch/);
});

test('a paused training goes on from its checkpoint to the same end', async () => {
  const { id } = await it.call('runs.train', training({ steps: 300, seed: 5 }));
  await it.next('run.report', ({ run, report }) => run === id && report.step >= 40);
  await it.call('runs.pause', { run: id });
  expect((await it.call('runs.list')).find((run) => run.id === id)?.state).toBe('paused');
  await it.call('runs.resume', { run: id });
  const run = (await it.until(id, 'finished')) as TrainRun;
  expect(run.reports.map(({ step }) => step)).toEqual(Array.from({ length: 15 }, (_, i) => i * 20));
});

describe('the engine dies', () => {
  test('that costs one job: the run is interrupted, a new engine comes, the run is resumed', async () => {
    const { id } = await it.call('runs.visualize', wanted('conv2', { name: 'plain', steps: 20_000 }));
    await it.next('run.frame', ({ run }) => run === id);
    const lost = it.next('engine.state', ({ state }) => state === 'lost');
    const ready = it.next('engine.state', ({ state }) => state === 'ready');
    const interrupted = it.next('run.changed', ({ run }) => run.id === id && run.state === 'interrupted');
    process.kill(it.engine().process.pid ?? 0, 'SIGKILL');
    await lost;
    expect((await interrupted).run.error?.remedy).toContain('resume');
    await ready;
    await it.call('runs.resume', { run: id });
    await it.next('run.frame', ({ run }) => run === id);
    await it.call('runs.cancel', { run: id });
  });

  test('a call in that moment is refused in words, the next one is answered', async () => {
    process.kill(it.engine().process.pid ?? 0, 'SIGKILL');
    await it.next('engine.state', ({ state }) => state === 'lost');
    expect((await it.call('draw.testImage', { model: 'shipped', index: 0 })).label).toBe(7);
  });
});

test('runs are there after the app was closed; an unfinished training is resumed from its checkpoint', async () => {
  const app = await openApp();
  const done = await app.call('runs.visualize', wanted('conv1', { name: 'plain', steps: 8 }));
  await app.until(done.id, 'finished');
  const { id } = await app.call('runs.train', training({ steps: 160 }));
  await app.next('run.report', ({ run, report }) => run === id && report.step >= 40);
  await app.quit();
  expect(existsSync(join(app.dataFolder, 'runs', id, 'checkpoint.bin'))).toBe(true);
  const again = await openApp({ dataFolder: app.dataFolder });
  const runs = await again.call('runs.list');
  expect(runs.find((run) => run.id === done.id)?.state).toBe('finished');
  expect((await again.media(media.runSheet(done.id, 0, 'contrast'))).status).toBe(200);
  expect(runs.find((run) => run.id === id)?.state).toBe('interrupted');
  await again.call('runs.resume', { run: id });
  expect((await again.next('run.report', ({ run }) => run === id)).report.step).toBeGreaterThan(0);
  await again.until(id, 'finished');
  await again.remove();
}, 180_000);
