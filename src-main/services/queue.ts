// One run at a time: what comes later waits for its turn.

interface Waiting {
  readonly key: string;
  readonly work: () => Promise<void>;
}

export class Queue {
  private readonly waiting: Waiting[] = [];
  private busy = false;

  /** Runs `work`, which must not reject, when everything before it is done. */
  add(key: string, work: () => Promise<void>): void {
    this.waiting.push({ key, work });
    void this.next();
  }

  /** Takes back what has not begun. */
  remove(key: string): void {
    const at = this.waiting.findIndex((entry) => entry.key === key);
    if (at >= 0) this.waiting.splice(at, 1);
  }

  private async next(): Promise<void> {
    if (this.busy) return;
    const entry = this.waiting.shift();
    if (entry === undefined) return;
    this.busy = true;
    try {
      await entry.work();
    } finally {
      this.busy = false;
      void this.next();
    }
  }
}
