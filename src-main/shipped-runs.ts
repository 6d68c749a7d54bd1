// Makes what the app shows of the shipped model before anything was run: `npm run shipped-runs`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { explain } from './contract/errors';
import { methodSchema } from './contract/method';
import type { Run } from './contract/run';
import { forkEngine } from './hosts/loopback/engine-process';
import { resourceFolder, shippedModel } from './resources';
import { Emitter } from './services/emitter';
import { Engine } from './services/engine';
import { Exports } from './services/exports';
import { hasEnded } from './services/live-run';
import { Models } from './services/models';
import { OwnData } from './services/own-data';
import { RunFiles } from './services/run-files';
import { Runs } from './services/runs';
import { SHIPPED_INFO } from './services/shipped';
import { writeState } from './services/state-file';

const WANTED = [
  ['conv1', 'question'],
  ['classes', 'whitened'],
  ['conv2', 'whitened'],
  ['conv1', 'whitened'],
] as const;
/** Frames that are kept, the last among them: enough to see the way. */
const FRAMES = 8;

async function make(data: string): Promise<void> {
  const log = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const emitter = new Emitter();
  const program = join(dirname(fileURLToPath(import.meta.url)), 'engine.js');
  const engine = new Engine({
    start: forkEngine(program, log),
    environment: () => ({}),
    state: () => undefined,
    log,
  });
  const common = { engine, emit: emitter.emit, log };
  const own = await OwnData.open({ ...common, dataFolder: data, given: [] });
  const models = await Models.open({ ...common, own, dataFolder: data, exports: new Exports() });
  const runs = await Runs.open({
    ...common,
    ...{ models, own },
    folder: join(data, 'runs'),
    shipped: join(data, 'none'),
  });
  const shipped = new RunFiles(join(resourceFolder(), 'runs'));
  try {
    const info = await models.openPath(shippedModel());
    await writeState(SHIPPED_INFO, info);
    await rm(shipped.folder, { recursive: true, force: true });
    for (const [layer, name] of WANTED) {
      const method = methodSchema.parse({ name });
      const { id } = await runs.visualize({ model: info.id, layer, units: null, method, seed: 0 });
      await new Promise<void>((resolve) => {
        const stop = emitter.on((event) => {
          const changed = event.data as { run?: Run };
          if (event.name !== 'run.changed' || changed.run?.id !== id || !hasEnded(changed.run)) return;
          stop();
          resolve();
        });
      });
      const work = runs.pictures(id);
      const { run, record } = work.live;
      if (run.state !== 'finished') throw new Error(`${layer} ${name}: ${run.error?.message ?? run.state}`);
      const every = Math.ceil(run.frames.length / FRAMES);
      const kept = run.frames.flatMap((_, i) => ((run.frames.length - 1 - i) % every === 0 ? [i] : []));
      const own = `shipped-${layer}-${name}`;
      await shipped.writeNumbers(own, {
        frames: await Promise.all(kept.map((i) => work.frame(i))),
        curves: await work.curves(),
        sheet: await work.sheet(),
      });
      const thinned = { ...run, id: own, frames: kept.map((i) => run.frames[i] ?? 0) };
      await shipped.writeRecord({ ...record, run: thinned, model: { path: '', info } });
      log(`${own}: ${kept.length} frames of ${run.units.length} units`);
    }
  } finally {
    engine.close();
  }
}

const data = await mkdtemp(join(tmpdir(), 'filterscope-shipped-'));
try {
  await make(data);
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
} finally {
  await rm(data, { recursive: true, force: true });
}
