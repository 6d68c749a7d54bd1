// app://filterscope/: where the page lives. A standard, secure origin that only this app answers.
import { protocol } from 'electron';

export const PAGE = 'app://filterscope/index.html';
const { protocol: scheme, host } = new URL(PAGE);

/** True for an address within the app. Compares scheme and host: Node gives every custom scheme the origin 'null'. */
export function isOwn(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === scheme && url.host === host;
}

/** Must run before the app is ready. */
export function registerScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true };
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges }]);
}

/** Answers the app's own address by `serve`, any other host of the scheme by 404. */
export function answerScheme(serve: (request: Request) => Promise<Response>): void {
  protocol.handle('app', (request) =>
    isOwn(request.url) ? serve(request) : new Response('There is no such host.', { status: 404 }),
  );
}
