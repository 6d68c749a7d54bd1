// Decoded pictures in the user's cache folder, by the names, sizes and times of their files and the size wanted.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readCached, writeCached } from '../../cache';
import { datasetOf, imageSize, type Dataset, type Split } from '../dataset';
import type { Target } from '../target';

const KIND = 'data';
/** Goes up whenever the same files would be read otherwise. */
const VERSION = 2;

const headerSchema = z.object({
  name: z.string(),
  classes: z.array(z.string()),
  height: z.int().min(1),
  width: z.int().min(1),
  channels: z.union([z.literal(1), z.literal(3)]),
  train: z.int().min(0),
  test: z.int().min(0),
  labelled: z.boolean(),
  notes: z.array(z.string()),
  files: z.object({ train: z.array(z.string()), test: z.array(z.string()) }),
});

/** What pictures of a folder are kept under. */
export async function keptName(folder: string, pictures: readonly string[], target: Target): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([VERSION, folder, target]));
  const most = 64;
  for (let from = 0; from < pictures.length; from += most) {
    const part = pictures.slice(from, from + most);
    const found = await Promise.all(part.map((picture) => stat(join(folder, picture)).catch(() => null)));
    part.forEach((picture, i) => hash.update(JSON.stringify([picture, found[i]?.size, found[i]?.mtimeMs])));
  }
  return hash.digest('hex');
}

/** The dataset that was kept; null where there is none, or what is there is damaged. */
export function readKept(name: string): Dataset | null {
  const body = readCached(KIND, name);
  if (body === null || body.length < 4) return null;
  const length = body.readUInt32LE(0);
  const header = headerSchema.safeParse(JSON.parse(body.toString('utf8', 4, 4 + length)));
  if (!header.success) return null;
  const { labelled, train: trains, test: tests, files, ...about } = header.data;
  let at = 4 + length;
  const take = (size: number): Uint8Array<ArrayBuffer> => {
    const part = new Uint8Array(body.buffer as ArrayBuffer, body.byteOffset + at, size);
    at += size;
    return part;
  };
  const split = (count: number, names: readonly string[]): Split => ({
    ...{ count, files: names },
    images: take(count * imageSize(about)),
    labels: labelled ? new Uint16Array(take(count * 2).slice().buffer) : null,
  });
  const train = split(trains, files.train);
  return datasetOf({ ...about, train, test: split(tests, files.test) });
}

/** Keeps a dataset, and gives it back. */
export function keep(name: string, dataset: Dataset): Dataset {
  const { train, test } = dataset;
  const { name: title, classes, height, width, channels, notes } = dataset;
  const header = Buffer.from(
    JSON.stringify({
      ...{ name: title, classes, height, width, channels, notes },
      ...{ train: train.count, test: test.count, labelled: train.labels !== null },
      files: { train: train.files ?? [], test: test.files ?? [] },
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const bytesOf = (labels: Uint16Array | null): Uint8Array =>
    labels === null ? new Uint8Array(0) : new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength);
  writeCached(KIND, name, [
    ...[length, header, train.images, bytesOf(train.labels)],
    ...[test.images, bytesOf(test.labels)],
  ]);
  return dataset;
}
