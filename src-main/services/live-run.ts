// A run while the app holds it: its state, which is told at most twice a second, and its record on disk.
import type { Run } from '../contract/run';
import type { Emit } from './emitter';
import type { EngineJob } from './engine';
import type { RunFiles, RunRecord } from './run-files';

const TELL_EVERY = 500;
const KEEP_EVERY = 2000;

export const hasEnded = ({ state }: Run): boolean =>
  state === 'finished' || state === 'cancelled' || state === 'failed' || state === 'interrupted';

export class LiveRun<R extends Run = Run> {
  run: R;
  record: RunRecord;
  job: EngineJob<unknown> | null = null;
  private readonly files: RunFiles;
  private readonly emit: Emit;
  /** False for a run that ships with the app. */
  private readonly own: boolean;
  private told = 0;
  private kept = 0;
  private timer: NodeJS.Timeout | undefined;
  /** Records are written one after the other. */
  private writing: Promise<void> = Promise.resolve();
  private before = 0;
  private began = 0;

  constructor(record: RunRecord, run: R, files: RunFiles, emit: Emit, own = true) {
    this.own = own;
    this.record = record;
    this.run = run;
    this.files = files;
    this.emit = emit;
  }

  /** Starts the clock of this stretch of work. */
  begin(): void {
    this.before = this.run.secondsTaken;
    this.began = Date.now();
  }

  seconds(): number {
    return this.before + (Date.now() - this.began) / 1000;
  }

  /** Seconds left at the pace of this stretch, which has done the share from `from` to `share` of all. */
  secondsLeft(from: number, share: number): number | null {
    const passed = (Date.now() - this.began) / 1000;
    return share > from && passed > 0.3 ? (passed / (share - from)) * (1 - share) : null;
  }

  /** A change of state: told and kept at once. */
  async change(changes: Partial<R>): Promise<void> {
    this.run = { ...this.run, ...changes };
    if (hasEnded(this.run)) this.run = { ...this.run, secondsLeft: null };
    this.tell();
    await this.keep();
  }

  /** What became known of a run after it was made: told at once; what ships with the app is not written to. */
  async refine(changes: Partial<R>, record: Partial<RunRecord>): Promise<void> {
    this.run = { ...this.run, ...changes };
    this.record = { ...this.record, ...record };
    this.tell();
    if (this.own) await this.keep();
  }

  /** A step on the way: told within half a second, kept within two. */
  progress(changes: Partial<R>): void {
    this.run = { ...this.run, ...changes };
    const now = Date.now();
    if (now - this.told >= TELL_EVERY) this.tell();
    else
      this.timer ??= setTimeout(() => {
        this.tell();
      }, TELL_EVERY);
    if (now - this.kept >= KEEP_EVERY) void this.keep();
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.told = Date.now();
    this.emit('run.changed', { run: this.run });
  }

  keep(): Promise<void> {
    this.kept = Date.now();
    this.record = { ...this.record, run: this.run };
    const { record } = this;
    this.writing = this.writing.then(() => this.files.writeRecord(record)).catch(() => undefined);
    return this.writing;
  }
}
