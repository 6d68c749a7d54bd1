#!/usr/bin/env node
// Filterscope from a terminal: train, visualize, question, gallery, doctor, demo.
import { existsSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { explain, UserError } from './contract/errors';
import { ensureTensorflow } from './native/provision';

/** Exit codes: 0 done, 1 it failed, 2 wrong use, 130 ended by Ctrl-C with what was finished kept. */
const FAILED = 1;

const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`Use a whole number from ${least} to ${most}.`);
    }
    return value;
  };
const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && value <= 1000)) throw new InvalidArgumentError('Use a number above 0, up to 1000.');
  return value;
};

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Provisions TensorFlow, telling what goes on, then loads the commands that need it. */
async function work(): Promise<typeof import('./commands')> {
  let last = '';
  const terminal = process.stderr.isTTY;
  await ensureTensorflow((line, bytes) => {
    const megabytes = (n: number): string => (n / 1e6).toFixed(0);
    if (bytes !== undefined && terminal) {
      process.stderr.write(`\r${line}: ${megabytes(bytes.done)} of ${megabytes(bytes.total)} MB `);
    } else if (line !== last) {
      process.stderr.write(`${line}\n`);
    }
    last = line;
  });
  return import('./commands');
}

const stop = new AbortController();
process.once('SIGINT', () => {
  stop.abort();
  process.stderr.write('Stopping; what is finished is kept.\n');
});

const program = new Command('filterscope')
  .description('Trains a small CNN, or opens a trained one, and shows what every filter in it looks for.')
  .version('0.1.0')
  .option('--verbose', 'show the stack of an error');

program
  .command('train')
  .description("trains the question's network on MNIST and saves it as a TensorFlow.js LayersModel")
  .argument('<folder>', 'folder to save the model in; must not exist yet')
  .option('--steps <n>', 'training steps', whole(1, 1_000_000), 5000)
  .option('--seed <n>', 'seed', whole(0, 4294967295), 0)
  .addHelpText('after', '\nExample: filterscope train my-model --steps 2000')
  .action(async (folder: string, options: { steps: number; seed: number }) => {
    if (existsSync(folder)) throw new UserError(`${folder} exists already.`, 'Choose another folder.');
    await (await work()).trainModel(folder, options, say, stop.signal);
  });

program
  .command('visualize')
  .description('makes the picture of every unit of a layer and saves them as a gallery')
  .argument('<model>', 'folder of a TensorFlow.js LayersModel')
  .argument('<folder>', 'folder to save the gallery in; must not exist yet')
  .requiredOption('--layer <name>', 'conv1, conv2, dense or classes')
  .option('--method <name>', 'whitened, plain or box', 'whitened')
  .option('--budget <number>', 'radius in whitened units, or norm in pixels', positive)
  .option('--steps <n>', 'ascent steps', whole(1, 20_000), 256)
  .option('--seed <n>', 'seed', whole(0, 4294967295), 0)
  .addHelpText('after', '\nExample: filterscope visualize my-model out --layer conv2')
  .action(
    async (
      model: string,
      folder: string,
      options: { layer: string; method: string; budget?: number; steps: number; seed: number },
    ) => {
      const { method } = options;
      if (method !== 'whitened' && method !== 'plain' && method !== 'box') {
        throw new UserError(`There is no method "${method}".`, 'Choose whitened, plain or box.');
      }
      await (await work()).visualizeLayer(model, folder, { ...options, method }, say, stop.signal);
    },
  );

program
  .command('question')
  .description("runs the question's own method, faults and all, and saves its sheet")
  .argument('<model>', 'folder of a TensorFlow.js LayersModel')
  .argument('<folder>', 'folder to save into; must not exist yet')
  .option('--layer <name>', 'conv1 or conv2', 'conv1')
  .option('--iterations <n>', 'iterations per filter', whole(1, 100_000), 5000)
  .option('--iterated', 'do every iteration in float32 instead of the closed form', false)
  .option('--remove-negatives', 'set negative pixels to 0 first', false)
  .option('--rescale', 'rescale to 0..255 instead of (x − mean)/std', false)
  .option('-n <n>', 'the sheet is n × n', whole(1, 8), 3)
  .option('--seed <n>', 'seed', whole(0, 4294967295), 0)
  .action(
    async (
      model: string,
      folder: string,
      options: {
        layer: string;
        iterations: number;
        iterated: boolean;
        removeNegatives: boolean;
        rescale: boolean;
        n: number;
        seed: number;
      },
    ) => {
      await (await work()).askQuestion(model, folder, options, say, stop.signal);
    },
  );

program
  .command('gallery')
  .description('checks a saved gallery and says what is in it')
  .argument('<folder>', 'folder of the gallery')
  .action(async (folder: string) => {
    const { damagedParts, readGallery } = await import('./store/gallery');
    const gallery = await readGallery(folder);
    say(
      `${gallery.title}: ${gallery.units.length} units of ${gallery.layer.name}, saved ${gallery.createdAt}`,
    );
    const damaged = await damagedParts(folder);
    if (damaged.length > 0) {
      throw new UserError(
        `Missing or altered: ${damaged.join(', ')}.`,
        'The other parts still open; make the gallery again to have all.',
      );
    }
    say('Every part is as it was saved.');
  });

program
  .command('doctor')
  .description('says what TensorFlow and the machine look like')
  .action(async () => {
    (await work()).doctor(say);
  });

program
  .command('demo')
  .description("trains (or with --fast takes the shipped model) and makes both layers' galleries both ways")
  .option('--fast', 'take the shipped model', false)
  .option('--out <folder>', 'folder for the results; must not exist yet', 'demo')
  .option('--steps <n>', 'training steps', whole(1, 1_000_000), 5000)
  .action(async (options: { fast: boolean; out: string; steps: number }) => {
    if (existsSync(options.out))
      throw new UserError(
        `${options.out} exists already.`,
        'Remove it, or choose another folder with --out.',
      );
    await (await work()).demo(options, say, stop.signal);
  });

program.parseAsync().then(
  () => {
    if (stop.signal.aborted) process.exitCode = 130;
  },
  (error: unknown) => {
    const verbose = program.opts<{ verbose?: boolean }>().verbose === true;
    process.stderr.write(`${verbose && error instanceof Error ? (error.stack ?? '') : explain(error)}\n`);
    process.exitCode = FAILED;
  },
);
