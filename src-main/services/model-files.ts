// The files of a model: which belong to it, copies of them, a zip of them.
import { createHash } from 'node:crypto';
import { copyFile, cp, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { zip, type AsyncZippable } from 'fflate';
import { z } from 'zod';
import { cardSchema, type Card } from '../contract/card';
import { UserError } from '../contract/errors';
import { writeFolder } from '../store/folder';
import { fileName } from '../store/export';

const manifestSchema = z.object({
  weightsManifest: z.array(z.object({ paths: z.array(z.string().regex(/^[\w.-]+$/)) })),
});

/** Paths of the files that make up the model at `path`, which names a folder, a model.json or a single file. */
export async function modelFiles(path: string): Promise<string[]> {
  const found = await stat(path);
  const json = found.isDirectory() ? join(path, 'model.json') : path;
  if (!found.isDirectory() && !json.endsWith('.json')) return [path];
  if (!existsSync(json)) {
    const inside = await readdir(path, { withFileTypes: true });
    return inside.filter((entry) => entry.isFile()).map(({ name }) => join(path, name));
  }
  const manifest = manifestSchema.safeParse(JSON.parse(await readFile(json, 'utf8')));
  const shards = manifest.success ? manifest.data.weightsManifest.flatMap(({ paths }) => paths) : [];
  const beside = [...new Set(shards), 'card.json'].map((name) => join(dirname(json), name));
  return [json, ...beside.filter((file) => existsSync(file))];
}

/** The card beside a model, if it has one that can be read. */
export async function readCard(path: string): Promise<Card | null> {
  const folder = (await stat(path)).isDirectory() ? path : dirname(path);
  const text = await readFile(join(folder, 'card.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return cardSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** A folder below `parent` named after `name` that does not exist yet. */
export function freshFolder(parent: string, name: string): string {
  const wanted = join(parent, fileName(name));
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? wanted : `${wanted}-${n}`;
    if (!existsSync(candidate)) return candidate;
  }
}

const FORMATS: Readonly<Record<string, string>> = {
  '.keras': 'Keras',
  '.h5': 'Keras HDF5',
  '.hdf5': 'Keras HDF5',
  '.onnx': 'ONNX',
  '.json': 'TensorFlow.js',
  '.zip': 'TensorFlow.js',
  '': 'TensorFlow.js',
};

/** What wrote the model, by the name of its file; a folder is one of TensorFlow.js. Null when the name does not say. */
export const formatOf = (path: string): string | null => FORMATS[extname(path).toLowerCase()] ?? null;

/** Copies a model's files into a new folder; returns the path to open there. */
export async function copyModel(path: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const files = await modelFiles(path);
  try {
    for (const file of files) await copyFile(file, join(folder, basename(file)));
    // what was kept while it was trained goes along
    const snapshots = join(path, 'snapshots');
    if (existsSync(snapshots)) await cp(snapshots, join(folder, 'snapshots'), { recursive: true });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  const [first = path] = files;
  return files.length === 1 || basename(first) !== 'model.json' ? join(folder, basename(first)) : folder;
}

export async function zipModel(path: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const inside: AsyncZippable = {};
  for (const file of await modelFiles(path)) {
    // float32 weights hardly compress
    const level = file.endsWith('.json') ? 6 : 0;
    inside[`${fileName(name)}/${basename(file)}`] = [await readFile(file), { level }];
  }
  return Uint8Array.from(await promisify<AsyncZippable, Uint8Array>(zip)(inside));
}

export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A name without a path. Throws a UserError for one that is none. */
function plainName(name: string): string {
  const plain = basename(name.replaceAll('\\', '/'));
  if (plain === '' || plain === '.' || plain === '..' || plain.includes('\0')) {
    throw new UserError(`A file cannot be called "${name}".`, 'Rename it and drop it again.');
  }
  return plain;
}

/** The file that a model is opened by; null where none of several is known to be that: then their folder is looked at. */
function mainFile(names: readonly string[]): string | null {
  if (names.length === 1) return names[0] ?? null;
  const known = [/^model\.json$/, /\.(onnx|keras|h5|hdf5|zip)$/i, /^(?!card\.json$).*\.json$/];
  return known.flatMap((kind) => names.find((name) => kind.test(name)) ?? [])[0] ?? null;
}

/**
 * Writes files that were dropped, in the folder of that name if they lay in one, into a folder named by their content; returns
 * the path to open there.
 */
export async function storeGiven(
  parent: string,
  files: readonly GivenFile[],
  folder: string | null = null,
): Promise<string> {
  const hash = createHash('sha256');
  const named = files.map(({ name, bytes }) => {
    const plain = plainName(name);
    hash.update(plain).update(bytes);
    return [plain, bytes] as const;
  });
  const main = mainFile(named.map(([name]) => name));
  const own = folder ?? (main === null ? 'dropped files' : null);
  if (own !== null) hash.update(`in ${own}`);
  const stored = join(parent, hash.digest('hex').slice(0, 20), ...(own === null ? [] : [plainName(own)]));
  if (!existsSync(stored)) await writeFolder(stored, new Map(named));
  return main === null ? stored : join(stored, main);
}
