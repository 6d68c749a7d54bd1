// Calls that take a while: the page hears how far each one is, and can end it, by the name that it gave it.
import type { HowFar, JobName, Jobs } from '../engine-link';
import type { Emit } from './emitter';
import type { Engine, EngineJob } from './engine';

/** Jobs that say how far they are. */
type SlowJob = { [N in JobName]: Jobs[N]['progress'] extends HowFar ? N : never }[JobName];

export class Asks {
  private readonly engine: Engine;
  private readonly emit: Emit;
  private readonly jobs = new Map<string, EngineJob<unknown>>();

  constructor(engine: Engine, emit: Emit) {
    this.engine = engine;
    this.emit = emit;
  }

  /** Does a job; `ask` is how the page calls it, if it wants to hear of it. */
  async run<N extends SlowJob>(
    name: N,
    input: Jobs[N]['input'],
    ask: string | undefined,
  ): Promise<Jobs[N]['output']> {
    if (ask === undefined) return this.engine.run(name, input);
    const job = this.engine.job(name, input, (progress) => {
      const { share, doing }: HowFar = progress;
      this.emit('ask.progress', { ask, share, doing });
    });
    this.jobs.set(ask, job);
    try {
      return await job.done;
    } finally {
      if (this.jobs.get(ask) === job) this.jobs.delete(ask);
    }
  }

  /** Ends the call of that name, which then fails; nothing where there is none any more. */
  cancel(ask: string): void {
    this.jobs.get(ask)?.signal('cancel');
  }
}
