// The bridge: calls and events over HTTP, and errors as two sentences.
import { afterEach, expect, test, vi } from 'vitest';
import { UserError } from '../../src-main/contract/errors';
import { packWire, unpackWire, type Bridge, type Reply } from '../../src-main/contract/wire';
import { call, listen, loopback, useBridge } from '../../src-renderer/bridge';

afterEach(() => {
  useBridge(loopback());
  vi.unstubAllGlobals();
});

/** Streams of events as a browser has them, each with what came over it. */
class Stream {
  static readonly all: Stream[] = [];
  onmessage: ((message: { data: string }) => void) | null = null;
  isOpen = true;
  readonly address: string;
  constructor(address: string) {
    this.address = address;
    Stream.all.push(this);
  }
  close(): void {
    this.isOpen = false;
  }
}

test('a call is a POST of MessagePack, and typed arrays come back as they are', async () => {
  const asked: { url: unknown; input: unknown; type: string | null }[] = [];
  const fetcher = (url: unknown, init?: RequestInit): Promise<Response> => {
    const input = unpackWire(init?.body as Uint8Array);
    asked.push({ url, input, type: new Headers(init?.headers).get('content-type') });
    const value = { steps: Float32Array.of(1, 2) };
    return Promise.resolve(new Response(packWire({ ok: true, value })));
  };
  useBridge(loopback(fetcher));
  const curves = await call('runs.curves', { run: 'a' });
  expect(asked).toEqual([{ url: 'call/runs.curves', input: { run: 'a' }, type: 'application/msgpack' }]);
  expect(curves.steps).toEqual(Float32Array.of(1, 2));
});

test('a call that takes its time leaves its connection, and its reply is asked for until it is there', async () => {
  const asked: string[] = [];
  const fetcher = (url: unknown): Promise<Response> => {
    asked.push(String(url));
    const response =
      asked.length < 4
        ? new Response('a-ticket', { status: 202 })
        : new Response(packWire({ ok: true, value: [] }));
    return Promise.resolve(response);
  };
  useBridge(loopback(fetcher));
  expect(await call('runs.list')).toEqual([]);
  expect(asked).toEqual(['call/runs.list', 'reply/a-ticket', 'reply/a-ticket', 'reply/a-ticket']);
});

test('an error of the main side is thrown with its remedy', async () => {
  const refusing: Bridge = {
    call: () =>
      Promise.resolve({
        ok: false,
        error: { message: 'No conv layer.', remedy: 'Open one with one.' },
      } as Reply<never>),
    on: () => () => undefined,
  };
  useBridge(refusing);
  await expect(call('models.openShipped')).rejects.toEqual(
    new UserError('No conv layer.', 'Open one with one.'),
  );
});

test('a host that is gone is said to be gone, with what is kept', async () => {
  useBridge(loopback(() => Promise.reject(new TypeError('fetch failed'))));
  await expect(call('runs.list')).rejects.toMatchObject({
    message: 'The window has lost its connection to Filterscope.',
    remedy: expect.stringContaining('kept') as string,
  });
});

test('all who listen hear one stream of events, which is closed after the last and opened anew for the next', async () => {
  vi.stubGlobal('EventSource', Stream);
  useBridge(loopback());
  const heard: string[] = [];
  const hear = (who: string): (() => void) =>
    listen({ 'model.opening': ({ name }) => heard.push(`${who} ${name ?? ''}`) });
  const send = (name: string): void =>
    Stream.all.at(-1)?.onmessage?.({ data: JSON.stringify({ name: 'model.opening', data: { name } }) });
  const ends = [hear('a'), hear('b')];
  expect(Stream.all.map(({ address }) => address)).toEqual(['events']);
  send('one');
  await vi.waitFor(() => {
    expect(heard).toEqual(['a one', 'b one']);
  });
  ends[0]?.();
  expect(Stream.all[0]?.isOpen).toBe(true);
  send('two');
  await vi.waitFor(() => {
    expect(heard).toEqual(['a one', 'b one', 'b two']);
  });
  ends[1]?.();
  expect(Stream.all[0]?.isOpen).toBe(false);
  const end = hear('c');
  expect(Stream.all).toHaveLength(2);
  end();
});
