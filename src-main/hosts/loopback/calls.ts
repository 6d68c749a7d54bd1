// POST /call/NAME: a call of the contract as MessagePack. GET /reply/TICKET: the reply to one that took its time.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { packWire, unpackWire, type Reply } from '../../contract/wire';
import type { Application } from '../../services/application';
import { say } from './answers';
import type { LaterReplies } from './later';

/** Bytes of a call's input; model files are larger. */
const MOST_BYTES = 4e6;
const MOST_FILE_BYTES = 512e6;

/** The body of a request; null as soon as it is longer than `most`. */
async function bodyOf(request: IncomingMessage, most: number): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > most) return null;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > most) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A reply; or with status 202 the ticket for it, as text. */
function give(response: ServerResponse, found: { reply: Reply } | { ticket: string }): void {
  const isThere = 'reply' in found;
  response.writeHead(isThere ? 200 : 202, {
    'content-type': isThere ? 'application/msgpack' : 'text/plain',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(isThere ? packWire(found.reply) : found.ticket);
}

export async function answerCall(
  app: Application,
  later: LaterReplies,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.headers['content-type'] !== 'application/msgpack') {
    say(response, 415, 'A call is sent as application/msgpack.');
    return;
  }
  const body = await bodyOf(request, name === 'models.openFiles' ? MOST_FILE_BYTES : MOST_BYTES);
  if (body === null) {
    // the rest is not read: the connection ends here
    response.setHeader('connection', 'close');
    say(response, 413, 'The call is too large.');
    return;
  }
  let input: unknown;
  try {
    // undefined travels as null
    input = unpackWire(body) ?? undefined;
  } catch {
    say(response, 400, 'The call is no MessagePack.');
    return;
  }
  give(response, await later.soon(app.call(name, input)));
}

export async function answerTicket(
  later: LaterReplies,
  ticket: string,
  response: ServerResponse,
): Promise<void> {
  const found = await later.again(ticket);
  if (found === null) say(response, 404, 'There is no such reply any more.');
  else give(response, found);
}
