// The app for a browser on this machine: one server on 127.0.0.1, for one browser.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Application } from '../../services/application';
import { say, send, stream } from './answers';
import { answerCall, answerTicket } from './calls';
import { refusalOf } from './guard';
import { LaterReplies } from './later';
import { Session } from './session';

export interface LoopbackOptions {
  readonly app: Application;
  /** Answers for the page's files and for what is below media/. */
  readonly serve: (request: Request) => Promise<Response>;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
}

export interface Loopback {
  /** The first address, token included: opening it lets a browser in. */
  readonly url: string;
  readonly origin: string;
  close(): Promise<void>;
}

const ADDRESS = '127.0.0.1';

/** Starts the server; rejects when the port is taken. */
export async function startLoopback({ app, serve, port = 0 }: LoopbackOptions): Promise<Loopback> {
  const server = createServer({ maxHeaderSize: 16_384 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, ADDRESS, resolve);
  });
  const origin = `http://${ADDRESS}:${(server.address() as AddressInfo).port}`;
  const session = new Session(Number(new URL(origin).port));
  const later = new LaterReplies();

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refusal = refusalOf(request, origin);
    if (refusal !== null) {
      say(response, refusal.status, refusal.said);
      return;
    }
    const url = URL.canParse(request.url ?? '', origin) ? new URL(request.url ?? '', origin) : null;
    if (url?.origin !== origin) {
      say(response, 400, 'The address is not valid.');
      return;
    }
    if (url.pathname === '/' && session.isToken(url.searchParams.get('token'))) {
      response.writeHead(302, { location: '/', 'set-cookie': session.cookie, 'cache-control': 'no-store' });
      response.end();
      return;
    }
    if (!session.isKnown(request.headers.cookie)) {
      say(response, 401, 'Open Filterscope by the address that it printed when it was started.');
      return;
    }
    const [, kind, name] = url.pathname.split('/');
    if (request.method === 'POST' && kind === 'call')
      await answerCall(app, later, name ?? '', request, response);
    else if (request.method === 'GET' && kind === 'reply') await answerTicket(later, name ?? '', response);
    else if (request.method === 'GET' && url.pathname === '/events') stream(app, response);
    else {
      const { method = 'GET' } = request;
      const mark = request.headers['if-none-match'];
      const headers = mark === undefined ? {} : { 'if-none-match': mark };
      await send(response, await serve(new Request(url, { method, headers })));
    }
  };
  server.on('request', (request, response) => {
    answer(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else say(response, 500, 'Filterscope could not answer.');
    });
  });
  return {
    url: `${origin}/?token=${session.token}`,
    origin,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
