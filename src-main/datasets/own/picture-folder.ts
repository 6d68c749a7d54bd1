// A folder of pictures: one sub-folder a class, or flat without labels; decoded one by one, only what is kept in memory.
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join, sep } from 'node:path';
import { UserError } from '../../contract/errors';
import { datasetOf, type Dataset, type Split } from '../dataset';
import { decodePicture, MOST_FILE_BYTES } from './picture-file';
import { pictureHeader } from './picture-header';
import { pacer, type ReadOptions } from './reading';
import { MOST_PICTURES, mostOf, sampledNote, seededSample, testCount } from './sample';
import { USUAL_SIDE, type Target } from '../target';

const PICTURES = new Set(['.png', '.jpg', '.jpeg', '.webp']);
/** Sub-folders that are splits and not classes, in small letters. */
const TRAIN = ['train', 'training'];
const TEST = ['test', 'testing', 'val', 'valid', 'validation'];
/** Files that are listed, and folders below each other that are looked into. */
const MOST_LISTED = 2_000_000;
const DEEPEST = 8;
/** Pictures of which the first bytes are looked at, to see whether any has colour. */
const LOOKED_AT = 32;
const HEADER_BYTES = 65_536;

/** A picture's path below the folder, and its class: −1 for none. */
interface Listed {
  readonly path: string;
  readonly label: number;
}

/** The pictures of a folder and how they are parted. */
export interface PictureList {
  readonly folder: string;
  readonly classes: readonly string[];
  readonly train: readonly Listed[];
  /** null where the folder does not say which are for testing. */
  readonly test: readonly Listed[] | null;
}

const isPicture = (name: string): boolean =>
  !name.startsWith('.') && PICTURES.has(extname(name).toLowerCase());

/** Paths of all pictures below `folder`, sorted; links to folders are not followed. */
async function picturesBelow(
  root: string,
  folder: string,
  pace: (done: number, total: number) => Promise<void>,
  depth = 0,
): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    await pace(0, 1);
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < DEEPEST && !entry.name.startsWith('.')) {
      for (const inner of await picturesBelow(root, path, pace, depth + 1)) found.push(inner);
    } else if (!entry.isDirectory() && isPicture(entry.name)) found.push(path);
    if (found.length > MOST_LISTED) {
      throw new UserError(
        `The folder has more than ${MOST_LISTED / 1e6} million pictures.`,
        'Choose a part of it.',
      );
    }
  }
  return found.sort();
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort();
}

/** The pictures below `part`, by class: the names of the sub-folders that have any. */
async function byClass(
  root: string,
  part: string,
  pace: (done: number, total: number) => Promise<void>,
): Promise<Map<string | null, string[]>> {
  const found = new Map<string | null, string[]>();
  for (const name of await subfolders(join(root, part))) {
    const pictures = await picturesBelow(root, join(part, name), pace);
    if (pictures.length > 0) found.set(name, pictures);
  }
  const entries = await readdir(join(root, part));
  const flat = entries.filter(isPicture).sort();
  if (flat.length > 0)
    found.set(
      null,
      flat.map((name) => join(part, name)),
    );
  return found;
}

/**
 * Lists the pictures of a folder: with a sub-folder for each class they are labelled, flat or mixed they are not;
 * sub-folders train and test (or val) part them. Throws a UserError for a folder without pictures.
 */
export async function listPictures(folder: string, options: ReadOptions): Promise<PictureList> {
  const pace = pacer({ ...options, progress: undefined });
  const names = await subfolders(folder);
  const named = (wanted: readonly string[]): string | undefined =>
    names.find((name) => wanted.includes(name.toLowerCase()));
  const [trainName, testName] = [named(TRAIN), named(TEST)];
  const parts =
    trainName === undefined
      ? [await byClass(folder, '', pace)]
      : [
          await byClass(folder, trainName, pace),
          ...(testName === undefined ? [] : [await byClass(folder, testName, pace)]),
        ];
  const labelled = parts.every((part) => !part.has(null));
  const classes = labelled ? [...new Set(parts.flatMap((part) => [...part.keys()] as string[]))].sort() : [];
  const list = (part: ReadonlyMap<string | null, string[]>): Listed[] =>
    [...part].flatMap(([name, paths]) => {
      const label = labelled ? classes.indexOf(name ?? '') : -1;
      return paths.map((path) => ({ path, label }));
    });
  const [train = [], test = null] = parts.map(list);
  if (train.length === 0) {
    throw new UserError(
      `There are no pictures in ${basename(folder)}.`,
      'Choose a folder of PNG, JPEG or WebP files, with one sub-folder a class or without.',
    );
  }
  return { folder, classes, train, test };
}

/** True where any of the first pictures has colour. */
async function hasColour(folder: string, pictures: readonly Listed[]): Promise<boolean> {
  for (const { path } of pictures.slice(0, LOOKED_AT)) {
    try {
      const file = await open(join(folder, path), 'r');
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
        if (pictureHeader(buffer.subarray(0, bytesRead), path).colour) return true;
      } finally {
        await file.close();
      }
    } catch {
      // what cannot be read is told of when it is to be decoded
    }
  }
  return false;
}

/** What is read of a list, and at which size; the same for the same folder. */
export interface PicturePlan {
  readonly list: PictureList;
  readonly target: Target;
  readonly train: readonly Listed[];
  readonly test: readonly Listed[];
  readonly notes: readonly string[];
}

const pick = (from: readonly Listed[], most: number, stream: number): Listed[] =>
  seededSample(from.length, most, stream).map((index) => from[index] as Listed);

export async function planPictures(list: PictureList, options: ReadOptions): Promise<PicturePlan> {
  const { folder } = list;
  const first = pick(list.train, LOOKED_AT, 0);
  const side = options.side ?? USUAL_SIDE;
  const target = options.target ?? {
    ...{ height: side, width: side },
    channels: (await hasColour(folder, first)) ? 3 : 1,
  };
  const most = mostOf(target.height * target.width * target.channels, MOST_PICTURES);
  const notes: string[] = [];
  if (list.test !== null) {
    const train = pick(list.train, Math.max(1, Math.floor(most * 0.8)), 0);
    const test = pick(list.test, Math.max(1, Math.floor(most * 0.2)), 1);
    notes.push(
      ...sampledNote(train.length, list.train.length, 'pictures'),
      ...sampledNote(test.length, list.test.length, 'test pictures'),
    );
    return { list, target, train, test, notes };
  }
  const all = pick(list.train, most, 0);
  notes.push(...sampledNote(all.length, list.train.length, 'pictures'));
  const held = testCount(all.length);
  if (held > 0)
    notes.push(`Every tenth picture, ${held}, is kept for testing: the folder does not say which.`);
  return { list, target, train: all.slice(held), test: all.slice(0, held), notes };
}

/** Decodes what was planned. Pictures that cannot be read are left out and told of. */
export async function readPictures(plan: PicturePlan, options: ReadOptions): Promise<Dataset> {
  const { list, target } = plan;
  const { height, width, channels } = target;
  const size = height * width * channels;
  const pace = pacer(options);
  const total = plan.train.length + plan.test.length;
  const refused: unknown[] = [];
  let done = 0;
  const readPart = async (pictures: readonly Listed[]): Promise<Split> => {
    const images = new Uint8Array(pictures.length * size);
    const labels = new Uint16Array(pictures.length);
    const files: string[] = [];
    let count = 0;
    for (const { path, label } of pictures) {
      await pace(done++, total);
      try {
        images.set(
          decodePicture(await readPicture(join(list.folder, path), path), path, target),
          count * size,
        );
        labels[count++] = Math.max(0, label);
        files.push(path.split(sep).join('/'));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        refused.push(error);
      }
    }
    const isLabelled = list.classes.length > 0;
    return {
      count,
      images: images.subarray(0, count * size),
      labels: isLabelled ? labels.subarray(0, count) : null,
      files,
    };
  };
  const train = await readPart(plan.train);
  const test = await readPart(plan.test);
  await pace(total, total);
  const [first] = refused;
  if (train.count === 0) throw first;
  const notes = [...plan.notes];
  if (first instanceof UserError)
    notes.push(`${refused.length} of ${total} pictures were left out; the first: ${first.message}`);
  return datasetOf({
    ...{ name: basename(list.folder), classes: list.classes, height, width, channels, train, test, notes },
  });
}

async function readPicture(path: string, name: string): Promise<Buffer> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > MOST_FILE_BYTES) {
      throw new UserError(
        `${name} is no file of at most ${MOST_FILE_BYTES / 1e6} MB.`,
        'Take it out of the folder.',
      );
    }
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`${name} cannot be read.`, 'Check its permissions.', { cause });
  }
}
