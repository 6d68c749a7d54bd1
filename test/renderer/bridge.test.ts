// The bridge: calls over HTTP, and errors as two sentences.
import { afterEach, expect, test } from 'vitest';
import { UserError } from '../../src-main/contract/errors';
import { packWire, unpackWire, type Bridge, type Reply } from '../../src-main/contract/wire';
import { call, loopback, useBridge } from '../../src-renderer/bridge';

afterEach(() => {
  useBridge(loopback());
});

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
