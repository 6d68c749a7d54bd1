// How filterscope train is called.
import type { Command } from 'commander';
import { TRAINING_SIDE } from '../contract/run';
import { trainingConfigurationSchema } from '../contract/training';
import {
  checked,
  dataFiles,
  decimal,
  openData,
  pair,
  seed,
  steps,
  whole,
  withData,
  type DataFlags,
} from './options';
import type { Session } from './session';

const defaults = trainingConfigurationSchema.parse({});

export function declareTrain(program: Command, session: Session): void {
  withData(
    program
      .command('train')
      .description("trains the question's network and saves it as a TensorFlow.js LayersModel")
      .argument('<folder>', 'folder to save the model in; must not exist yet')
      .option('--steps <n>', 'updates of the weights', whole(1, 1_000_000), defaults.steps)
      .option('--batch <n>', 'images per step', whole(1, 1000), defaults.batch)
      .option('--rate <x>', "Adam's step size", decimal, defaults.learningRate)
      .option('--keep <x>', 'share of neurons that dropout keeps', decimal, defaults.keepProbability)
      .option('--filters <a,b>', 'filters of the two convolutions', pair, [...defaults.filters])
      .option('--kernel <n>', 'rows and columns of a kernel', whole(1, 15), defaults.kernelSize)
      .option('--hidden <n>', 'neurons of the hidden layer', whole(1, 8192), defaults.hidden)
      .option('--snapshots <list>', 'steps before which the model is kept, like 0,50,500', steps, [])
      .option(
        '--image-size <n>',
        'side that data of your own is cropped and scaled to',
        whole(TRAINING_SIDE.min, TRAINING_SIDE.max),
      )
      .option('--half', 'save the weights in half precision, in half the space', false)
      .option('--seed <n>', 'seed', seed, defaults.seed),
  )
    .addHelpText(
      'after',
      '\nStopped with Ctrl-C it keeps a checkpoint; the same command goes on from there.\n\nExamples:\n  filterscope train my-model\n  filterscope train quick --steps 500 --snapshots 0,50,500\n  filterscope train flowers --data pictures/flowers --image-size 48',
    )
    .action(
      async (
        folder: string,
        options: DataFlags & {
          rate: number;
          keep: number;
          kernel: number;
          filters: number[];
          snapshots: number[];
          half: boolean;
          imageSize?: number;
        } & Record<'steps' | 'batch' | 'hidden' | 'seed', number>,
      ) => {
        const { batch, hidden, filters, snapshots } = options;
        const configuration = checked(
          () =>
            trainingConfigurationSchema.parse({
              ...{ steps: options.steps, batch, hidden, filters, snapshots, seed: options.seed },
              learningRate: options.rate,
              keepProbability: options.keep,
              kernelSize: options.kernel,
            }),
          { learningRate: 'rate', keepProbability: 'keep', kernelSize: 'kernel' },
        );
        dataFiles(options);
        const out = session.console();
        await session.tensorflow(out);
        const { trainModel } = await import('./train');
        const precision = options.half ? 'float16' : 'float32';
        const wanted = { target: null, side: options.imageSize };
        const dataset = await openData(options, wanted, out, session.signal);
        await trainModel(folder, dataset, configuration, out, session.signal, precision);
      },
    );
}
