// How the command line reads its options: numbers in range, lists, data files; what is wrong is said by the option's name.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { UserError } from '../contract/errors';
import { SIDE } from '../contract/model';
import { RANGE_HELP } from '../contract/range';
import { catalogue } from '../datasets/catalogue';
import type { Dataset, IdxPaths } from '../datasets/dataset';
import type { Target } from '../datasets/target';
import type { Console } from './console';

/** Wrong use, as opposed to work that failed. */
export class Misuse extends UserError {}

/** A whole number within a range, or a usage error. */
export const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`Use a whole number from ${least} to ${most}.`);
    }
    return value;
  };

/** Any finite number, or a usage error. */
export function decimal(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Use a number.');
  return value;
}

export const seed = whole(0, 4_294_967_295);
export const steps = (text: string): number[] => text.split(',').map(whole(0, 1_000_000));

/** Two numbers like 32,64. */
export function pair(text: string): number[] {
  const values = text.split(',').map(whole(1, 512));
  if (values.length !== 2) throw new InvalidArgumentError('Use two numbers like 32,64.');
  return values;
}

/** Units like "3,7-9" as numbers; null for all. */
export function parseUnits(text: string | undefined): number[] | null {
  if (text === undefined) return null;
  const remedy = 'Write units like 3 or 3,7-9.';
  const units = text.split(',').flatMap((part) => {
    const range = /^\s*(\d{1,6})(?:-(\d{1,6}))?\s*$/.exec(part);
    if (range === null) throw new Misuse(`"${part}" names no units.`, remedy);
    const [first, last] = [Number(range[1]), Number(range[2] ?? range[1])];
    if (last < first) throw new Misuse(`The range ${part} runs backwards.`, remedy);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  return [...new Set(units)];
}

/** Parses by a schema; what is out of range becomes one sentence with the option's name, from `names` by key. */
export function checked<T>(parse: () => T, names: Readonly<Record<string, string>>): T {
  try {
    return parse();
  } catch (error) {
    const [first] = (error as { issues?: { path: PropertyKey[]; message: string }[] }).issues ?? [];
    if (first === undefined) throw error;
    const key = String(first.path[0]);
    throw new Misuse(`--${names[key] ?? key}: ${first.message}.`, 'See --help.');
  }
}

export type DataFlags = Partial<IdxPaths> & { readonly data: string };

/** Adds the options that name a dataset of one's own. */
export const withData = (command: Command): Command =>
  command
    .option(
      '--data <what>',
      'mnist, fashion where the package dataset-fashion-mnist is installed, none, or data of your own: a folder of pictures (one sub-folder a class, or flat), an .npz archive or an .npy array',
      'mnist',
    )
    .option('--train-images <file>', 'IDX file of training images (.gz too), instead of a known dataset')
    .option('--train-labels <file>', 'IDX file of their labels')
    .option('--test-images <file>', 'IDX file of test images')
    .option('--test-labels <file>', 'IDX file of their labels');

/** Adds the options that say what a model file does not. */
export const withModel = (command: Command): Command =>
  command
    .option(
      '--range <range>',
      `what the model expects of its pixels: 0..1, -1..1, 0..255, imagenet, ${RANGE_HELP}`,
    )
    .option('--size <n>', 'side of the image for a model that takes any size', whole(SIDE.min, SIDE.max));

/** What a command that takes a model says of it. */
export const MODEL = 'a .keras, .h5 or .onnx file, a TensorFlow.js model.json, its folder, or a zip of it';

/** The four files of a dataset of one's own; null for a known one. */
export function dataFiles({ trainImages, trainLabels, testImages, testLabels }: DataFlags): IdxPaths | null {
  if (trainImages && trainLabels && testImages && testLabels) {
    return { trainImages, trainLabels, testImages, testLabels };
  }
  const given = [trainImages, trainLabels, testImages, testLabels].filter((path) => path !== undefined);
  if (given.length === 0) return null;
  throw new Misuse(
    `${given.length} of the four data files ${given.length === 1 ? 'is' : 'are'} named.`,
    'Give --train-images, --train-labels, --test-images and --test-labels, or none for a known dataset.',
  );
}

/** True where the options name data of one's own: it is brought to the size that is wanted. */
export const isOwn = (flags: DataFlags): boolean =>
  dataFiles(flags) !== null ||
  (flags.data !== 'none' && !catalogue().some(({ id }) => id === flags.data) && existsSync(flags.data));

/**
 * The dataset that the options name, read with progress. One's own is brought to the target; null leaves it its own
 * size, or `side`.
 */
export async function openData(
  flags: DataFlags,
  { target, side }: { target: Target | null; side?: number | undefined },
  out: Console,
  signal: AbortSignal,
): Promise<Dataset> {
  const [{ openSource }, { openIdx }, { resized }] = await Promise.all([
    import('../datasets/own/source'),
    import('../datasets/dataset'),
    import('../datasets/own/resized'),
  ]);
  const files = dataFiles(flags);
  const bar = out.progress('Reading data', 1000);
  const progress = (done: number, total: number): void => {
    bar.update(Math.round((1000 * done) / total), `${done} of ${total}`);
  };
  const options = { target, side, signal, progress };
  try {
    const found =
      files === null
        ? await openSource(isOwn(flags) ? resolve(flags.data) : flags.data, options)
        : await resized(openIdx('own data', files), options);
    bar.stop();
    for (const note of found.notes) out.say(`${found.name}: ${note}`);
    return found;
  } finally {
    bar.stop();
  }
}

/** Throws a UserError when there is something in the way. */
export function mustNotExist(folder: string): void {
  if (existsSync(folder)) {
    throw new UserError(`${folder} exists already.`, 'Choose another folder, or remove that one first.');
  }
}
