// Runs: trainings and visualisations, queued, watched, paused, resumed; they outlive the page and the engine.
import { randomUUID } from 'node:crypto';
import { UserError } from '../contract/errors';
import type { Run, TrainRequest, TrainRun, VisualizeRequest, VisualizeRun } from '../contract/run';
import { trainingConfigurationSchema } from '../contract/training';
import { catalogue } from '../datasets/catalogue';
import { heldTo, type RealBest } from '../contract/best-of';
import type { RunCurves } from '../engine-link';
import type { Emit } from './emitter';
import { EngineLost, type Engine } from './engine';
import { hasEnded, LiveRun } from './live-run';
import { SHIPPED, type Models } from './models';
import type { OwnData } from './own-data';
import { Queue } from './queue';
import { RunFiles, type RunRecord } from './run-files';
import { trainRun } from './train-run';
import { VisualizeWork } from './visualize-run';

/** Finished runs that are kept; older ones are removed at the next start. */
const MOST_KEPT = 60;

export interface RunsOptions {
  readonly folder: string;
  /** Folder of finished runs that ship with the app, read only. */
  readonly shipped: string;
  readonly engine: Engine;
  readonly models: Models;
  readonly own: OwnData;
  readonly emit: Emit;
  readonly log: (line: string) => void;
}

const base = (id: string, total: number) => ({
  ...{ id, state: 'queued' as const, done: 0, total },
  ...{ secondsLeft: null, secondsTaken: 0, error: null },
});

export class Runs {
  private readonly options: RunsOptions;
  private readonly files: RunFiles;
  private readonly live = new Map<string, LiveRun>();
  /** Numbers of visualisations: of those at work in memory, of all others on disk. */
  private readonly works = new Map<string, VisualizeWork>();
  /** Layers all of whose windows were looked through, by model. */
  private readonly looked = new Set<string>();
  private closing = false;
  /** What is being written of runs that were cancelled. */
  private readonly writing = new Set<Promise<void>>();
  private readonly queues = { train: new Queue(), visualize: new Queue() } as const;

  private constructor(options: RunsOptions) {
    this.options = options;
    this.files = new RunFiles(options.folder);
  }

  /** Finds the runs of earlier sessions; one that was at work is interrupted and can be resumed. */
  static async open(options: RunsOptions): Promise<Runs> {
    const runs = new Runs(options);
    const shipped = new RunFiles(options.shipped);
    for (const record of await shipped.readAll(options.log)) runs.take(record, shipped);
    const own = await runs.files.readAll(options.log);
    const old = own.filter(({ run }) => hasEnded(run) && run.kind === 'visualize').slice(0, -MOST_KEPT);
    for (const record of own) {
      if (old.includes(record)) await runs.files.remove(record.run.id);
      else runs.take(record, runs.files);
    }
    return runs;
  }

  private take(record: RunRecord, files: RunFiles): void {
    const { model, run } = record;
    if (model !== null && model.info.id !== SHIPPED) this.options.models.know(model.path, model.info);
    const live = new LiveRun(record, run, files, this.options.emit, files === this.files);
    this.live.set(run.id, live);
    if (run.kind === 'visualize') {
      this.works.set(run.id, new VisualizeWork(live as LiveRun<VisualizeRun>, files, this.options.emit));
    }
    if (hasEnded(run) || (run.kind === 'train' && run.state === 'paused')) return;
    live.run = {
      ...run,
      state: 'interrupted',
      secondsLeft: null,
      error: { message: 'The app was closed before this run ended.', remedy: 'Resume it.' },
    };
  }

  /** Newest first. */
  list(): Run[] {
    return [...this.live.values()].reverse().map(({ run }) => run);
  }

  /** Throws a UserError for an id that names no run. */
  get(id: string): LiveRun {
    const found = this.live.get(id);
    if (found === undefined) throw new UserError('There is no such run.', 'Start it again.');
    return found;
  }

  /** The pictures of a visualisation. Throws a UserError for another run. */
  pictures(id: string): VisualizeWork {
    const work = this.works.get(id);
    if (work === undefined) throw new UserError('There is no visualisation of that id.', 'Start it again.');
    return work;
  }

  async curves(id: string): Promise<RunCurves> {
    return this.pictures(id).curves();
  }

  async train(request: TrainRequest): Promise<Run> {
    const parsed = trainingConfigurationSchema.safeParse(request.configuration);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new UserError(
        `${issue?.path.join('.') ?? 'The configuration'}: ${issue?.message ?? 'is not valid'}.`,
        'Choose a value within the range.',
      );
    }
    const { dataset, side } = request;
    const isOwn = !catalogue().some(({ id: known }) => known === dataset);
    const read = isOwn ? this.options.own.lastRead(this.options.own.pathOf(dataset)) : null;
    const id = randomUUID();
    const run: TrainRun = {
      ...base(id, parsed.data.steps),
      kind: 'train',
      request: { dataset, side: isOwn ? side : null, configuration: { ...parsed.data } },
      classes: read?.classes ?? [],
      reports: [],
      tests: [],
      model: null,
    };
    return this.add(run, null);
  }

  async visualize(request: VisualizeRequest): Promise<Run> {
    const { path, info } = this.options.models.get(request.model);
    const layer = info.layers.find(({ name }) => name === request.layer);
    if (layer === undefined) {
      const names = info.layers.map(({ name }) => name);
      throw new UserError(
        `The model has no layer "${request.layer}" with units.`,
        `Choose one of ${names.join(', ')}.`,
      );
    }
    const { method } = request;
    const id = randomUUID();
    const run: VisualizeRun = {
      ...base(id, 'steps' in method ? method.steps : method.iterations),
      kind: 'visualize',
      request,
      method,
      ...{ picture: null, frames: [], bestOf: null },
      units: (request.units ?? [...Array(layer.units).keys()]).map((unit) => ({
        ...{ unit, state: 'queued' as const, score: null, bestReal: null },
        ...{ certificate: null, norm: null, startScores: [] },
      })),
    };
    return this.add(run, { path, info });
  }

  private async add(run: Run, model: RunRecord['model']): Promise<Run> {
    const createdAt = new Date().toISOString();
    const record: RunRecord = {
      ...{ format: 1, createdAt, run, model },
      ...{ sheet: null, dataset: null, bestWindows: [], curves: null },
    };
    const live = new LiveRun(record, run, this.files, this.options.emit);
    this.live.set(run.id, live);
    await this.enqueue(live, {});
    return live.run;
  }

  /**
   * Tells, keeps and queues a run in one turn: whoever is told of it can stop it. `changes` are what makes it queued. Resolves
   * when it is kept.
   */
  private enqueue(live: LiveRun, changes: Partial<Run>): Promise<void> {
    const { id, kind } = live.run;
    const kept = live.change(changes);
    if (kind === 'visualize') {
      this.works.get(id)?.replace();
      this.works.set(id, new VisualizeWork(live as LiveRun<VisualizeRun>, this.files, this.options.emit));
    }
    this.queues[kind].add(id, async () => {
      // what was paused and resumed at once may have ended by now
      if (live.run.state === 'queued') await this.work(live);
    });
    return kept;
  }

  private async work(live: LiveRun): Promise<void> {
    const { id, kind } = live.run;
    const { engine, models, own, emit } = this.options;
    try {
      if (kind === 'train') {
        await trainRun(live as LiveRun<TrainRun>, { engine, models, own, emit, folder: this.files.of(id) });
      } else await this.pictures(id).run(engine, models);
    } catch (error) {
      if (this.closing || live.run.state !== 'running') return;
      const state = error instanceof EngineLost ? 'interrupted' : 'failed';
      const { message, remedy } =
        error instanceof UserError
          ? error
          : { message: String(error), remedy: 'Try again; the log has the details.' };
      if (!(error instanceof UserError)) this.options.log(`Run ${id}: ${String(error)}`);
      await live.change({ state, secondsTaken: live.seconds(), error: { message, remedy } });
    } finally {
      live.job = null;
    }
  }

  /**
   * All windows of a layer were looked through: its runs' best real scores, which were those of a sample, give way to the best,
   * which is asked for once.
   */
  async refer(model: string, layer: string, ask: () => Promise<RealBest>): Promise<void> {
    const key = `${model} ${layer}`;
    if (this.looked.has(key)) return;
    const real = await ask();
    if (!real.of.all || this.looked.has(key)) return;
    this.looked.add(key);
    this.options.emit('layer.looked', { model, layer });
    for (const { live } of this.works.values()) {
      const { request, units, bestOf } = live.run;
      if (request.model !== model || request.layer !== layer || request.method.name === 'question') continue;
      if (bestOf?.all === true || !units.some(({ bestReal }) => bestReal !== null)) continue;
      await live.refine(
        { bestOf: real.of, units: units.map((unit) => heldTo(real, unit)) },
        { bestWindows: [...real.windows] },
      );
    }
  }

  /** Answers at once: the engine stops at its next turn. What is done is kept, written while others go on. */
  cancel(id: string): void {
    const live = this.get(id);
    if (hasEnded(live.run)) return;
    this.queues[live.run.kind].remove(id);
    live.job?.signal('cancel');
    if (live.run.state === 'running') live.run = { ...live.run, secondsTaken: live.seconds() };
    const written = live
      .change({ state: 'cancelled' })
      .then(() => this.works.get(id)?.keep())
      .catch((error: unknown) => {
        this.options.log(`Run ${id} could not be kept: ${String(error)}`);
      })
      .finally(() => this.writing.delete(written));
    this.writing.add(written);
  }

  /** A training stops at a checkpoint; a visualisation stands still. */
  async pause(id: string): Promise<void> {
    const live = this.get(id);
    const { state, kind } = live.run;
    if (state !== 'running' && state !== 'queued') return;
    if (state === 'queued') this.queues[kind].remove(id);
    else {
      live.job?.signal(kind === 'train' ? 'cancel' : 'pause');
      live.run = { ...live.run, secondsTaken: live.seconds() };
    }
    await live.change({ state: 'paused', secondsLeft: null });
  }

  /** Goes on from the checkpoint, from where it stood, or, for a visualisation that ended early, from its start. */
  async resume(id: string): Promise<void> {
    const live = this.get(id);
    const { state, kind } = live.run;
    if (state === 'finished' || state === 'running' || state === 'queued') return;
    if (state === 'paused' && kind === 'visualize' && live.job !== null) {
      live.begin();
      live.job.signal('resume');
      await live.change({ state: 'running' });
      return;
    }
    await this.enqueue(live, {
      ...{ state: 'queued', error: null },
      ...(kind === 'visualize' ? { done: 0 } : {}),
    });
  }

  /** Stops all work such that it can be resumed at the next start. */
  async close(): Promise<void> {
    this.closing = true;
    const ends: Promise<unknown>[] = [...this.writing];
    for (const live of this.live.values()) {
      if (hasEnded(live.run)) continue;
      this.queues[live.run.kind].remove(live.run.id);
      if (live.job !== null && live.run.kind === 'train' && live.run.state === 'running') {
        live.job.signal('cancel');
        ends.push(live.job.done.catch(() => undefined));
      }
    }
    const limit = new Promise((resolve) => setTimeout(resolve, 3000).unref());
    await Promise.race([Promise.all(ends), limit]);
    for (const live of this.live.values()) if (!hasEnded(live.run)) await live.keep();
  }
}
