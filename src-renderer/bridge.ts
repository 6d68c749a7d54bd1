// The one way to the main side: the preload script's bridge, or the same over loopback HTTP.
import type { CallInput, CallName, CallOutput } from '../src-main/contract/calls';
import { UserError } from '../src-main/contract/errors';
import type { EventData, EventName } from '../src-main/contract/events';
import { paced } from './pace';
import { packWire, unpackWire, type Bridge, type Reply, type Sent } from '../src-main/contract/wire';

const GONE = new UserError(
  'The window has lost its connection to Filterscope.',
  'Start Filterscope again, then reload this page; saved models and galleries are kept.',
);

/** The bridge over HTTP: calls are POSTs of MessagePack, events one stream for all listeners that reconnects by itself. */
export function loopback(fetcher: typeof fetch = fetch): Bridge {
  const listeners = new Set<(event: Sent) => void>();
  let source: EventSource | null = null;
  function opened(): EventSource {
    const stream = new EventSource('events');
    stream.onmessage = (message: MessageEvent<string>) => {
      const sent = JSON.parse(message.data) as Sent;
      for (const listener of listeners) listener(sent);
    };
    return stream;
  }
  /** The reply to a call that takes its time; asked for the less often the longer it takes. */
  async function later(ticket: string): Promise<Response> {
    const since = performance.now();
    for (;;) {
      const wait = Math.min(500, 20 + (performance.now() - since) / 10);
      await new Promise((done) => setTimeout(done, wait));
      const response = await fetcher(`reply/${ticket}`);
      if (response.status !== 202) return response;
      // what is not read keeps its connection
      await response.text();
    }
  }
  return {
    async call<N extends CallName>(name: N, input: CallInput<N>): Promise<Reply<N>> {
      const response = await fetcher(`call/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/msgpack' },
        body: packWire(input),
      });
      const replied = response.status === 202 ? await later(await response.text()) : response;
      if (!replied.ok) throw new Error(`call/${name}: ${replied.status}`);
      return unpackWire(new Uint8Array(await replied.arrayBuffer())) as Reply<N>;
    },
    on(listener) {
      listeners.add(listener);
      source ??= opened();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        source?.close();
        source = null;
      };
    },
  };
}

let bridge: Bridge | undefined;
const theBridge = (): Bridge => (bridge ??= window.bridge ?? loopback());

/** Puts another bridge in the place of the window's; for tests. */
export function useBridge(other: Bridge): void {
  bridge = other;
}

/** Calls the main side. Throws a UserError with the main side's two sentences, or one that says that it is gone. */
export async function call<N extends CallName>(
  name: N,
  ...[input]: undefined extends CallInput<N> ? [] : [CallInput<N>]
): Promise<CallOutput<N>> {
  let reply: Reply<N>;
  try {
    reply = await theBridge().call(name, input as CallInput<N>);
  } catch (error) {
    throw new UserError(GONE.message, GONE.remedy, { cause: error });
  }
  if (!reply.ok) throw new UserError(reply.error.message, reply.error.remedy);
  return reply.value;
}

type Listeners = { readonly [N in EventName]?: (data: EventData<N>) => void };

/** Listens to events by name until the returned function is called; what comes thick and fast is heard together. */
export function listen(listeners: Listeners): () => void {
  return theBridge().on(
    paced((events) => {
      for (const { name, data } of events) {
        const listener = listeners[name] as ((data: unknown) => void) | undefined;
        listener?.(data);
      }
    }),
  );
}
