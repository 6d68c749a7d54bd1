// The app on a fresh data folder, with the real engine: alone, and behind its loopback host.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CallInput, CallName, CallOutput } from '../../src-main/contract/calls';
import { UserError } from '../../src-main/contract/errors';
import type { EventData, EventName } from '../../src-main/contract/events';
import type { Run } from '../../src-main/contract/run';
import type { EngineProcess } from '../../src-main/engine-link';
import { forkEngine } from '../../src-main/hosts/loopback/engine-process';
import type { Application, HostAbilities } from '../../src-main/services/application';
import { createApplication } from '../../src-main/services/create-application';

const PROGRAM = resolve(import.meta.dirname, '..', '..', 'out', 'test', 'engine.js');

export interface TestApp {
  readonly app: Application;
  readonly dataFolder: string;
  /** The engine's process of the moment, and the variables that it was started with. */
  readonly engine: () => { readonly process: EngineProcess; readonly environment: Record<string, string> };
  /** Makes a call; a refusal is thrown as a UserError. */
  call<N extends CallName>(name: N, input?: CallInput<N>): Promise<CallOutput<N>>;
  /** A picture or file below media/. */
  media(path: string): Promise<Response>;
  /** Resolves with the data of the next event of that name that satisfies `which`. */
  next<N extends EventName>(name: N, which?: (data: EventData<N>) => boolean): Promise<EventData<N>>;
  /** The run once it has this state; rejects when it ends in another. */
  until(run: string, state: Run['state']): Promise<Run>;
  /** Ends the app and keeps the data folder, as a user who quits. */
  quit(): Promise<void>;
  /** Ends the app and removes its data. */
  remove(): Promise<void>;
}

const over = new Set<Run['state']>(['finished', 'cancelled', 'failed', 'interrupted']);

/** Opens the app; `dataFolder` is a fresh one by default. */
export async function openApp({
  dataFolder = mkdtempSync(join(tmpdir(), 'filterscope-app-')),
  abilities = { name: 'web' },
  ownData = [],
}: { dataFolder?: string; abilities?: HostAbilities; ownData?: readonly string[] } = {}): Promise<TestApp> {
  let engine: { process: EngineProcess; environment: Record<string, string> } | null = null;
  const start = forkEngine(PROGRAM, () => undefined);
  const app = await createApplication({
    dataFolder,
    abilities,
    ownData,
    startEngine: (environment) => {
      const process = start(environment);
      engine = { process, environment: { ...environment } };
      return process;
    },
  });
  const call = async <N extends CallName>(name: N, input?: CallInput<N>): Promise<CallOutput<N>> => {
    const reply = await app.call(name, input);
    if (!reply.ok) throw new UserError(reply.error.message, reply.error.remedy);
    return reply.value as CallOutput<N>;
  };
  return {
    app,
    dataFolder,
    engine: () => {
      if (engine === null) throw new Error('The engine was not started.');
      return engine;
    },
    call,
    media: (path) => app.media(new Request(`http://127.0.0.1/${path}`)),
    next: (name, which = () => true) =>
      new Promise((done) => {
        const stop = app.on((event) => {
          const data = event.data as EventData<typeof name>;
          if (event.name !== name || !which(data)) return;
          stop();
          done(data);
        });
      }),
    until: (id, state) =>
      new Promise((done, fail) => {
        const look = (run: Run | undefined): boolean => {
          if (run?.id !== id) return false;
          if (run.state === state) done(run);
          else if (over.has(run.state)) fail(new Error(`${run.state}: ${run.error?.message ?? ''}`));
          else return false;
          return true;
        };
        const stop = app.on((event) => {
          if (event.name === 'run.changed' && look((event.data as EventData<'run.changed'>).run)) stop();
        });
        void call('runs.list').then((runs) => {
          if (runs.some(look)) stop();
        });
      }),
    quit: () => app.close(),
    remove: async () => {
      await app.close();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}
