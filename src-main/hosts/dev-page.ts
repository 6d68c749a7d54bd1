// The page while it is being written: Vite's server behind the app's own address, so that a change shows at once.
import type { Application } from '../services/application';

/**
 * Answers like servePage, with what Vite's server at `vite` makes of the sources. Without the page's policy, which
 * Vite's own client breaks; an installed app never gets here.
 */
export function devPage(vite: string, media: Application['media']): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname.startsWith('/media/')) return media(request);
    const { body, status, headers } = await fetch(new URL(pathname + search, vite));
    const type = headers.get('content-type') ?? 'text/plain';
    return new Response(body, { status, headers: { 'content-type': type, 'cache-control': 'no-store' } });
  };
}
