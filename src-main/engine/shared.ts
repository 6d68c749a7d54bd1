// Long work that several ask for at once: done once, told to all of them, ended when the last one lets go.
import type { Watch } from '../evidence/watch';
import { Recent } from './recent';

/** Work that goes on, and who waits for it. */
class Making {
  readonly controller = new AbortController();
  private readonly watchers = new Set<Watch>();
  private share = 0;
  private what = '';

  /** What the work itself is given. */
  readonly watch: Watch = {
    signal: this.controller.signal,
    doing: (what) => {
      this.what = what;
      for (const watcher of this.watchers) watcher.doing?.(what);
    },
    progress: (share) => {
      this.share = share;
      for (const watcher of this.watchers) watcher.progress?.(share);
    },
  };

  /** As `using`, or rejects as soon as the watcher's signal is aborted. */
  wait<R>(using: Promise<R>, watch: Watch): Promise<R> {
    const { signal } = watch;
    this.watchers.add(watch);
    if (this.share > 0) {
      watch.doing?.(this.what);
      watch.progress?.(this.share);
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.watchers.delete(watch);
        if (this.watchers.size === 0) this.controller.abort(signal?.reason);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', leave, { once: true });
      void using.then(resolve, reject).finally(() => {
        this.watchers.delete(watch);
        signal?.removeEventListener('abort', leave);
      });
    });
  }
}

export class Shared<T> {
  private readonly recent: Recent<T>;
  private readonly making = new Map<string, Making>();

  /** `most` values are kept, those used last. */
  constructor(most: number) {
    this.recent = new Recent<T>(most);
  }

  /** Runs `work` with the value of `key`, which `make` makes if it is not there. Throws the signal's reason when it is aborted. */
  async use<R>(
    key: string,
    watch: Watch,
    make: (watch: Watch) => Promise<T>,
    work: (value: T) => Promise<R> | R,
  ): Promise<R> {
    const begin = (): Promise<T> => {
      const begun = new Making();
      this.making.set(key, begun);
      return make(begun.watch).finally(() => {
        if (this.making.get(key) === begun) this.making.delete(key);
      });
    };
    for (;;) {
      watch.signal?.throwIfAborted();
      const using = this.recent.use(key, begin, work);
      const making = this.making.get(key);
      if (making === undefined) return using;
      try {
        return await making.wait(using, watch);
      } catch (error) {
        // all others had let go just when this one came: begun anew
        if (!making.controller.signal.aborted || watch.signal?.aborted === true) throw error;
      }
    }
  }
}
