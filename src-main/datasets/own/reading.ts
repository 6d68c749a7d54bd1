// What reading data of one's own takes besides a path: the size wanted, a way to stop it, and someone who hears how far it is.
import type { Target } from '../target';
import { turn } from '../../turn';

export interface ReadOptions {
  /** null leaves the size to the data: that of arrays as they are, the usual one of pictures. */
  readonly target: Target | null;
  /** Where nobody wants a target: the side that images are brought to, instead of their own or the usual one. */
  readonly side?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Of so many pictures, so many are read. */
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

/** Milliseconds of work between two turns of the event loop. */
const SLICE_MS = 15;

/** Lets other work in now and then, tells the progress, and throws the signal's reason once it is aborted. */
export function pacer({ signal, progress }: ReadOptions): (done: number, total: number) => Promise<void> {
  let last = performance.now();
  return async (done, total) => {
    if (done < total && performance.now() - last < SLICE_MS) return;
    progress?.(done, total);
    await turn();
    signal?.throwIfAborted();
    last = performance.now();
  };
}
