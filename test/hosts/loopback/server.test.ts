// The loopback host: who is let in, what is refused, and what a page gets.
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packWire, unpackWire, type Sent } from '../../../src-main/contract/wire';
import { startLoopback, type Loopback } from '../../../src-main/hosts/loopback/server';
import { servePage } from '../../../src-main/hosts/page';
import type { Application } from '../../../src-main/services/application';

const page = mkdtempSync(join(tmpdir(), 'filterscope-page-'));
writeFileSync(join(page, 'index.html'), '<!doctype html><title>Filterscope</title>');

let answer = (): void => undefined;
const answered = new Promise<void>((done) => (answer = done));
const listeners = new Set<(event: Sent) => void>();
/** An app that says back what it was asked. */
const app: Application = {
  call: async (name, input) => {
    if (name === 'question.answer') await answered;
    return { ok: true, value: { name, input } } as never;
  },
  media: (request) => Promise.resolve(new Response(`media of ${new URL(request.url).pathname}`)),
  on: (listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
  openPath: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

let host: Loopback;
let cookie: string;
let setCookie: string;
beforeAll(async () => {
  host = await startLoopback({ app, serve: await servePage(page, (request) => app.media(request)) });
  const first = await fetch(host.url, { redirect: 'manual' });
  setCookie = first.headers.get('set-cookie') ?? '';
  cookie = setCookie.split(';')[0] ?? '';
});
afterAll(async () => {
  await host.close();
  rmSync(page, { recursive: true });
});

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array;
}

/** A request with exactly these headers, which fetch would not let one choose. */
const ask = ({
  path = '/',
  method = 'GET',
  headers = {},
  body,
}: Asked): Promise<{ status: number; text: string; headers: Record<string, unknown> }> =>
  new Promise((resolve, reject) => {
    const sent = httpRequest(`${host.origin}${path}`, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          headers: response.headers,
        });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });

const post = (headers: Record<string, string>, body: Uint8Array = packWire({ model: 'm' })): Asked => ({
  path: '/call/models.export',
  method: 'POST',
  headers: { 'content-type': 'application/msgpack', origin: host.origin, cookie, ...headers },
  body,
});

test('a call that takes its time gets a ticket, whose reply is there once and for this browser alone', async () => {
  const { status, text: ticket } = await ask({ ...post({}), path: '/call/question.answer' });
  expect(status).toBe(202);
  const path = `/reply/${ticket}`;
  expect(await ask({ path, headers: { cookie } })).toMatchObject({ status: 202, text: ticket });
  expect((await ask({ path })).status).toBe(401);
  answer();
  await expect.poll(async () => (await ask({ path, headers: { cookie } })).status).toBe(200);
  expect((await ask({ path, headers: { cookie } })).status).toBe(404);
  expect((await ask({ path: '/reply/none', headers: { cookie } })).status).toBe(404);
});

describe('who is let in', () => {
  test('the token of the first address has 256 bits and becomes a cookie that no script and no other site has', () => {
    const token = new URL(host.url).searchParams.get('token') ?? '';
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(setCookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(setCookie).not.toContain(token);
  });

  test('the token leaves the address at once', async () => {
    const first = await fetch(host.url, { redirect: 'manual' });
    expect([first.status, first.headers.get('location')]).toEqual([302, '/']);
  });

  test.each([
    ['no cookie', {}],
    ['a guessed cookie', { cookie: 'filterscope-1=abc' }],
  ])('with %s nothing is answered', async (_, headers) => {
    for (const path of ['/', '/events', '/media/run/x/0.png']) {
      expect((await ask({ path, headers })).status).toBe(401);
    }
    expect((await ask({ path: '/?token=abc', headers })).status).toBe(401);
    expect(
      (
        await ask({
          ...post({}),
          headers: { ...headers, origin: host.origin, 'content-type': 'application/msgpack' },
        })
      ).status,
    ).toBe(401);
  });

  test('a name that points at this machine is refused, cookie or not (DNS rebinding)', async () => {
    const { port } = new URL(host.origin);
    for (const name of ['evil.example', `evil.example:${port}`, `localhost:${port}`, '127.0.0.1']) {
      expect((await ask({ headers: { host: name, cookie } })).status).toBe(421);
    }
  });

  test('another site cannot call, nor load anything', async () => {
    expect((await ask(post({ origin: 'https://evil.example' }))).status).toBe(403);
    expect((await ask(post({ origin: 'null' }))).status).toBe(403);
    expect((await ask({ headers: { cookie, 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    const headers = { 'content-type': 'application/msgpack', cookie };
    expect((await ask({ ...post({}), headers })).status).toBe(403);
  });

  test('the server listens on 127.0.0.1 alone', async () => {
    const port = Number(new URL(host.origin).port);
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((one) => one?.internal === false);
    const reach = (address: string): Promise<boolean> =>
      new Promise((resolve) => {
        const socket = connect({ host: address, port, timeout: 2000 });
        socket.on('connect', () => {
          socket.destroy();
          resolve(true);
        });
        socket.on('error', () => {
          resolve(false);
        });
        socket.on('timeout', () => {
          socket.destroy();
          resolve(false);
        });
      });
    expect(await reach('127.0.0.1')).toBe(true);
    for (const one of others) expect(await reach(one?.address ?? '')).toBe(false);
    expect(await reach('::1')).toBe(false);
  });
});

describe('what is refused', () => {
  test('a call that is too large is not read to its end', async () => {
    const large = await ask(post({ 'content-length': '5000000' }, new Uint8Array(5_000_000))).catch(
      () => null,
    );
    expect(large === null || large.status === 413).toBe(true);
    const chunked = await ask({
      ...post({ 'transfer-encoding': 'chunked' }, new Uint8Array(5_000_000)),
    }).catch(() => null);
    expect(chunked === null || chunked.status === 413).toBe(true);
  });

  test('what is no MessagePack, and what does not say that it is', async () => {
    expect((await ask(post({}, new Uint8Array([0xc1])))).status).toBe(400);
    expect((await ask(post({ 'content-type': 'text/plain' }))).status).toBe(415);
  });

  test.each([
    '/../package.json',
    '/%2e%2e/package.json',
    '//etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/index.html%00',
  ])('no path leads out of the page: %s', async (path) => {
    expect((await ask({ path, headers: { cookie } })).status).toBeGreaterThanOrEqual(400);
  });
});

describe('what a page gets', () => {
  test('itself, under the strict policy', async () => {
    const { status, text, headers } = await ask({ headers: { cookie } });
    expect([status, text]).toEqual([200, '<!doctype html><title>Filterscope</title>']);
    const policy = String(headers['content-security-policy']);
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ]) {
      expect(policy).toContain(part);
    }
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  test('pictures below media/', async () => {
    expect((await ask({ path: '/media/run/x/0.png', headers: { cookie } })).text).toBe(
      'media of /media/run/x/0.png',
    );
  });

  test('an answer to a call, typed arrays included', async () => {
    const response = await fetch(`${host.origin}/call/draw.respond`, {
      method: 'POST',
      headers: { cookie, origin: host.origin, 'content-type': 'application/msgpack' },
      body: packWire({ model: 'm', image: new Uint8Array([1, 2]), more: new Float32Array([0.5]) }),
    });
    const reply = unpackWire(new Uint8Array(await response.arrayBuffer())) as { value: unknown };
    expect(reply.value).toEqual({
      name: 'draw.respond',
      input: { model: 'm', image: new Uint8Array([1, 2]), more: new Float32Array([0.5]) },
    });
  });

  test('events as they come, until it goes', async () => {
    const ending = new AbortController();
    const response = await fetch(`${host.origin}/events`, { headers: { cookie }, signal: ending.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    for (const listener of listeners) listener({ name: 'galleries.changed', data: {} });
    let said = '';
    while (!said.includes('data:')) said += new TextDecoder().decode((await reader.read()).value);
    expect(said).toContain('data: {"name":"galleries.changed","data":{}}');
    ending.abort();
    await expect.poll(() => listeners.size).toBe(0);
  });
});
