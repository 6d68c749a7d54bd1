// The job 'train': trains into a run's folder, from its checkpoint if there is one.
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../datasets/dataset';
import type { Trained } from '../engine-link';
import { saveModel, saveSnapshot } from '../training/save';
import { train } from '../training/train';
import type { Handler } from './job';
import { withDataset } from './real';

/** Milliseconds between two words about the progress. */
const TELL_EVERY = 200;

export const trainModel: Handler<'train'> = (input, { signal, progress }) => {
  const work = async (dataset: Dataset): Promise<Trained> => {
    const { configuration, folder } = input;
    const about = { dataset, configuration };
    let told = 0;
    for await (const event of train({ ...about, folder, signal })) {
      switch (event.type) {
        case 'step':
          if (performance.now() - told < TELL_EVERY) break;
          told = performance.now();
          progress({ type: 'step', step: event.step });
          break;
        case 'report': {
          const { step, loss, accuracy, seconds } = event;
          progress({ type: 'report', report: { step, loss, accuracy, seconds } });
          break;
        }
        case 'snapshot': {
          const { step, weights } = event;
          const kept = join(folder, 'snapshots', String(step));
          await saveSnapshot(kept, { ...about, steps: step, weights });
          break;
        }
        case 'stopped': {
          const { step, seconds, weights } = event;
          await rm(join(folder, 'model'), { recursive: true, force: true });
          if (step > 0) {
            await saveModel(join(folder, 'model'), { ...about, steps: step, seconds, weights, test: null });
          }
          return { ended: false, step };
        }
        case 'end': {
          const { steps, test } = event;
          await rm(join(folder, 'model'), { recursive: true, force: true });
          await saveModel(join(folder, 'model'), { ...about, ...event });
          await rename(join(folder, 'snapshots'), join(folder, 'model', 'snapshots')).catch(() => undefined);
          await rm(join(folder, 'checkpoint.bin'), { force: true });
          progress({ type: 'test', test: { step: steps, ...test } });
          return { ended: true, step: steps };
        }
      }
    }
    return { ended: false, step: 0 };
  };
  return withDataset(input.dataset, null, work, { side: input.side ?? undefined, signal });
};
