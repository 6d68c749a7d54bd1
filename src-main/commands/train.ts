// filterscope train: trains the question's network, saves it with its card, goes on where it was stopped.
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainingConfiguration } from '../contract/training';
import type { Dataset } from '../datasets/dataset';
import type { Precision } from '../network/formats/tfjs-layers';
import { saveModel, saveSnapshot } from '../training/save';
import { train } from '../training/train';
import type { Console } from './console';
import { percent } from './format';
import { mustNotExist } from './options';

/**
 * Trains into `folder`. Until it is done the checkpoint and the snapshots lie in `<folder>.training`; an abort leaves
 * them there, and the same command goes on. Returns false when it was stopped.
 */
export async function trainModel(
  folder: string,
  dataset: Dataset,
  configuration: TrainingConfiguration,
  out: Console,
  signal: AbortSignal,
  precision: Precision = 'float32',
): Promise<boolean> {
  mustNotExist(folder);
  const working = `${folder}.training`;
  const bar = out.progress('Training', configuration.steps);
  try {
    for await (const event of train({ dataset, configuration, folder: working, signal })) {
      switch (event.type) {
        case 'report':
          out.say(
            `step ${event.step}, training accuracy ${event.accuracy.toFixed(2)}, loss ${event.loss.toFixed(4)}`,
          );
          bar.update(event.step, `loss ${event.loss.toFixed(3)}`);
          break;
        case 'snapshot': {
          const kept = join(working, 'snapshots', String(event.step));
          await saveSnapshot(kept, { dataset, configuration, steps: event.step, weights: event.weights });
          break;
        }
        case 'stopped':
          bar.stop();
          out.say(`Stopped after ${event.step} steps; the same command goes on from there.`);
          return false;
        case 'end': {
          bar.stop();
          const card = await saveModel(folder, { dataset, configuration, ...event, precision });
          if (existsSync(join(working, 'snapshots'))) {
            await rename(join(working, 'snapshots'), join(folder, 'snapshots'));
          }
          await rm(working, { recursive: true, force: true });
          const { test } = event;
          out.say(
            `Test accuracy ${percent(test.accuracy)} of ${test.images} images after ${event.steps} steps in ${event.seconds.toFixed(0)} s; saved in ${folder}`,
          );
          out.say('Confusion, true class by row:');
          test.confusion.forEach((row, digit) => {
            out.say(`  ${digit} | ${row.map((count) => String(count).padStart(4)).join(' ')}`);
          });
          out.result({ folder, ...card });
        }
      }
    }
    return true;
  } finally {
    bar.stop();
  }
}
