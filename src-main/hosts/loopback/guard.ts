// Turns away requests that no page of ours makes, before anything in them is looked at.
import type { IncomingMessage } from 'node:http';

/** Status and sentence of a refusal. */
export interface Refusal {
  readonly status: number;
  readonly said: string;
}

/**
 * Refuses a name other than the address itself, which a page elsewhere could point at this machine (DNS rebinding),
 * and requests that another site's page makes. `origin` is 'http://127.0.0.1:PORT'.
 */
export function refusalOf({ method, headers }: IncomingMessage, origin: string): Refusal | null {
  if (headers.host !== new URL(origin).host) {
    return { status: 421, said: 'This server answers to its own address alone.' };
  }
  const site = headers['sec-fetch-site'];
  const foreign = site !== undefined && site !== 'same-origin' && site !== 'none';
  const asked = headers.origin;
  const needed = method !== 'GET' && method !== 'HEAD';
  if (foreign || (asked === undefined ? needed : asked !== origin)) {
    return { status: 403, said: 'This server answers its own page alone.' };
  }
  return null;
}
