// What a job of the engine is given besides its input.
import type { HowFar, JobName, Jobs } from '../engine-link';
import type { Watch } from '../evidence/watch';

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

/** Milliseconds between two words of how far a job is. */
const TELL_EVERY = 100;

/** A job's context as long work takes it. */
export function watching({
  signal,
  progress,
}: {
  readonly signal: AbortSignal;
  readonly progress: (value: HowFar) => void;
}): Watch {
  let doing = '';
  let told = -Infinity;
  return {
    signal,
    doing: (what) => {
      if (what !== doing) told = -Infinity;
      doing = what;
    },
    progress: (share) => {
      const now = performance.now();
      if (now - told < TELL_EVERY) return;
      told = now;
      progress({ share, doing });
    },
  };
}
