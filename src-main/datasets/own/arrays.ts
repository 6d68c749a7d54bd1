// Images and labels as NumPy arrays: an .npz archive, or .npy files beside each other, by the names that are usual for them.
import { createReadStream, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { UserError } from '../../contract/errors';
import { openZip } from '../../network/formats/zip';
import { readImages, readLabels, type Images } from './array-images';
import { datasetOf, type Dataset, type Split } from '../dataset';
import type { ArraySource } from './npy';
import { pacer, type ReadOptions } from './reading';
import { mostOf, sampledNote, seededSample, testCount } from './sample';

/** Names of images, their labels, test images and theirs, in small letters; Keras' own archives have the first row. */
const NAMES: readonly (readonly [string, string, string?, string?])[] = [
  ['x_train', 'y_train', 'x_test', 'y_test'],
  ['train_x', 'train_y', 'test_x', 'test_y'],
  ['train_images', 'train_labels', 'test_images', 'test_labels'],
  ['images_train', 'labels_train', 'images_test', 'labels_test'],
  ['x', 'y'],
  ['images', 'labels'],
  ['image', 'label'],
  ['data', 'labels'],
  ['data', 'target'],
  ['arr_0', 'arr_1'],
];
const REMEDY = 'Name the arrays x_train, y_train, x_test and y_test, or x and y.';

type Sources = ReadonlyMap<string, ArraySource>;

interface Chosen {
  readonly images: ArraySource;
  readonly labels: ArraySource | undefined;
  readonly testImages: ArraySource | undefined;
  readonly testLabels: ArraySource | undefined;
}

/** The row of names that `sources` has. */
function choose(sources: Sources, wanted?: string): Chosen | null {
  const at = (name: string | undefined): ArraySource | undefined =>
    name === undefined ? undefined : sources.get(name);
  for (const [image, label, testImage, testLabel] of NAMES) {
    const images = at(image);
    if (images === undefined || (wanted !== undefined && image !== wanted)) continue;
    // 'data' may come with either name of labels
    const labels = at(label) ?? (image === 'data' ? at('target') : undefined);
    return { images, labels, testImages: at(testImage), testLabels: at(testLabel) };
  }
  const alone = wanted === undefined ? undefined : at(wanted);
  return alone === undefined
    ? null
    : { images: alone, labels: undefined, testImages: undefined, testLabels: undefined };
}

/** Images from row `from` up to row `to`, and their labels, as a split; nothing is copied. */
const splitOf = ({ size, bytes }: Images, labels: Uint16Array | null, from: number, to: number): Split => ({
  count: to - from,
  images: bytes.subarray(from * size, to * size),
  labels: labels?.subarray(from, to) ?? null,
});

/** How many classes there are: the greatest label and those below it. */
const classesOf = (labels: Uint16Array | null): number =>
  labels === null ? 0 : labels.reduce((most, label) => Math.max(most, label + 1), 0);

async function read(name: string, chosen: Chosen, options: ReadOptions): Promise<Dataset> {
  const pace = pacer(options);
  const limit =
    (stream: number, share: number) =>
    (count: number, bytes: number): number[] =>
      seededSample(count, Math.max(1, Math.floor(mostOf(bytes) / share)), stream);
  const images = await readImages(chosen.images, options, limit(0, 1), pace);
  const labels = chosen.labels === undefined ? null : await readLabels(chosen.labels, images.of);
  const own = labels === null ? null : Uint16Array.from(images.rows, (row) => labels[row] ?? 0);
  const notes = [...images.notes, ...sampledNote(images.rows.length, images.of, 'images')];
  const { height, width, channels } = images.target;
  const all = images.rows.length;
  let [train, test]: Split[] = [];
  let classes = classesOf(labels);
  if (chosen.testImages === undefined) {
    const held = testCount(all);
    test = splitOf(images, own, 0, held);
    train = splitOf(images, own, held, all);
    notes.push(`Every tenth image, ${held}, is kept for testing: the data does not say which.`);
  } else {
    train = { count: all, images: images.bytes, labels: own };
    const more = await readImages(chosen.testImages, { target: images.target }, limit(1, 5), pace);
    const theirs = chosen.testLabels === undefined ? null : await readLabels(chosen.testLabels, more.of);
    classes = Math.max(classes, classesOf(theirs));
    const labelled =
      own === null || theirs === null ? null : Uint16Array.from(more.rows, (row) => theirs[row] ?? 0);
    test = { count: more.rows.length, images: more.bytes, labels: labelled };
    notes.push(...sampledNote(more.rows.length, more.of, 'test images'));
  }
  const names = Array.from({ length: classes }, (_, i) => String(i));
  return datasetOf({
    name,
    classes: names,
    height,
    width,
    channels,
    train,
    test,
    notes: [...new Set(notes)],
  });
}

/** Reads an .npz archive. Throws a UserError for one that is damaged or has no images by a name that is known. */
export async function openNpz(path: string, options: ReadOptions): Promise<Dataset> {
  const name = basename(path);
  const zip = await openZip(path, name);
  try {
    const sources = new Map<string, ArraySource>();
    for (const entry of zip.names) {
      const key = entry.replace(/\.npy$/, '').toLowerCase();
      if (!sources.has(key))
        sources.set(key, { name: `${entry} in ${name}`, stream: () => zip.stream(entry) });
    }
    const chosen = choose(sources);
    if (chosen === null) {
      const some = [...sources.keys()].slice(0, 8).join(', ');
      throw new UserError(
        `${name} has no images by a name that is known; it has ${some || 'nothing'}.`,
        REMEDY,
      );
    }
    return await read(name, chosen, options);
  } catch (error) {
    if (error instanceof UserError || options.signal?.aborted === true) throw error;
    throw new UserError(
      `${name} is damaged: ${error instanceof Error ? error.message : String(error)}.`,
      'Fetch or make it again.',
      {
        cause: error,
      },
    );
  } finally {
    zip.close();
  }
}

/** The .npy files of a folder, by their names in small letters. */
async function arraysIn(folder: string): Promise<Map<string, ArraySource>> {
  const names = (await readdir(folder)).filter((name) => extname(name).toLowerCase() === '.npy');
  return new Map(
    names.map((name) => [
      basename(name, extname(name)).toLowerCase(),
      { name, stream: () => Promise.resolve(createReadStream(join(folder, name))) },
    ]),
  );
}

/** Reads an .npy file of images, with the labels and test images that lie beside it by the usual names. */
export async function openNpy(path: string, options: ReadOptions): Promise<Dataset> {
  if (!existsSync(path)) throw new UserError(`There is no file ${basename(path)}.`, 'Check the path.');
  const stem = basename(path, extname(path)).toLowerCase();
  const chosen = choose(await arraysIn(dirname(path)), stem);
  if (chosen === null) throw new UserError(`${basename(path)} is no .npy array.`, REMEDY);
  return read(basename(path), chosen, options);
}

/** Reads the .npy files of a folder; null where it has none by the usual names. */
export async function openArrayFolder(folder: string, options: ReadOptions): Promise<Dataset | null> {
  const chosen = choose(await arraysIn(folder));
  return chosen === null ? null : read(basename(folder), chosen, options);
}
