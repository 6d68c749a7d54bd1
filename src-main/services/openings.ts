// Models that are being opened: waited for, and said so, until the user gives up.
import { UserError } from '../contract/errors';
import type { Emit } from './emitter';

/** The user gave up waiting for a model. */
export class OpeningCancelled extends UserError {
  constructor() {
    super('Opening the model was cancelled.', 'Open it again when you like.');
  }
}

export class Openings {
  private readonly emit: Emit;
  /** Give up a model that is being opened, each. */
  private readonly going = new Set<() => void>();

  constructor(emit: Emit) {
    this.emit = emit;
  }

  /** What `opening` resolves with; rejects with OpeningCancelled when the user gives up before that. */
  async wait<T>(name: string, opening: Promise<T>): Promise<T> {
    let giveUp = (): void => undefined;
    const cancelled = new Promise<never>((_, reject) => {
      giveUp = () => {
        reject(new OpeningCancelled());
      };
    });
    this.going.add(giveUp);
    this.emit('model.opening', { name });
    try {
      return await Promise.race([opening, cancelled]);
    } finally {
      this.going.delete(giveUp);
      if (this.going.size === 0) this.emit('model.opening', { name: null });
    }
  }

  /** Gives up all of them: the engine's work on them ends unheard. */
  cancel(): void {
    for (const giveUp of this.going) giveUp();
  }
}
