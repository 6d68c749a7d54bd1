// Keeps the values that were asked for last, made once each; what is pushed out is disposed of when nobody uses it.

interface Entry<T> {
  readonly value: Promise<T>;
  users: number;
}

export class Recent<T> {
  private readonly entries = new Map<string, Entry<T>>();
  private readonly most: number;
  private readonly dispose: (value: T) => void;

  constructor(most: number, dispose: (value: T) => void = () => undefined) {
    this.most = most;
    this.dispose = dispose;
  }

  has(key: string): boolean {
    return this.entries.has(key);
  }

  /** Runs `work` with the value of `key`, which `make` makes if it is not there; a value that failed is made anew. */
  async use<R>(key: string, make: () => Promise<T>, work: (value: T) => Promise<R> | R): Promise<R> {
    let entry = this.entries.get(key);
    if (entry === undefined) {
      entry = { value: make(), users: 0 };
      entry.value.catch(() => this.entries.delete(key));
    }
    // the one used last stands last
    this.entries.delete(key);
    this.entries.set(key, entry);
    entry.users++;
    try {
      return await work(await entry.value);
    } finally {
      entry.users--;
      await this.shrink();
    }
  }

  private async shrink(): Promise<void> {
    for (const [key, entry] of this.entries) {
      if (this.entries.size <= this.most) return;
      if (entry.users > 0) continue;
      this.entries.delete(key);
      this.dispose(await entry.value);
    }
  }
}
