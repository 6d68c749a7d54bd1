// One fresh engine as the app has it: a model is opened, and some seconds later a layer is clicked on.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { methodSchema } from '../../src-main/contract/method';
import { serve } from '../../src-main/engine/serve';
import type { FromEngine, JobName, Jobs, ToEngine } from '../../src-main/engine-link';
import { shippedModel } from '../../src-main/resources';

const SECONDS = 5;
const listeners = new Set<(message: FromEngine) => void>();
let toEngine: (message: ToEngine) => void = () => undefined;
let jobs = 0;

/** Runs a job of the engine; gives the milliseconds to its end. */
async function run<N extends JobName>(name: N, input: Jobs[N]['input']): Promise<number> {
  const job = ++jobs;
  const began = performance.now();
  const end = new Promise<void>((resolve, reject) => {
    listeners.add((message) => {
      if (!('job' in message) || message.job !== job) return;
      if ('value' in message) resolve();
      if ('error' in message) reject(new Error(message.error.message));
    });
  });
  toEngine({ job, name, input } as ToEngine);
  await end;
  return performance.now() - began;
}

// a copy is no shipped model: what the engine prepares by itself when it starts is not about it
const folder = mkdtempSync(join(tmpdir(), 'filterscope-bench-'));
cpSync(shippedModel(), folder, { recursive: true });
try {
  const ready = new Promise<void>((resolve) => {
    listeners.add((message) => {
      if ('state' in message && message.state === 'ready') resolve();
    });
  });
  const port = {
    post: (message: FromEngine) => {
      for (const listener of listeners) listener(message);
    },
    onMessage: (listener: (message: ToEngine) => void) => {
      toEngine = listener;
    },
  };
  void serve(port);
  await ready;
  const model = { path: folder, range: null, size: null };
  await run('open', { model });
  void run('prepare', { model, dataset: 'mnist' });
  await wait(SECONDS * 1000);
  const method = methodSchema.options[0].parse({ name: 'whitened', steps: 32 });
  const input = { model, dataset: 'mnist', layer: 'conv2', units: null, method, seed: 0 } as const;
  const first = await run('visualize', input);
  const second = await run('visualize', input);
  const title = `in the engine, every frame sent: click on layer 2 ${SECONDS} seconds after opening a model`;
  process.stdout.write(
    JSON.stringify({ [title]: first, 'in the engine, every frame sent: second click': second }),
  );
} finally {
  rmSync(folder, { recursive: true });
}
process.exit(0);
