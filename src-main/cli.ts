#!/usr/bin/env node
// Filterscope from a terminal: train, visualize, question, answer, gallery, doctor, demo.
import { Command, CommanderError, Option } from 'commander';
import { createConsole, type Console } from './commands/console';
import { doctor } from './commands/doctor';
import { exportGallery, listGalleries, showGallery, verifyGallery } from './commands/gallery';
import {
  checked,
  MODEL,
  withModel,
  dataFiles,
  decimal,
  Misuse,
  pair,
  parseUnits,
  seed,
  steps,
  whole,
  withData,
  type DataFlags,
} from './commands/options';
import { explain } from './contract/errors';
import {
  displaySchema,
  methodSchema,
  repairsSchema,
  type Display,
  type Method,
  type Repairs,
} from './contract/method';
import { trainingConfigurationSchema } from './contract/training';
import { EXPORT_FORMATS, type ExportFormat } from './store/export';
import { ensureTensorflow } from './native/provision';
import { APP_VERSION } from './version';

/** 0 done, 1 it failed, 2 wrong use, 130 ended by Ctrl-C with what was finished kept. */
const EXIT = { failed: 1, misused: 2, interrupted: 130 } as const;

const stop = new AbortController();
process.once('SIGINT', () => {
  stop.abort();
  process.stderr.write('\nStopping; what is finished is kept.\n');
});

const program = new Command('filterscope')
  .description('Trains a small CNN, or opens a trained one, and shows what every filter in it looks for.')
  .version(APP_VERSION)
  .option('--verbose', 'show the stack of an error')
  .option('--json', 'print the result as JSON, for machines')
  .exitOverride()
  .addHelpText('after', '\nExit codes: 0 done, 1 it failed, 2 wrong use, 130 ended by Ctrl-C.');

const outOf = (): Console => createConsole(program.opts<{ json?: boolean }>().json === true);

/** Puts TensorFlow in place, telling what goes on, then loads the commands that need it. */
async function work(out: Console): Promise<typeof import('./commands')> {
  await ensureTensorflow(out.fetching());
  return import('./commands');
}

/** The dataset that the options name. */
function dataset(commands: typeof import('./commands'), flags: DataFlags) {
  const files = dataFiles(flags);
  return files === null ? commands.openDataset(flags.data) : commands.openIdx('own data', files);
}

const defaults = trainingConfigurationSchema.parse({});
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
    .option('--half', 'save the weights in half precision, in half the space', false)
    .option('--seed <n>', 'seed', seed, defaults.seed),
)
  .addHelpText(
    'after',
    '\nStopped with Ctrl-C it keeps a checkpoint; the same command goes on from there.\n\nExamples:\n  filterscope train my-model\n  filterscope train quick --steps 500 --snapshots 0,50,500',
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
      const out = outOf();
      const commands = await work(out);
      const precision = options.half ? 'float16' : 'float32';
      await commands.trainModel(
        folder,
        dataset(commands, options),
        configuration,
        out,
        stop.signal,
        precision,
      );
    },
  );

withModel(
  withData(
    program
      .command('visualize')
      .description("makes the pictures of a layer's units and saves them as a gallery")
      .argument('<model>', MODEL)
      .argument('<folder>', 'folder to save the gallery in; must not exist yet')
      .requiredOption('--layer <name>', 'one that inspect lists, such as conv1')
      .option('--units <list>', 'units like 3,7-9; all by default')
      .option('--method <name>', 'whitened, plain, box, fourier or question', 'whitened')
      .option(
        '--budget <x>',
        "radius of 'whitened' and 'fourier', norm of 'plain'; by default chosen from the data",
        decimal,
      )
      .option('--steps <n>', 'steps of the ascent', whole(1, 20_000), 256)
      .option('--starts <n>', 'starts per unit, of which the best is kept', whole(1, 64), 1)
      .option('--seed <n>', 'seed', seed, 0),
  ),
)
  .addHelpText(
    'after',
    '\nExamples:\n  filterscope visualize my-model out --layer conv2\n  filterscope visualize my-model noise --layer classes --method plain --units 0-4',
  )
  .action(
    async (
      model: string,
      folder: string,
      options: DataFlags &
        Record<'steps' | 'starts' | 'seed', number> & {
          layer: string;
          units?: string;
          method: string;
          budget?: number;
          range?: string;
          size?: number;
        },
      command: Command,
    ) => {
      const { method: name, budget, starts, layer } = options;
      const names: string[] = methodSchema.options.map((option) => option.shape.name.value);
      if (!names.includes(name)) {
        throw new Misuse(`There is no method "${name}".`, `Choose one of ${names.join(', ')}.`);
      }
      const method: Method = checked(
        () =>
          methodSchema.parse({
            name,
            ...(name === 'question' ? {} : { steps: options.steps, starts }),
            ...(budget === undefined ? {} : { radius: budget, norm: budget }),
          }),
        { radius: 'budget', norm: 'budget' },
      );
      const units = parseUnits(options.units);
      dataFiles(options);
      const out = outOf();
      const commands = await work(out);
      const { range, size } = options;
      const wanted = { layer, units, method, seed: options.seed, range, size };
      const stated = ['data', 'trainImages', 'trainLabels', 'testImages', 'testLabels'];
      const data = ({ input: [height, width, channels] }: { input: readonly [number, number, number] }) => {
        if (options.data === 'none') return null;
        const found = dataset(commands, options);
        const fits = channels === 1 && found.height === height && found.width === width;
        // data that nobody asked for and that does not fit is left out
        const asked = stated.some((name) => command.getOptionValueSource(name) === 'cli');
        return fits || asked ? found : null;
      };
      await commands.visualizeModel(model, data, folder, wanted, out, stop.signal);
    },
  );

const repairNames = Object.keys(repairsSchema.shape) as (keyof Repairs)[];
program
  .command('question')
  .description("runs the question's own method, faults and all, and saves its sheet and curves")
  .argument('<model>', 'folder of a TensorFlow.js LayersModel')
  .argument('<folder>', 'folder to save into; must not exist yet')
  .option('--layer <name>', 'a convolution', 'conv1')
  .option('--iterations <n>', 'iterations per filter', whole(1, 20_000), 5000)
  .option('--iterated', 'do every iteration in float32 instead of the closed form', false)
  .option('--remove-negatives', 'set negative pixels to 0 first', false)
  .option('--rescale', 'rescale to 0..255 instead of (x − mean)/std', false)
  .option('-n <n>', 'the sheet is n × n', whole(1, 8), 3)
  .option('--repair <names>', `faults to repair, comma-separated: ${repairNames.join(', ')}`, '')
  .option('--seed <n>', 'seed', seed, 0)
  .addHelpText(
    'after',
    '\nExample: filterscope question my-model out --layer conv2 --repair filterIndex,allFilters',
  )
  .action(
    async (
      model: string,
      folder: string,
      options: Record<'iterations' | 'n' | 'seed', number> &
        Record<'iterated' | 'removeNegatives' | 'rescale', boolean> & { layer: string; repair: string },
    ) => {
      const wanted = options.repair.split(',').filter((name) => name !== '');
      const unknown = wanted.find((name) => !repairNames.includes(name as keyof Repairs));
      if (unknown !== undefined) {
        throw new Misuse(`There is no repair "${unknown}".`, `Choose from ${repairNames.join(', ')}.`);
      }
      const repairs = repairsSchema.parse(Object.fromEntries(wanted.map((name) => [name, true])));
      const { rescale, ...flags } = options;
      const out = outOf();
      const commands = await work(out);
      const network = await commands.openModel(model);
      out.result(
        await commands.askQuestion(
          network,
          folder,
          { ...flags, normalize: !rescale, repairs },
          out,
          stop.signal,
        ),
      );
      out.say(`Saved in ${folder}: TF_vis_${flags.n}x${flags.n}.png, all.png, curves.csv`);
      network.dispose();
    },
  );

withData(
  program
    .command('answer')
    .description("answers the question's four questions for a model, as one HTML file")
    .argument('<model>', 'folder of a TensorFlow.js LayersModel, or a model file')
    .argument('<file>', 'HTML file to write; must not exist yet')
    .option(
      '--others <folders>',
      'models of the same task from other seeds, comma-separated; the shipped ones by default',
    )
    .option('--units <n>', 'units of each layer that are looked at', whole(2, 512), 20)
    .option('--seed <n>', 'seed', seed, 0),
)
  .addHelpText(
    'after',
    '\nExamples:\n  filterscope answer my-model answer.html\n  filterscope answer clothes clothes.html --data fashion --json',
  )
  .action(
    async (
      model: string,
      file: string,
      options: DataFlags & { others?: string; units: number; seed: number },
    ) => {
      dataFiles(options);
      const out = outOf();
      const commands = await work(out);
      const others = options.others?.split(',').filter((name) => name !== '') ?? null;
      const wanted = { others, units: options.units, seed: options.seed };
      await commands.answerQuestion(model, dataset(commands, options), file, wanted, out, stop.signal);
    },
  );

const gallery = program.command('gallery').description('lists, shows, exports and verifies saved galleries');
gallery
  .command('list')
  .description('the galleries in a folder')
  .argument('[folder]', 'folder that holds galleries', '.')
  .action((folder: string) => listGalleries(folder, outOf()));
gallery
  .command('show')
  .description('what a gallery says of itself, unit by unit')
  .argument('<folder>', 'a gallery')
  .action((folder: string) => showGallery(folder, outOf()));
gallery
  .command('verify')
  .description('checks every file of a gallery against its checksum')
  .argument('<folder>', 'a gallery')
  .action((folder: string) => verifyGallery(folder, outOf()));

gallery
  .command('export')
  .description('writes a gallery as one file: a sheet, a zip, an animation of the way there, or a page')
  .argument('<folder>', 'a gallery')
  .argument('[file]', 'file to write; must not exist yet; named after the gallery by default')
  .addOption(new Option('--format <name>', 'what to write').choices(EXPORT_FORMATS).default('sheet'))
  .option('--zoom <n>', 'pixels per pixel, for sheet and apng', whole(1, 32))
  .addOption(
    new Option(
      '--display <name>',
      'how raw values become grey, for sheet and html; by default as saved',
    ).choices(displaySchema.options),
  )
  .addHelpText(
    'after',
    '\nExamples:\n  filterscope gallery export strokes strokes.png --zoom 8\n  filterscope gallery export strokes --format html --display signed',
  )
  .action(
    (
      folder: string,
      file: string | undefined,
      { format, ...options }: { format: ExportFormat; zoom?: number; display?: Display },
    ) => exportGallery(folder, file, format, options, outOf()),
  );

withModel(
  program
    .command('inspect')
    .description('says what a model file holds: layers, units, receptive fields, what is not supported')
    .argument('<model>', MODEL),
)
  .addHelpText('after', '\nExample: filterscope inspect model.onnx --size 256')
  .action(async (model: string, flags: { range?: string; size?: number }) => {
    const out = outOf();
    await (await work(out)).inspectModel(model, flags, out, stop.signal);
  });

program
  .command('doctor')
  .description('says what was found of TensorFlow, the machine and the folders')
  .addHelpText('after', '\nExample: filterscope doctor --json')
  .action(() => doctor(outOf()));

program
  .command('demo')
  .description("trains (or with --fast takes the shipped model) and makes both layers' galleries both ways")
  .option('--fast', 'take the shipped model', false)
  .option('--out <folder>', 'folder for the results; must not exist yet', 'demo')
  .option('--steps <n>', 'training steps', whole(1, 1_000_000), defaults.steps)
  .addHelpText('after', '\nExample: filterscope demo --fast --out my-demo')
  .action(async (options: { fast: boolean; out: string; steps: number }) => {
    const out = outOf();
    await (await work(out)).demo(options, out, stop.signal);
  });

program.parseAsync().then(
  () => {
    if (stop.signal.aborted) process.exitCode = EXIT.interrupted;
  },
  (error: unknown) => {
    if (error instanceof CommanderError) {
      // commander has said it already; help and version are no errors
      process.exitCode = error.exitCode === 0 ? 0 : EXIT.misused;
      return;
    }
    const verbose = program.opts<{ verbose?: boolean }>().verbose === true;
    process.stderr.write(`${verbose && error instanceof Error ? (error.stack ?? '') : explain(error)}\n`);
    process.exitCode = error instanceof Misuse ? EXIT.misused : EXIT.failed;
  },
);
