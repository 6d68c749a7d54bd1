// A gallery is a folder that anyone can read: gallery.json, sheet.png, units/*.png and *.npy, curves.csv, frames.png.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WindowPlace } from '../contract/best-of';
import { UserError } from '../contract/errors';
import { GALLERY_SCHEMA_VERSION, gallerySchema, type Gallery, type GalleryUnit } from '../contract/gallery';
import { SHEET_COLUMNS } from '../contract/media';
import type { Display } from '../contract/method';
import { showAll } from '../pictures/display';
import { crop, decodePng, montage, png, type Pixels } from '../pictures/sheet';
import { writeFolder } from './folder';
import { decodeNpy, encodeNpy } from './npy';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export interface GalleryFrame {
  readonly step: number;
  /** Raw pictures of all units [units × height × width × channels]. */
  readonly images: Float32Array;
}

export interface GalleryContent {
  readonly about: Omit<Gallery, 'schemaVersion' | 'files' | 'display' | 'frames'>;
  /** Where the windows of the best real scores lie, by unit of the layer; left out where nobody looked for them. */
  readonly bestWindows?: readonly (WindowPlace | null)[];
  readonly display: Display;
  /** Raw pictures of all units [units × height × width × channels]. */
  readonly images: Float32Array;
  readonly curveSteps: readonly number[];
  /** Scores of all units at each of these steps. */
  readonly curves: readonly Float32Array[];
  /** The way there, ascending; as many as MOST_FRAME_PIXELS allows are kept. */
  readonly frames?: readonly GalleryFrame[];
}

/** Pixels of all frames together: some 5 MB as PNG. */
const MOST_FRAME_PIXELS = 1e7;

export const isLive = ({ state }: GalleryUnit): boolean => state !== 'dead' && state !== 'failed';

/** Path of a unit's file; the number has as many digits as the greatest needs, so that names sort as numbers do. */
export function unitFile({ units }: Pick<Gallery, 'units'>, unit: number, kind: 'png' | 'npy'): string {
  const digits = Math.max(3, ...units.map((known) => String(known.unit).length));
  return `units/${String(unit).padStart(digits, '0')}.${kind}`;
}

/** How a gallery's sheet is laid out. */
export function sheetLayout(units: number, width: number): { columns: number; zoom: number } {
  return {
    columns: units <= SHEET_COLUMNS ? Math.max(1, Math.min(10, units)) : SHEET_COLUMNS,
    zoom: Math.max(1, Math.round(56 / width)),
  };
}

/** The display of every picture, dead and failed units black. */
export function showGallery(
  gallery: Pick<Gallery, 'units' | 'picture'>,
  images: Float32Array,
  display: Display,
): Pixels[] {
  return showAll(images, gallery.picture, display, (i) => {
    const unit = gallery.units[i];
    return unit !== undefined && isLive(unit);
  });
}

/** Every nth frame and the last, so that all together have at most MOST_FRAME_PIXELS. */
function thinned(frames: readonly GalleryFrame[], floats: number): GalleryFrame[] {
  const room = Math.max(2, Math.floor(MOST_FRAME_PIXELS / Math.max(1, floats)));
  const every = Math.ceil(frames.length / room);
  return frames.filter((_, i) => (frames.length - 1 - i) % every === 0);
}

const frameSheet = (pictures: readonly Pixels[]): Pixels =>
  montage(pictures, { columns: Math.min(SHEET_COLUMNS, pictures.length), gap: 0 });

/** Writes a gallery folder, whole or not at all; `folder` must not exist yet. */
export async function writeGallery(folder: string, content: GalleryContent): Promise<Gallery> {
  const { about, display, images, curveSteps, curves } = content;
  const { height, width, channels } = about.picture;
  const size = height * width * channels;
  const files = new Map<string, Uint8Array>();
  const pictures = showGallery(about, images, display);
  about.units.forEach(({ unit }, i) => {
    const raw = images.subarray(i * size, (i + 1) * size);
    files.set(unitFile(about, unit, 'png'), png(pictures[i] as Pixels));
    files.set(
      unitFile(about, unit, 'npy'),
      encodeNpy(raw, channels === 1 ? [height, width] : [height, width, channels]),
    );
  });
  files.set('sheet.png', png(montage(pictures, sheetLayout(pictures.length, width))));
  const lines = curveSteps.map((step, i) => [step, ...(curves[i] ?? [])].join(','));
  files.set(
    'curves.csv',
    Buffer.from([['step', ...about.units.map(({ unit }) => unit)].join(','), ...lines, ''].join('\n')),
  );
  const way = (content.frames ?? []).filter((frame) => frame.images.length === images.length);
  const frames = thinned([...way, { step: about.timings.steps, images }], images.length);
  if (way.length > 0 && pictures.length > 0) {
    const sheets = frames.map((frame) => frameSheet(showGallery(about, frame.images, display)));
    files.set('frames.png', png(montage(sheets, { columns: 1, gap: 0 })));
  }
  const gallery: Gallery = {
    schemaVersion: GALLERY_SCHEMA_VERSION,
    ...about,
    units: about.units.map((unit) => {
      const bestWindow = unit.bestReal === null ? null : (content.bestWindows?.[unit.unit] ?? null);
      return bestWindow === null ? unit : { ...unit, bestWindow };
    }),
    display,
    frames: files.has('frames.png') ? { steps: frames.map(({ step }) => step) } : null,
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

/** The raw pictures of a gallery [units × h × w × c], zeros where one does not open; `missing`: units that do not. */
export async function readPictures(
  folder: string,
  gallery: Gallery,
): Promise<{ images: Float32Array; missing: number[] }> {
  const { height, width, channels } = gallery.picture;
  const size = height * width * channels;
  const images = new Float32Array(gallery.units.length * size);
  const missing: number[] = [];
  for (const [i, { unit }] of gallery.units.entries()) {
    try {
      const { values } = decodeNpy(await readFile(join(folder, unitFile(gallery, unit, 'npy'))));
      if (values.length !== size) throw new RangeError('another size');
      images.set(values, i * size);
    } catch {
      missing.push(unit);
    }
  }
  return { images, missing };
}

/** The frames of a gallery as pictures of all units, ascending. Throws a UserError when it keeps none that open. */
export async function readFrames(
  folder: string,
  gallery: Gallery,
): Promise<{ step: number; pictures: Pixels[] }[]> {
  const { frames, units, picture } = gallery;
  if (frames === null) {
    throw new UserError(
      'This gallery keeps no frames of the way to its pictures.',
      'Make it again to have them.',
    );
  }
  const bytes = await readFile(join(folder, 'frames.png')).catch((cause: unknown) => {
    throw new UserError('frames.png cannot be read.', 'Make the gallery again.', { cause });
  });
  const strip = decodePng(bytes);
  const columns = Math.min(SHEET_COLUMNS, units.length);
  const rows = Math.ceil(units.length / columns);
  if (
    strip.width !== columns * picture.width ||
    strip.height !== frames.steps.length * rows * picture.height
  ) {
    throw new UserError(
      'frames.png does not have the size that gallery.json says.',
      'Make the gallery again.',
    );
  }
  return frames.steps.map((step, frame) => ({
    step,
    pictures: units.map((_, i) =>
      crop(strip, {
        top: (frame * rows + Math.floor(i / columns)) * picture.height,
        left: (i % columns) * picture.width,
        height: picture.height,
        width: picture.width,
      }),
    ),
  }));
}
