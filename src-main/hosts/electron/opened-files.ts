// Models opened from outside: command line, file association, a second start; kept until the app can take them.
import type { App } from 'electron';
import { resolve } from 'node:path';

/** The model that a command line names, as an absolute path; null when it names none. `packaged`: no script to skip. */
export function modelArgument(argv: readonly string[], folder: string, packaged: boolean): string | null {
  const named = argv.slice(1).filter((argument) => !argument.startsWith('-'));
  const path = packaged ? named[0] : named[1];
  return path === undefined ? null : resolve(folder, path);
}

/**
 * Listens from now on, keeps the paths, and gives them to `open` as soon as it is known.
 * False when another instance runs already: it has been told, and this one should quit.
 */
export function collectOpenedFiles(
  app: App,
  raise: () => void,
): { first: boolean; deliver: (open: Open) => void } {
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
  app.on('second-instance', (_, argv, folder) => {
    take(modelArgument(argv, folder, app.isPackaged));
    raise();
  });
  take(modelArgument(process.argv, process.cwd(), app.isPackaged));
  return {
    first: app.requestSingleInstanceLock(),
    deliver: (opener) => {
      open = opener;
      waiting.splice(0).forEach(opener);
    },
  };
}
type Open = (path: string) => void;
