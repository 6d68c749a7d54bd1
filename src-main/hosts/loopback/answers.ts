// What goes back over HTTP: a plain sentence, a whole Response, a stream of events.
import type { ServerResponse } from 'node:http';
import type { Application } from '../../services/application';

export function say(response: ServerResponse, status: number, said: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  response.end(said);
}

export async function send(response: ServerResponse, { status, headers, body }: Response): Promise<void> {
  response.writeHead(status, Object.fromEntries(headers));
  if (body !== null) for await (const chunk of body) response.write(chunk);
  response.end();
}

/** Milliseconds between two signs of life, by which both sides notice that the other is gone. */
const BEAT = 15_000;

/** Sends the app's events as they come, as Server-Sent Events, until the page goes. */
export function stream(app: Application, response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.write('retry: 500\n\n');
  const stop = app.on((event) => {
    response.write(`data: ${JSON.stringify(event)}\n\n`);
  });
  const beat = setInterval(() => response.write(':\n\n'), BEAT);
  response.on('close', () => {
    stop();
    clearInterval(beat);
  });
}
