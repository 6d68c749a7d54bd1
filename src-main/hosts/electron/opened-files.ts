// Models opened from outside: command line, file association, a second start; kept until the app can take them.
import type { App } from 'electron';
import { resolve } from 'node:path';

type Open = (path: string) => void;

/** The model that a command line names, as an absolute path; null when it names none. `packaged`: no script to skip. */
export function modelArgument(argv: readonly string[], folder: string, packaged: boolean): string | null {
  const named = argv.slice(1).filter((argument) => !argument.startsWith('-'));
  const path = packaged ? named[0] : named[1];
  return path === undefined ? null : resolve(folder, path);
}

/**
 * Listens from now on and keeps the paths until `deliver` says who opens them. `first` is false when another
 * instance runs already: it has been told, and this one should quit. `raise` brings the window to the front.
 */
export function collectOpenedFiles(
  app: App,
  raise: () => void,
  argv: readonly string[] = process.argv,
): { readonly first: boolean; readonly deliver: (open: Open) => void } {
  const waiting: string[] = [];
  let open: Open | null = null;
  const take = (path: string | null): void => {
    if (path === null) return;
    if (open === null) waiting.push(path);
    else open(path);
  };
  app.on('open-file', (event, path) => {
    event.preventDefault();
    take(path);
    raise();
  });
  app.on('second-instance', (_, line, folder) => {
    take(modelArgument(line, folder, app.isPackaged));
    raise();
  });
  take(modelArgument(argv, process.cwd(), app.isPackaged));
  return {
    first: app.requestSingleInstanceLock(),
    deliver: (opener) => {
      open = opener;
      for (const path of waiting.splice(0)) opener(path);
    },
  };
}
