// The engine as the services use it: jobs that are awaited, on a process that is started again when it dies.
import { UserError } from '../contract/errors';
import type { EngineProcess, FromEngine, JobName, Jobs, StartEngine } from '../engine-link';

/** The engine's process ended in the middle of a job. */
export class EngineLost extends UserError {
  constructor() {
    super('The engine stopped unexpectedly.', 'It is being started again; resume the run or try again.');
  }
}

export interface EngineJob<Output> {
  readonly done: Promise<Output>;
  signal(what: 'cancel' | 'pause' | 'resume'): void;
}

export interface EngineOptions {
  readonly start: StartEngine;
  /** Variables for the next process, such as the number of threads. */
  readonly environment: () => Readonly<Record<string, string>>;
  readonly state: (state: 'starting' | 'ready' | 'lost', detail: string) => void;
  readonly log: (line: string) => void;
}

interface Pending {
  readonly post: () => void;
  sent: boolean;
  readonly progress: (value: unknown) => void;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Milliseconds before a new start: doubled with each death, forgotten after a minute of health. */
const FIRST_WAIT = 250;
const LONGEST_WAIT = 15_000;
const HEALTHY_AFTER = 60_000;

export class Engine {
  private readonly options: EngineOptions;
  private readonly pending = new Map<number, Pending>();
  private process: EngineProcess | null = null;
  private ready = false;
  private closed = false;
  private next = 1;
  private wait = FIRST_WAIT;
  private startedAt = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: EngineOptions) {
    this.options = options;
    this.start();
  }

  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Starts a job, or as soon as the engine is ready. `done` rejects with a UserError, EngineLost among them. */
  job<N extends JobName>(
    name: N,
    input: Jobs[N]['input'],
    progress: (value: Jobs[N]['progress']) => void = () => undefined,
  ): EngineJob<Jobs[N]['output']> {
    const job = this.next++;
    const done = new Promise<Jobs[N]['output']>((resolve, reject) => {
      this.pending.set(job, {
        sent: false,
        post: () => this.process?.post({ job, name, input } as Parameters<EngineProcess['post']>[0]),
        progress: progress as (value: unknown) => void,
        resolve: resolve as (value: unknown) => void,
        reject,
      });
    });
    // a job may end in an error before whoever asked for it has come to wait for it
    done.catch(() => undefined);
    this.sendWaiting();
    return {
      done,
      signal: (what) => {
        const pending = this.pending.get(job);
        if (pending?.sent === true) this.process?.post({ job, signal: what });
        else if (what === 'cancel' && this.pending.delete(job)) {
          pending?.reject(new UserError('The job was cancelled.', 'Start it again.'));
        }
      },
    };
  }

  run<N extends JobName>(name: N, input: Jobs[N]['input']): Promise<Jobs[N]['output']> {
    return this.job(name, input).done;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.process?.kill();
    this.rejectAll(() => true);
  }

  private start(): void {
    this.options.state('starting', '');
    this.startedAt = Date.now();
    const started = this.options.start(this.options.environment());
    this.process = started;
    started.onMessage((message) => {
      if (this.process === started) this.receive(message);
    });
    started.onExit((code) => {
      if (this.process === started) this.lost(code);
    });
  }

  private sendWaiting(): void {
    if (!this.ready) return;
    for (const pending of this.pending.values()) {
      if (pending.sent) continue;
      pending.sent = true;
      pending.post();
    }
  }

  private receive(message: FromEngine): void {
    if ('state' in message) {
      this.ready = message.state === 'ready';
      if (this.ready) this.options.log(`The engine is ready after ${Date.now() - this.startedAt} ms.`);
      this.options.state(message.state, message.detail);
      this.sendWaiting();
      return;
    }
    const pending = this.pending.get(message.job);
    if (pending === undefined) return;
    if ('progress' in message) {
      pending.progress(message.progress);
      return;
    }
    this.pending.delete(message.job);
    if ('value' in message) pending.resolve(message.value);
    else {
      const { message: said, remedy, stack } = message.error;
      if (stack !== undefined) this.options.log(stack);
      pending.reject(new UserError(said, remedy));
    }
  }

  private lost(code: number | null): void {
    this.process = null;
    this.ready = false;
    if (this.closed) return;
    this.options.log(`The engine ended with ${code === null ? 'a signal' : `code ${code}`}.`);
    this.options.state('lost', 'The engine stopped unexpectedly and is being started again.');
    this.rejectAll(({ sent }) => sent);
    if (Date.now() - this.startedAt > HEALTHY_AFTER) this.wait = FIRST_WAIT;
    this.timer = setTimeout(() => {
      this.start();
    }, this.wait);
    this.wait = Math.min(LONGEST_WAIT, this.wait * 2);
  }

  private rejectAll(which: (pending: Pending) => boolean): void {
    for (const [job, pending] of this.pending) {
      if (!which(pending)) continue;
      this.pending.delete(job);
      pending.reject(new EngineLost());
    }
  }
}
