// Looks at every file of a gallery: what is damaged, and what still opens.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explain } from '../contract/errors';
import type { Gallery } from '../contract/gallery';
import { readGallery, sha256 } from './gallery';

export interface Inspection {
  /** null when gallery.json itself is damaged. */
  readonly gallery: Gallery | null;
  /** What is wrong, one sentence each; empty when all is as it was saved. */
  readonly damage: readonly string[];
  /** Parts that are as they were saved, by path; where gallery.json is damaged, those that are there. */
  readonly whole: readonly string[];
}

/** Paths by which a part of a gallery is known without its gallery.json. */
const PART = /^(sheet\.png|frames\.png|curves\.csv|units\/\d+\.(png|npy))$/;

/** Checks every file against its checksum. Throws a UserError for a folder in which nothing of a gallery is found. */
export async function inspectGallery(folder: string): Promise<Inspection> {
  let gallery: Gallery;
  try {
    gallery = await readGallery(folder);
  } catch (error) {
    const found = await readdir(folder, { recursive: true }).catch(() => []);
    const whole = found.map((path) => path.replaceAll('\\', '/')).filter((path) => PART.test(path));
    if (whole.length === 0) throw error;
    return { gallery: null, damage: [explain(error)], whole };
  }
  const checked = Object.entries(gallery.files).map(
    async ([path, expected]): Promise<[string, string | null]> => {
      if (path.startsWith('/') || path.split(/[\\/]/).includes('..'))
        return [path, `${path} lies outside the gallery.`];
      const bytes = await readFile(join(folder, path)).catch(() => null);
      if (bytes === null) return [path, `${path} is missing.`];
      return [path, sha256(bytes) === expected ? null : `${path} is not as it was saved.`];
    },
  );
  const parts = await Promise.all(checked);
  return {
    gallery,
    damage: parts.flatMap(([, wrong]) => wrong ?? []),
    whole: parts.filter(([, wrong]) => wrong === null).map(([path]) => path),
  };
}
