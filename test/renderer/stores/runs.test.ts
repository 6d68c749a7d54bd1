// The store of runs follows events: frames, scores and curves grow while a run goes on.
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import type { UnitResult, VisualizeRun } from '../../../src-main/contract/run';
import type { Bridge } from '../../../src-main/contract/wire';
import { useBridge } from '../../../src-renderer/bridge';
import { byUnit, useRuns } from '../../../src-renderer/stores/runs';

const unit = (number: number, score: number | null, state: UnitResult['state'] = 'running'): UnitResult => ({
  ...{ unit: number, state, score, bestReal: 2, certificate: null, norm: null, startScores: [] },
});
const run = (changes: Partial<VisualizeRun> = {}): VisualizeRun => ({
  ...{
    id: 'r',
    kind: 'visualize',
    state: 'running',
    done: 0,
    total: 256,
    secondsLeft: null,
    secondsTaken: 0,
  },
  ...{
    error: null,
    picture: { height: 14, width: 14, channels: 1 },
    frames: [],
    bestOf: null,
    units: [unit(3, null), unit(5, null)],
  },
  request: {
    model: 'm',
    layer: 'conv2',
    units: [3, 5],
    seed: 0,
    method: { name: 'box', steps: 256, starts: 1 },
  },
  method: { name: 'box', steps: 256, starts: 1 },
  ...changes,
});
const frame = (index: number, step: number, scores: readonly number[]) => ({
  ...{ run: 'r', frame: index, step, done: step, secondsLeft: 3 },
  units: [unit(3, scores[0] ?? null), unit(5, scores[1] ?? null)],
});

const asked: string[] = [];
const whole: Bridge = {
  call: (name) => {
    asked.push(name);
    const value = {
      steps: Float32Array.of(0, 1, 256),
      scores: Float32Array.of(0, 10, 1, 11, 2, 12),
      gradientNorms: new Float32Array(6),
      cosines: new Float32Array(6),
    };
    return Promise.resolve({ ok: true, value } as never);
  },
  on: () => () => undefined,
};

beforeEach(() => {
  setActivePinia(createPinia());
  useBridge(whole);
  asked.length = 0;
});

test('each frame adds a step to the curve of every unit', () => {
  const runs = useRuns();
  runs.take([run()]);
  runs.framed(frame(0, 0, [0.5, 0.25]));
  runs.framed(frame(1, 4, [1, 0.5]));
  expect(runs.curves.get('r')).toEqual({
    steps: [0, 4],
    scores: [
      [0.5, 1],
      [0.25, 0.5],
    ],
  });
  expect(runs.runs.get('r')).toMatchObject({ frames: [0, 4], done: 4, secondsLeft: 3 });
});

test('a picture of the moment is the newest to show, but no frame to come back to', () => {
  const runs = useRuns();
  runs.take([run()]);
  runs.framed(frame(0, 0, [0.5, 0.25]));
  runs.framed(frame(1_000_000, 2, [0.75, 0.5]));
  const now = runs.runs.get('r') as VisualizeRun;
  expect(now.frames).toEqual([0]);
  expect(runs.newestFrame(now)).toBe(1_000_000);
});

test('when a run ends its curves are asked for in full, and its last frame is the one to show', async () => {
  const runs = useRuns();
  runs.take([run()]);
  runs.framed(frame(1_000_000, 2, [0.75, 0.5]));
  runs.changed({ run: run({ state: 'finished', frames: [0, 4, 256] }) });
  await expect
    .poll(() => runs.curves.get('r')?.scores)
    .toEqual([
      [0, 1, 2],
      [10, 11, 12],
    ]);
  expect(asked).toEqual(['runs.curves']);
  expect(runs.newestFrame(runs.runs.get('r') as VisualizeRun)).toBe(2);
});

test('a frame of a run that nobody knows changes nothing', () => {
  const runs = useRuns();
  runs.framed(frame(0, 0, [1, 2]));
  expect(runs.runs.size).toBe(0);
});

test('the visualisations of a layer come newest first', () => {
  const runs = useRuns();
  runs.take([run(), run({ id: 's' }), run({ id: 't', request: { ...run().request, layer: 'conv1' } })]);
  expect(runs.visualizations('m', 'conv2').map(({ id }) => id)).toEqual(['s', 'r']);
});

test('curves travel step by step and are kept unit by unit', () => {
  const curves = { steps: Float32Array.of(0, 9), scores: Float32Array.of(1, 2, 3, 4) };
  const rest = { gradientNorms: new Float32Array(4), cosines: new Float32Array(4) };
  expect(byUnit({ ...curves, ...rest }, 2)).toEqual({
    steps: [0, 9],
    scores: [
      [1, 3],
      [2, 4],
    ],
  });
});
