// A gallery is a folder that anyone can read: gallery.json, sheet.png, units/*.png and *.npy, curves.csv.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../contract/errors';
import { GALLERY_SCHEMA_VERSION, gallerySchema, type Gallery } from '../contract/gallery';
import { montage, png, toGrey, type Mapping } from '../pictures/sheet';
import { writeFolder } from './folder';
import { encodeNpy } from './npy';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export interface GalleryContent {
  readonly about: Omit<Gallery, 'schemaVersion' | 'files' | 'display'>;
  readonly mapping: Mapping;
  /** Raw pictures of all units [units × height × width], one channel. */
  readonly images: Float32Array;
  readonly curveSteps: readonly number[];
  /** Scores of all units at each of these steps. */
  readonly curves: readonly Float32Array[];
}

/** Writes a gallery folder, whole or not at all; `folder` must not exist yet. */
export async function writeGallery(folder: string, content: GalleryContent): Promise<Gallery> {
  const { about, mapping, images, curveSteps, curves } = content;
  const { height, width, channels } = about.picture;
  const size = height * width * channels;
  const files = new Map<string, Uint8Array>();
  const greys = about.units.map(({ state }, i) => {
    const raw = images.subarray(i * size, (i + 1) * size);
    const grey = state === 'dead' ? new Uint8Array(size) : toGrey(raw, mapping);
    const name = `units/${String(about.units[i]?.unit ?? i).padStart(3, '0')}`;
    files.set(`${name}.png`, png({ width, height, data: grey }));
    files.set(`${name}.npy`, encodeNpy(raw, [height, width]));
    return grey;
  });
  const zoom = Math.max(1, Math.round(56 / width));
  const columns = about.units.length <= 16 ? Math.min(10, about.units.length) : 16;
  files.set('sheet.png', png(montage(greys, height, width, columns, zoom)));
  const lines = curveSteps.map((step, i) => [step, ...(curves[i] ?? [])].join(','));
  files.set(
    'curves.csv',
    Buffer.from([['step', ...about.units.map(({ unit }) => unit)].join(','), ...lines, ''].join('\n')),
  );
  const gallery: Gallery = {
    schemaVersion: GALLERY_SCHEMA_VERSION,
    ...about,
    display: mapping,
    files: Object.fromEntries([...files].map(([path, bytes]) => [path, sha256(bytes)])),
  };
  files.set('gallery.json', Buffer.from(JSON.stringify(gallerySchema.parse(gallery), null, 1)));
  await writeFolder(folder, files);
  return gallery;
}

/** Reads gallery.json. Throws a UserError that says what is wrong with it. */
export async function readGallery(folder: string): Promise<Gallery> {
  const remedy = 'Choose a gallery folder that Filterscope saved, or make it again.';
  let json: unknown;
  try {
    json = JSON.parse(await readFile(join(folder, 'gallery.json'), 'utf8'));
  } catch (cause) {
    throw new UserError('The folder has no gallery.json that can be read.', remedy, { cause });
  }
  const version = (json as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version > GALLERY_SCHEMA_VERSION) {
    throw new UserError(
      `The gallery was saved by a newer Filterscope (format ${version}).`,
      'Open it with that version.',
    );
  }
  const parsed = gallerySchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UserError(
    `gallery.json is damaged at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`,
    remedy,
  );
}

/** Every part of a gallery that is missing or altered, by path; empty when all is as it was saved. */
export async function damagedParts(folder: string): Promise<string[]> {
  const { files } = await readGallery(folder);
  const checks = Object.entries(files).map(async ([path, expected]) => {
    if (path.split('/').includes('..') || path.startsWith('/')) return path;
    const bytes = await readFile(join(folder, path)).catch(() => null);
    return bytes !== null && sha256(bytes) === expected ? null : path;
  });
  return (await Promise.all(checks)).filter((path) => path !== null);
}
