// What a job of the engine is given besides its input.
import type { JobName, Jobs } from '../engine-link';

export interface JobContext<N extends JobName = JobName> {
  readonly signal: AbortSignal;
  readonly progress: (value: Jobs[N]['progress']) => void;
  /** Resolves at once, or when a paused job may go on. */
  readonly gate: () => Promise<void>;
  /** True while another job is at work that somebody waits for. */
  readonly busy: () => boolean;
}

/** A job as the engine does it. */
export type Handler<N extends JobName> = (
  input: Jobs[N]['input'],
  context: JobContext<N>,
) => Promise<Jobs[N]['output']> | Jobs[N]['output'];

/** An event-loop turn, in which other jobs are answered. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
