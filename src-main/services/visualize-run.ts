// One visualisation: its frames while it goes on, in memory, and afterwards, on disk.
import { heldTo, type RealBest } from '../contract/best-of';
import type { UnitResult, VisualizeRun } from '../contract/run';
import { UserError } from '../contract/errors';
import type { Pictures, RunCurves, VisualizeProgress, Visualized } from '../engine-link';
import type { Emit } from './emitter';
import type { Engine } from './engine';
import type { LiveRun } from './live-run';
import type { Models } from './models';
import type { RunFiles } from './run-files';

/** Frames from this number on are pictures of the moment: shown while the run goes on, then gone. */
const PREVIEW = 1_000_000;
const MOST_PREVIEWS = 3;

const EMPTY: RunCurves = {
  steps: new Float32Array(0),
  scores: new Float32Array(0),
  gradientNorms: new Float32Array(0),
  cosines: new Float32Array(0),
};

type Moment = Extract<VisualizeProgress, { type: 'frame' }>;

export class VisualizeWork {
  readonly live: LiveRun<VisualizeRun>;
  private readonly files: RunFiles;
  private readonly emit: Emit;
  /** null: they lie on disk. */
  private frames: Float32Array[] | null;
  private readonly previews = new Map<number, Float32Array>();
  private previewed = PREVIEW;
  private found: Visualized | null = null;
  /** Another work of the same run took its place before it began. */
  private replaced = false;

  constructor(live: LiveRun<VisualizeRun>, files: RunFiles, emit: Emit) {
    this.live = live;
    this.files = files;
    this.emit = emit;
    this.frames = live.run.state === 'queued' ? [] : null;
  }

  /** Keeps it from beginning: a run that was resumed has a work of its own. */
  replace(): void {
    this.replaced = true;
  }

  /** The raw pictures of a frame, [units × h × w × c]. Throws a UserError for one that is not there. */
  async frame(index: number): Promise<Float32Array> {
    const { run } = this.live;
    const held = this.previews.get(index) ?? this.frames?.[index];
    if (held !== undefined) return held;
    // a picture of the moment that is gone already: the newest there is says as much
    if (index >= PREVIEW) {
      const newest = [...this.previews.values()].at(-1);
      if (newest !== undefined) return newest;
      if (run.frames.length > 0) return this.last();
    }
    if (this.frames !== null || run.picture === null || index >= run.frames.length) {
      throw new UserError(`The run has no frame ${index}.`, 'Choose another frame.');
    }
    const { height, width, channels } = run.picture;
    return this.files.readFrame(run.id, index, run.units.length * height * width * channels);
  }

  /** The pictures as they are at the end (or at the last frame so far). */
  last(): Promise<Float32Array> {
    return this.frame(this.live.run.frames.length - 1);
  }

  async curves(): Promise<RunCurves> {
    return this.found?.curves ?? (await this.files.readCurves(this.live.record)) ?? EMPTY;
  }

  /** The sheet that the question's code saves; null for another method. */
  async sheet(): Promise<Pictures | null> {
    return this.found?.sheet ?? (await this.files.readSheet(this.live.record));
  }

  /** Visualises to the end, or until it is cancelled. Rejects with what the engine failed of. */
  async run(engine: Engine, models: Models): Promise<void> {
    const { live } = this;
    const { request } = live.run;
    const dataset = await models.judge(request.model);
    const input = { ...request, model: models.source(request.model), dataset };
    // cancelled or paused meanwhile, or paused and resumed
    const { state } = live.run;
    if (state !== 'queued' || this.replaced) return;
    live.begin();
    const job = engine.job('visualize', input, (progress) => {
      if (live.run.state !== 'running' && live.run.state !== 'paused') return;
      if (progress.type === 'begun') this.begun(progress);
      else this.moment(progress);
    });
    live.job = job;
    await live.change({ state: 'running', error: null, frames: [], done: 0 });
    const found = await job.done;
    if (live.run.state !== 'running') return;
    await this.finish(found);
  }

  private begun({ units, picture, real }: Extract<VisualizeProgress, { type: 'begun' }>): void {
    // the pace is that of the steps, not of the data that had to be looked at before
    this.live.begin();
    this.judgedBy(real);
    this.live.progress({
      ...{ picture, bestOf: real?.of ?? null },
      units: units.map((unit): UnitResult => {
        const best = real?.best[unit] ?? NaN;
        return {
          ...{ unit, state: 'queued', score: null, certificate: null, norm: null, startScores: [] },
          bestReal: Number.isFinite(best) ? best : null,
        };
      }),
    });
  }

  private judgedBy(real: RealBest | null): void {
    this.live.record = { ...this.live.record, bestWindows: [...(real?.windows ?? [])] };
  }

  private moment({ step, kept, share, scores, images }: Moment): void {
    const { live } = this;
    const { run } = live;
    const units = run.units.map((unit, i): UnitResult => {
      const score = scores[i] ?? NaN;
      return Number.isFinite(score) ? { ...unit, state: 'running', score } : unit;
    });
    let index: number;
    if (kept) {
      this.frames ??= [];
      index = this.frames.push(images) - 1;
    } else {
      index = this.previewed++;
      this.previews.set(index, images);
      this.previews.delete(index - MOST_PREVIEWS);
    }
    const done = Math.min(run.total, Math.max(run.done, Math.round(share * run.total)));
    const secondsLeft = live.secondsLeft(0, share);
    const frames = kept ? [...run.frames, step] : run.frames;
    live.progress({ units, frames, done, secondsLeft, secondsTaken: live.seconds() });
    this.emit('run.frame', { run: run.id, frame: index, step, done, secondsLeft, units });
  }

  private async finish(found: Visualized): Promise<void> {
    const { live } = this;
    const { total, frames } = live.run;
    this.found = found;
    this.frames = [...(this.frames ?? []), found.images];
    live.run = {
      ...live.run,
      method: found.method,
      units: found.units.map((unit) => (found.real === null ? unit : heldTo(found.real, unit))),
      bestOf: found.real?.of ?? null,
      frames: [...frames, total],
      done: total,
      secondsTaken: live.seconds(),
    };
    this.judgedBy(found.real);
    live.record = {
      ...live.record,
      sheet: found.sheet === null ? null : { height: found.sheet.height, width: found.sheet.width },
      dataset: found.dataset,
      curves: { steps: found.curves.steps.length, units: found.units.length },
    };
    await this.keep();
    await live.change({ state: 'finished' });
  }

  /** Moves the numbers from memory to disk. */
  async keep(): Promise<void> {
    if (this.frames === null || this.frames.length === 0) return;
    const { id } = this.live.run;
    const { curves = null, sheet = null } = this.found ?? {};
    await this.files.writeNumbers(id, { frames: this.frames, curves, sheet });
    this.frames = null;
    this.previews.clear();
  }
}
