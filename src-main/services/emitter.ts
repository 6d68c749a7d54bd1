// Events to whoever listens to the app: hosts, which pass them to their pages.
import type { EventData, EventName } from '../contract/events';
import type { Sent } from '../contract/wire';

export type Emit = <N extends EventName>(name: N, data: EventData<N>) => void;

export class Emitter {
  private readonly listeners = new Set<(event: Sent) => void>();

  readonly emit: Emit = (name, data) => {
    const event: Sent<typeof name> = { name, data };
    for (const listener of this.listeners) listener(event);
  };

  on(listener: (event: Sent) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}
