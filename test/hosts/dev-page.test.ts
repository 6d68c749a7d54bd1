// The page while it is being written: Vite's files and the app's pictures under one address.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { devPage } from '../../src-main/hosts/dev-page';

let vite: Server;
let serve: (request: Request) => Promise<Response>;
beforeAll(async () => {
  vite = createServer((request, response) => {
    response.setHeader('content-type', 'text/javascript').end(`made of ${request.url ?? ''}`);
  });
  await new Promise<void>((listening) => vite.listen(0, '127.0.0.1', listening));
  const { port } = vite.address() as AddressInfo;
  serve = devPage(`http://127.0.0.1:${port}`, () => Promise.resolve(new Response('a picture')));
});
afterAll(() => {
  vite.close();
});

it("hands on what Vite makes of the sources, and the app's own pictures", async () => {
  const script = await serve(new Request('app://filterscope/@vite/client?t=1'));
  expect(await script.text()).toBe('made of /@vite/client?t=1');
  expect(script.headers.get('content-type')).toBe('text/javascript');
  expect(await (await serve(new Request('app://filterscope/media/run/1/0.png'))).text()).toBe('a picture');
});
