// The page as every host serves it: the built files by their exact names, pictures below media/, one strict policy.
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** What the page may load: its own scripts, styles and pictures, and nothing from anywhere else. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types vue',
].join('; ');

/** A picture or an exported file is shown or kept, never run: a saved page has no power when it is opened in place. */
const MEDIA_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

const guarded = (policy: string, headers: Headers | Record<string, string>): Headers => {
  const all = new Headers(headers);
  all.set('content-security-policy', policy);
  all.set('x-content-type-options', 'nosniff');
  all.set('referrer-policy', 'no-referrer');
  all.set('cross-origin-opener-policy', 'same-origin');
  all.set('cross-origin-resource-policy', 'same-origin');
  return all;
};

const refuse = (status: number, said: string): Response =>
  new Response(said, { status, headers: guarded(MEDIA_POLICY, { 'content-type': 'text/plain' }) });

/** Path on disk of every file below a folder, by the path that a request names: '/assets/index.js'. */
async function listFiles(folder: string, prefix = '/'): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isFile()) files.set(`${prefix}${entry.name}`, path);
    else if (entry.isDirectory()) {
      for (const [name, file] of await listFiles(path, `${prefix}${entry.name}/`)) files.set(name, file);
    }
  }
  return files;
}

/**
 * Serves the page's folder and hands what is below /media/ to `media`. The files are listed once; a request
 * names one of them or gets 404, so that no path from a request ever reaches the disk.
 */
export async function servePage(
  folder: string,
  media: (request: Request) => Promise<Response>,
): Promise<(request: Request) => Promise<Response>> {
  const files = await listFiles(folder);
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'Only GET is answered.');
    const { pathname } = new URL(request.url);
    if (pathname.startsWith('/media/')) {
      const { body, status, headers } = await media(request);
      return new Response(body, { status, headers: guarded(MEDIA_POLICY, headers) });
    }
    const path = files.get(pathname === '/' ? '/index.html' : pathname);
    const type = TYPES[extname(path ?? '')];
    if (path === undefined || type === undefined) return refuse(404, 'There is no such file.');
    const headers = guarded(PAGE_POLICY, { 'content-type': type, 'cache-control': 'no-cache' });
    return new Response(request.method === 'HEAD' ? null : new Uint8Array(await readFile(path)), { headers });
  };
}
