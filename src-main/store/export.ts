// What a gallery is exported as: one sheet, a zip of the folder, an animation of the way there, a page to pass on.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync, type Zippable } from 'fflate';
import type { Gallery } from '../contract/gallery';
import type { Display } from '../contract/method';
import { encodeApng } from '../pictures/apng';
import { montage, png } from '../pictures/sheet';
import { readFrames, readGallery, readPictures, sheetLayout, showGallery } from './gallery';
import { galleryPage } from './page';

export const EXPORT_FORMATS = ['sheet', 'zip', 'apng', 'html'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface Exported {
  /** A file name that every file system takes. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Media type. */
  readonly type: string;
}

export interface ExportOptions {
  /** Each pixel is drawn zoom × zoom, 1..32; by default as in the saved sheet. */
  readonly zoom?: number;
  /** By default that of the gallery. */
  readonly display?: Display;
}

/** Milliseconds of a frame, and of the last, at which an animation rests. */
const FRAME_MS = 120;
const LAST_MS = 2000;

/** A title as a file name: letters, digits and hyphens of any script, at most 80 characters. */
export function fileName(title: string): string {
  const name = title
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, 80)
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'gallery' : name;
}

/** All files that belong to the gallery and are there, below one folder. */
async function zipped(folder: string, gallery: Gallery, name: string): Promise<Uint8Array> {
  const inside: Zippable = {};
  for (const path of ['gallery.json', ...Object.keys(gallery.files)]) {
    if (path.startsWith('/') || path.split(/[\\/]/).includes('..')) continue;
    const bytes = await readFile(join(folder, path)).catch(() => null);
    // a PNG is compressed already
    if (bytes !== null) inside[`${name}/${path}`] = [bytes, { level: path.endsWith('.png') ? 0 : 6 }];
  }
  return zipSync(inside, { mtime: gallery.createdAt });
}

/**
 * Exports a gallery. Pictures that do not open are black. Throws a UserError for a folder without a readable
 * gallery.json, and for 'apng' when it keeps no frames.
 */
export async function exportGallery(
  folder: string,
  format: ExportFormat,
  options: ExportOptions = {},
): Promise<Exported> {
  const gallery = await readGallery(folder);
  const name = fileName(gallery.title);
  const layout = sheetLayout(gallery.units.length, gallery.picture.width);
  const { zoom = layout.zoom, display = gallery.display } = options;
  const { columns } = layout;
  switch (format) {
    case 'sheet': {
      const { images } = await readPictures(folder, gallery);
      const sheet = montage(showGallery(gallery, images, display), { columns, zoom });
      return { name: `${name}.png`, bytes: png(sheet), type: 'image/png' };
    }
    case 'zip':
      return { name: `${name}.zip`, bytes: await zipped(folder, gallery, name), type: 'application/zip' };
    case 'apng': {
      const frames = await readFrames(folder, gallery);
      const sheets = frames.map(({ pictures }) => montage(pictures, { columns, zoom }));
      const delays = frames.map((_, i) => (i === frames.length - 1 ? LAST_MS : FRAME_MS));
      return { name: `${name}-frames.png`, bytes: encodeApng(sheets, delays), type: 'image/apng' };
    }
    case 'html': {
      const { images } = await readPictures(folder, gallery);
      const page = galleryPage(gallery, showGallery(gallery, images, display), display);
      return { name: `${name}.html`, bytes: Buffer.from(page), type: 'text/html' };
    }
  }
}
