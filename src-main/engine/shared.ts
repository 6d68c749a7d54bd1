// Long work that several ask for at once: done once, told to all of them, ended when the last one lets go.
import type { Watch } from '../evidence/watch';
import { Recent } from './recent';

/** Work that goes on, and who waits for it. */
class Making<P> {
  readonly controller = new AbortController();
  private readonly watchers = new Set<Watch<P>>();
  private last: { readonly progress: P } | null = null;
  private what = '';

  /** What the work itself is given. */
  readonly watch: Watch<P> = {
    signal: this.controller.signal,
    doing: (what) => {
      this.what = what;
      for (const watcher of this.watchers) watcher.doing?.(what);
    },
    progress: (progress) => {
      this.last = { progress };
      for (const watcher of this.watchers) watcher.progress?.(progress);
    },
  };

  /** As `made`, or rejects as soon as the watcher's signal is aborted. */
  wait<R>(made: Promise<R>, watch: Watch<P>): Promise<R> {
    const { signal } = watch;
    this.watchers.add(watch);
    if (this.last !== null) {
      watch.doing?.(this.what);
      watch.progress?.(this.last.progress);
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.watchers.delete(watch);
        if (this.watchers.size === 0) this.controller.abort(signal?.reason);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', leave, { once: true });
      void made.then(resolve, reject).finally(() => {
        this.watchers.delete(watch);
        signal?.removeEventListener('abort', leave);
      });
    });
  }
}

/** `P` is what the work tells of its progress. */
export class Shared<T, P = number> {
  private readonly recent: Recent<T>;
  private readonly making = new Map<string, Making<P>>();

  /** `most` values are kept, those used last. */
  constructor(most: number) {
    this.recent = new Recent<T>(most);
  }

  has(key: string): boolean {
    return this.recent.has(key);
  }

  /**
   * Runs `work` with the value of `key`, which `make` makes if it is not there. Throws the signal's reason when it is aborted
   * before the value is there; from then on it is the work's own to heed.
   */
  async use<R>(
    key: string,
    watch: Watch<P>,
    make: (watch: Watch<P>) => Promise<T>,
    work: (value: T) => Promise<R> | R,
  ): Promise<R> {
    const begin = (): Promise<T> => {
      const begun = new Making<P>();
      this.making.set(key, begun);
      return make(begun.watch).finally(() => {
        if (this.making.get(key) === begun) this.making.delete(key);
      });
    };
    for (;;) {
      watch.signal?.throwIfAborted();
      let arrive: () => void = () => undefined;
      const arrived = new Promise<void>((resolve) => (arrive = resolve));
      const using = this.recent.use(key, begin, (value) => {
        // whoever let go while others waited wants it no more
        watch.signal?.throwIfAborted();
        arrive();
        return work(value);
      });
      const making = this.making.get(key);
      if (making === undefined) return using;
      try {
        await making.wait(Promise.race([arrived, using]), watch);
        return await using;
      } catch (error) {
        // all others had let go just when this one came: begun anew
        if (!making.controller.signal.aborted || watch.signal?.aborted === true) throw error;
      }
    }
  }
}
