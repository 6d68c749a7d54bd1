// Replies that take their time. A browser has six connections to one host, and a call that keeps one holds up pictures and
// views: after a moment it gets a ticket instead, by which its reply is asked for until it is there.
import { randomUUID } from 'node:crypto';
import type { Reply } from '../../contract/wire';

/** How long a call may keep its connection. */
const PATIENCE_MS = 300;
/** How long a reply is kept that nobody fetches: its page is gone. */
const KEPT_MS = 60_000;

const nothing = Symbol('nothing yet');

/** What a promise, which never rejects, has within that time. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | typeof nothing> {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<typeof nothing>((done) => {
    timer = setTimeout(done, ms, nothing);
  });
  try {
    return await Promise.race([promise, passed]);
  } finally {
    clearTimeout(timer);
  }
}

export class LaterReplies {
  private readonly going = new Map<string, Promise<Reply>>();

  /** The reply where it is there in a moment, else a ticket for it. */
  async soon(reply: Promise<Reply>): Promise<{ reply: Reply } | { ticket: string }> {
    const found = await within(PATIENCE_MS, reply);
    if (found !== nothing) return { reply: found };
    const ticket = randomUUID();
    this.going.set(ticket, reply);
    void reply.then(() => setTimeout(() => this.going.delete(ticket), KEPT_MS).unref());
    return { ticket };
  }

  /** As `soon`, for a ticket, which is good for one reply; null for one that is not known. */
  async again(ticket: string): Promise<{ reply: Reply } | { ticket: string } | null> {
    const reply = this.going.get(ticket);
    if (reply === undefined) return null;
    const found = await within(0, reply);
    if (found === nothing) return { ticket };
    this.going.delete(ticket);
    return { reply: found };
  }
}
