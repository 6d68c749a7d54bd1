// Scans on disk, one file a layer, named by what they were made from: a second look, also after a restart, is at once.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { env } from 'node:process';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { packWire, unpackWire } from '../contract/wire';
import type { Dataset } from '../datasets/dataset';
import type { Found } from '../evidence/locate';
import type { Scan } from '../evidence/scan';
import { nodeOf, type Network } from '../network/network';

/** Raised whenever a scan finds anything else, so that older files are not taken for new ones. */
const FORMAT = 1;
/** Files kept in the app's folder, the newest. */
const MOST_FILES = 200;

const float32 = z.instanceof(Float32Array);
/** The lists of all units one after the other, `lengths` of each. */
const listsSchema = z.object({
  lengths: z.array(z.int().min(0)),
  images: z.instanceof(Uint32Array),
  tops: z.instanceof(Uint16Array),
  lefts: z.instanceof(Uint16Array),
  scores: float32,
});
const fileSchema = z.object({
  ...{ height: z.int(), width: z.int(), looked: z.int(), images: z.int(), units: z.int() },
  ...{ best: listsSchema, worst: listsSchema, means: float32, areas: float32, explained: float32 },
});
type Lists = z.infer<typeof listsSchema>;

function flat(lists: Scan['best']): Lists {
  const all = lists.flat();
  return {
    lengths: lists.map(({ length }) => length),
    images: Uint32Array.from(all, ({ image }) => image),
    tops: Uint16Array.from(all, ({ top }) => top),
    lefts: Uint16Array.from(all, ({ left }) => left),
    scores: Float32Array.from(all, ({ score }) => score),
  };
}

function unflat({ lengths, images, tops, lefts, scores }: Lists): Found[][] {
  let at = 0;
  return lengths.map((length) =>
    Array.from({ length }, () => {
      const [image = NaN, top = 0, left = 0, score = NaN] = [images[at], tops[at], lefts[at], scores[at]];
      at++;
      return { image, top, left, score };
    }),
  );
}

/** A name that says all that a scan depends on: the model's bytes and how it is opened, the data's bytes, the layer. */
export const scanName = (network: Network, layer: string, dataset: Dataset): string =>
  `${createHash('sha256')
    .update([FORMAT, network.sha256, network.scaling.name, ...network.input, layer, dataset.sha256].join('|'))
    .digest('hex')
    .slice(0, 32)}.scan`;

/** The app's own folder, which whoever starts the engine names. */
const ownFolder = (): string | undefined => env.FILTERSCOPE_SCANS;

/** The scan of that name; null where there is none, or none that can be read. */
export async function readScan(name: string, network: Network, layer: string): Promise<Scan | null> {
  const folder = ownFolder();
  const bytes = folder === undefined ? null : await readFile(join(folder, name)).catch(() => null);
  if (bytes === null) return null;
  try {
    const found = fileSchema.parse(unpackWire(bytes));
    if (found.units !== nodeOf(network, layer).shape[2]) return null;
    return { ...found, best: unflat(found.best), worst: unflat(found.worst) };
  } catch {
    // damaged: made anew, and written over
    return null;
  }
}

/** Writes a scan into the app's folder; without any it is only remembered. A disk that is full costs nothing but time. */
export async function keepScan(name: string, scan: Scan): Promise<void> {
  const folder = ownFolder();
  if (folder === undefined) return;
  try {
    await mkdir(folder, { recursive: true });
    await writeFileAtomic(
      join(folder, name),
      Buffer.from(packWire({ ...scan, best: flat(scan.best), worst: flat(scan.worst) })),
    );
    const files = await Promise.all(
      (await readdir(folder))
        .filter((file) => file.endsWith('.scan'))
        .map(async (file) => ({ file, at: (await stat(join(folder, file))).mtimeMs })),
    );
    const old = files.sort((a, b) => b.at - a.at).slice(MOST_FILES);
    await Promise.all(old.map(({ file }) => rm(join(folder, file), { force: true })));
  } catch {
    // the scan stays in memory
  }
}
