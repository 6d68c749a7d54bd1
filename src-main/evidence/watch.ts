// How long evidence says how far it is, lets other work in between, and is stopped.
import { turn } from '../turn';

export interface Watch<P = number> {
  readonly signal?: AbortSignal | undefined;
  /** Told the share that is done, 0..1, where nothing else is said. */
  readonly progress?: ((done: P) => void) | undefined;
  /** Told what is being done now, in a few words. */
  readonly doing?: ((what: string) => void) | undefined;
}

/** Lets the event loop turn, says how far it is, and throws the signal's reason once it is aborted. */
export async function step({ signal, progress }: Watch, share: number): Promise<void> {
  progress?.(share);
  await turn();
  signal?.throwIfAborted();
}

/** The part from `low` to `high` of a longer piece of work. */
export const part = ({ signal, progress, doing }: Watch, low: number, high: number): Watch => ({
  ...{ signal, doing },
  progress: (share) => progress?.(low + (high - low) * share),
});
