// Slow calls that are on their way: how far each one is, and how it is ended.
import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';
import type { EventData } from '../../src-main/contract/events';
import { UserError } from '../../src-main/contract/errors';
import { call } from '../bridge';

/** What a call ends with that the user ended. */
export class Cancelled extends UserError {
  constructor() {
    super('This was cancelled.', 'Ask for it again when you want it.');
  }
}

export interface HowFar {
  /** Of the work, 0..1. */
  readonly share: number;
  readonly doing: string;
  /** In ms of performance.now. */
  readonly since: number;
}

interface Running {
  readonly key: string;
  readonly group: string;
  cancelled: boolean;
}

export const useAsks = defineStore('asks', () => {
  /** By the key that the page knows a call by. */
  const running = shallowReactive(new Map<string, HowFar>());
  /** By the name that the main side knows it by: another window may ask for the same. */
  const named = new Map<string, Running>();
  const page = crypto.randomUUID();
  let next = 0;

  /**
   * Makes a slow call, which is given its name. Throws Cancelled once it was cancelled. Calls of a `group` wait for the same
   * work, so that they are cancelled together.
   */
  async function make<T>(key: string, made: (ask: string) => Promise<T>, group = key): Promise<T> {
    const ask = `${page}-${next++}`;
    const own: Running = { key, group, cancelled: false };
    named.set(ask, own);
    running.set(key, { share: 0, doing: '', since: performance.now() });
    try {
      return await made(ask);
    } catch (error) {
      throw own.cancelled ? new Cancelled() : error;
    } finally {
      named.delete(ask);
      running.delete(key);
    }
  }

  function told({ ask, share, doing }: EventData<'ask.progress'>): void {
    const own = named.get(ask);
    const known = own === undefined ? undefined : running.get(own.key);
    if (own !== undefined && known !== undefined) running.set(own.key, { ...known, share, doing });
  }

  function cancel(key: string): void {
    const group = [...named.values()].find((one) => one.key === key)?.group;
    for (const [ask, own] of named) {
      if (own.group !== group || own.cancelled) continue;
      own.cancelled = true;
      // a call that ended meanwhile is not there to be ended
      void call('asks.cancel', { ask }).catch(() => undefined);
    }
  }

  return { running, make, told, cancel };
});
