// What any host serves of the page: its own files by name, under one strict policy.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servePage } from '../../src-main/hosts/page';

const root = mkdtempSync(join(tmpdir(), 'filterscope-page-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

let serve: (request: Request) => Promise<Response>;
beforeAll(async () => {
  mkdirSync(join(root, 'renderer', 'assets'), { recursive: true });
  writeFileSync(join(root, 'renderer', 'index.html'), '<!doctype html><title>Filterscope</title>');
  writeFileSync(join(root, 'renderer', 'assets', 'index.js'), 'export {};');
  writeFileSync(join(root, 'renderer', 'assets', 'index.js.map'), '{}');
  writeFileSync(join(root, 'secret.js'), 'secret');
  serve = await servePage(join(root, 'renderer'), (request) =>
    Promise.resolve(
      new Response(`media ${new URL(request.url).pathname}`, { headers: { 'content-type': 'image/png' } }),
    ),
  );
});

const get = (path: string, method = 'GET'): Promise<Response> =>
  serve(new Request(`app://filterscope${path}`, { method }));

describe('The page', () => {
  it('is served by name with its type', async () => {
    const page = await get('/');
    expect(await page.text()).toContain('<title>Filterscope</title>');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const script = await get('/assets/index.js?v=1');
    expect(await script.text()).toBe('export {};');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  it('comes with a policy that allows its own files alone', async () => {
    const policy = (await get('/index.html')).headers.get('content-security-policy')?.split('; ');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("style-src 'self'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(policy).toContain("form-action 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy?.join()).not.toMatch(/unsafe|\*|https?:|data:/);
  });

  it('cannot be sniffed as another type nor embedded elsewhere', async () => {
    const { headers } = await get('/index.html');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
  });

  it.each([
    '/../secret.js',
    '/assets/../../secret.js',
    '/%2e%2e/secret.js',
    '/..%2fsecret.js',
    '/assets/..%2f..%2fsecret.js',
    '/..%5csecret.js',
    '/..\\secret.js',
    '//secret.js',
    '/index.html%00.js',
    '/assets',
    '/assets/',
    '/assets/index.js.map',
    '/constructor',
  ])('refuses %s', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('secret');
  });

  it('answers only what reads', async () => {
    expect((await get('/index.html', 'POST')).status).toBe(405);
    expect((await get('/media/run/1/0.png', 'DELETE')).status).toBe(405);
    const head = await get('/index.html', 'HEAD');
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
  });
});

describe('What is below media/', () => {
  it('is answered by the app, and may never run', async () => {
    const picture = await get('/media/run/1/0.png');
    expect(await picture.text()).toBe('media /media/run/1/0.png');
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect(picture.headers.get('content-security-policy')).toMatch(/^default-src 'none'.*sandbox$/);
    expect(picture.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('is not reached by a path that only looks like it', async () => {
    expect((await get('/media')).status).toBe(404);
    expect((await get('/mediaeval/1.png')).status).toBe(404);
    expect((await get('/media/../index.js')).status).toBe(404);
  });
});
