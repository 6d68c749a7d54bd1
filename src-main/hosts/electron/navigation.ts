// Keeps the window on its own page: no navigation, no second window; a few known links go to the system's browser.
import { shell, type App } from 'electron';
import { PAGE } from './protocol';

/** Sites that the app's own texts link to. */
const LINKED = new Set(['github.com', 'www.tensorflow.org', 'keras.io', 'arxiv.org', 'distill.pub']);

/** True for an https address on a site that the app links to, without credentials or a port. */
export function isLinked(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === 'https:' && LINKED.has(url.host) && url.username === '' && url.password === '';
}

/** Holds for every web contents of the app, those of devtools and of whatever a page might make included. */
export function guardNavigation(app: App): void {
  app.on('web-contents-created', (_, contents) => {
    const stay = (event: { preventDefault(): void; url: string }): void => {
      if (event.url.split('#')[0] !== PAGE) event.preventDefault();
    };
    contents.on('will-navigate', stay);
    contents.on('will-redirect', stay);
    contents.on('will-frame-navigate', stay);
    contents.on('will-attach-webview', (event) => {
      event.preventDefault();
    });
    contents.setWindowOpenHandler(({ url }) => {
      if (isLinked(url)) void shell.openExternal(url);
      return { action: 'deny' };
    });
  });
}
