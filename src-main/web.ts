#!/usr/bin/env node
// Filterscope for a browser on this machine: serves the page on 127.0.0.1 and prints its address.
import { spawn } from 'node:child_process';
import { fstatSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { explain } from './contract/errors';
import { devPage } from './hosts/dev-page';
import { forkEngine } from './hosts/loopback/engine-process';
import { startLoopback } from './hosts/loopback/server';
import { servePage } from './hosts/page';
import { appFolders } from './native/site';
import { createApplication } from './services/create-application';
import { APP_VERSION } from './version';

const here = dirname(fileURLToPath(import.meta.url));

function portOf(text: string): number {
  const port = Number(text);
  if (text === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidArgumentError('Use a port from 1 to 65535, or 0 for any.');
  }
  return port;
}

/** Opens the address in the system's browser; where there is none, the printed address has to do. */
function openBrowser(url: string): void {
  const opener = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open';
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

/** Calls `end` when whoever started this program has gone: its pipe or its channel closes. */
function watchOwner(end: () => void): void {
  process.on('disconnect', end);
  let piped = false;
  try {
    const input = fstatSync(0);
    piped = input.isFIFO() || input.isSocket();
  } catch {
    // a program may be started without any input at all
  }
  if (!piped) return;
  process.stdin.on('end', end);
  process.stdin.on('error', end);
  process.stdin.resume();
}

async function serve(
  model: string | undefined,
  options: { port: number; data?: string; ownData: string[]; page?: string; open: boolean },
): Promise<void> {
  const dataFolder = resolve(options.data ?? appFolders().data);
  const app = await createApplication({
    dataFolder,
    abilities: { name: 'web' },
    ownData: options.ownData,
    startEngine: forkEngine(join(here, 'engine.js'), (line) => process.stderr.write(`${line}\n`)),
  });
  const media = app.media.bind(app);
  const { page, port } = options;
  const serve =
    page === undefined ? await servePage(join(here, '..', 'renderer'), media) : devPage(page, media);
  const loopback = await startLoopback({ app, serve, port });
  process.stdout.write(`Filterscope is at ${loopback.url}\n`);
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    void Promise.all([loopback.close(), app.close()]).finally(() => process.exit());
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  watchOwner(end);
  if (options.open) openBrowser(loopback.url);
  if (model !== undefined) await app.openPath(resolve(model));
}

new Command('filterscope-web')
  .description('Serves Filterscope to a browser on this machine; Ctrl-C ends it.')
  .version(APP_VERSION)
  .argument('[model]', 'file or folder of a model to open')
  .option('--port <n>', 'port on 127.0.0.1; any free one by default', portOf, 0)
  .option('--data <folder>', "folder for the app's data")
  .option(
    '--own-data <path>',
    'folder of pictures or of arrays, .npz or .npy file, to train on and to judge by; may be given again',
    (path: string, before: string[]) => [...before, path],
    [],
  )
  .option('--page <address>', "Vite's server, for whoever writes the page: see npm run dev")
  .option('--no-open', 'print the address without opening a browser')
  .action(serve)
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  });
