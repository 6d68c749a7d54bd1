// One training: what the engine tells of it becomes its state and its events.
import { join } from 'node:path';
import type { TrainRun } from '../contract/run';
import { trainingConfigurationSchema } from '../contract/training';
import { catalogue } from '../datasets/catalogue';
import type { Emit } from './emitter';
import type { Engine } from './engine';
import type { LiveRun } from './live-run';
import type { Models } from './models';
import type { OwnData } from './own-data';

export interface TrainRunOptions {
  readonly engine: Engine;
  readonly models: Models;
  readonly own: OwnData;
  readonly emit: Emit;
  /** Of the run: the checkpoint and in the end the model lie in it. */
  readonly folder: string;
}

/** Trains to the end, or until it is paused or cancelled. Rejects with what the engine failed of. */
export async function trainRun(live: LiveRun<TrainRun>, options: TrainRunOptions): Promise<void> {
  const { engine, models, own, emit, folder } = options;
  const { id, request, total } = live.run;
  const configuration = trainingConfigurationSchema.parse(request.configuration);
  const known = catalogue().find(({ id: each }) => each === request.dataset);
  const path = known === undefined ? own.pathOf(request.dataset) : null;
  let from: number | null = null;
  const left = (step: number): number | null => {
    from ??= step;
    return live.secondsLeft(from / total, step / total);
  };
  live.begin();
  const input = { dataset: path ?? request.dataset, side: request.side, configuration, folder };
  const job = engine.job('train', input, (progress) => {
    if (live.run.state !== 'running') return;
    switch (progress.type) {
      case 'step': {
        const secondsLeft = left(progress.step);
        live.progress({ done: progress.step, secondsLeft, secondsTaken: live.seconds() });
        break;
      }
      case 'report': {
        const { report } = progress;
        const secondsLeft = left(report.step);
        // a training that goes on from a checkpoint tells some steps again
        const reports = [...live.run.reports.filter(({ step }) => step < report.step), report];
        live.progress({ reports, done: report.step, secondsLeft, secondsTaken: live.seconds() });
        emit('run.report', { run: id, report, secondsLeft });
        break;
      }
      case 'test': {
        const { test } = progress;
        live.progress({ tests: [...live.run.tests.filter(({ step }) => step < test.step), test] });
        emit('run.test', { run: id, test });
      }
    }
  });
  live.job = job;
  await live.change({ state: 'running', error: null });
  const { ended, step } = await job.done;
  // a pause keeps the checkpoint alone; what was stopped for good is a model as far as it came
  if (!ended && (live.run.state !== 'cancelled' || step === 0)) {
    live.run = { ...live.run, done: step };
    await live.keep();
    return;
  }
  const made = join(folder, 'model');
  const data = known?.name ?? (path === null ? null : own.lastRead(path)?.name) ?? 'Own data';
  const name = `${data}, ${step} steps, seed ${configuration.seed}`;
  // what it learnt from is what its units are judged by
  const info = await models.inspect(made, name, path ?? undefined);
  live.record = { ...live.record, model: { path: made, info } };
  const found = { model: info.id, classes: info.classes };
  if (ended) await live.change({ state: 'finished', done: total, secondsTaken: live.seconds(), ...found });
  else await live.change({ done: step, ...found });
}
