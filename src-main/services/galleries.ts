// The library of saved galleries: a folder of the data folder, each gallery a folder in it.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ratioToReal } from '../contract/best-of';
import type { GallerySummary } from '../contract/calls';
import { UserError } from '../contract/errors';
import type { Gallery } from '../contract/gallery';
import type { Display } from '../contract/method';
import { median } from '../contract/median';
import { exportGallery, type ExportFormat } from '../store/export';
import { writeFolder } from '../store/folder';
import { isLive, readGallery, sha256, writeGallery } from '../store/gallery';
import { inspectGallery } from '../store/inspection';
import type { HostAbilities } from './application';
import type { Emit } from './emitter';
import type { Exports } from './exports';
import { galleryContent } from './gallery-content';
import { freshFolder } from './model-files';
import type { Runs } from './runs';
import { writeState } from './state-file';

export interface GalleriesOptions {
  readonly dataFolder: string;
  readonly abilities: HostAbilities;
  readonly runs: Runs;
  readonly exports: Exports;
  readonly emit: Emit;
  readonly log: (line: string) => void;
}

/** Median of score / best real score over live units; null without any. */
function medianRatio({ units }: Gallery): number | null {
  const ratio = median(units.filter(isLive).flatMap((unit) => ratioToReal(unit) ?? []));
  return Number.isNaN(ratio) ? null : ratio;
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => null);
      return found?.isFile() === true ? found.size : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

export class Galleries {
  private readonly options: GalleriesOptions;
  private readonly folder: string;
  private readonly trash: string;
  /** Summaries by folder name, as long as its files were not touched: checking them means hashing them. */
  private readonly known = new Map<string, { readonly changed: number; readonly summary: GallerySummary }>();

  constructor(options: GalleriesOptions) {
    this.options = options;
    this.folder = join(options.dataFolder, 'galleries');
    this.trash = join(options.dataFolder, 'removed');
  }

  /** What was removed in an earlier session goes to the system's trash, or away where there is none. */
  async emptyTrash(): Promise<void> {
    for (const name of await readdir(this.trash).catch(() => [])) {
      const path = join(this.trash, name);
      const { trash } = this.options.abilities;
      try {
        await (trash === undefined ? rm(path, { recursive: true, force: true }) : trash(path));
      } catch (error) {
        this.options.log(`${name} could not be put in the trash: ${String(error)}`);
      }
    }
  }

  /** The folder of a gallery of the library. Throws a UserError for an id that names none. */
  path(id: string): string {
    const path = join(this.folder, id);
    if (basename(path) !== id || id.startsWith('.') || !existsSync(path)) {
      throw new UserError('There is no such gallery in the library.', 'Look at the library again.');
    }
    return path;
  }

  /** Newest first. */
  async list(): Promise<GallerySummary[]> {
    const entries = await readdir(this.folder, { withFileTypes: true }).catch(() => []);
    const found: GallerySummary[] = [];
    for (const entry of entries) {
      if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
      try {
        found.push(await this.summary(entry.name));
      } catch (error) {
        this.options.log(`${entry.name} is no gallery: ${String(error)}`);
      }
    }
    return found.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }

  private async summary(id: string): Promise<GallerySummary> {
    const path = this.path(id);
    const names = ['', 'gallery.json', 'units', 'sheet.png'];
    const times = await Promise.all(
      names.map(async (name) => (await stat(join(path, name)).catch(() => null))?.mtimeMs ?? 0),
    );
    const changed = times.reduce((sum, time) => sum + time, 0);
    const held = this.known.get(id);
    if (held?.changed === changed) return held.summary;
    const { gallery, damage } = await inspectGallery(path);
    const summary: GallerySummary = {
      id,
      title: gallery?.title ?? id,
      createdAt: gallery?.createdAt ?? (await stat(path)).mtime.toISOString(),
      model: gallery?.model.name ?? '',
      layer: gallery?.layer.name ?? '',
      method: gallery?.method.name ?? '',
      units: gallery?.units.length ?? 0,
      medianRatio: gallery === null ? null : medianRatio(gallery),
      bestOf: gallery?.bestOf ?? null,
      whole: gallery?.layer.receptiveField === null,
      bytes: await bytesIn(path),
      damage: [...damage],
    };
    this.known.set(id, { changed, summary });
    return summary;
  }

  /** Saves a run's pictures into a new gallery of the library. */
  async save(run: string, title: string, display: Display): Promise<GallerySummary> {
    return this.summary(basename(await this.write(this.folder, run, title, display)));
  }

  /** Saves into a folder that the user chooses; returns the name of the new folder in it, null when dismissed. */
  async saveToFolder(run: string, title: string, display: Display): Promise<string | null> {
    const parent = await this.choose('save', 'Save gallery');
    return parent === null ? null : basename(await this.write(parent, run, title, display));
  }

  private async write(parent: string, run: string, title: string, display: Display): Promise<string> {
    const work = this.options.runs.pictures(run);
    const content = await galleryContent(work, title, display);
    const folder = freshFolder(parent, title);
    await writeGallery(folder, content);
    this.changed();
    return folder;
  }

  /** Copies a gallery that the user chooses into the library; null when dismissed. */
  async openFolder(): Promise<GallerySummary | null> {
    const from = await this.choose('open', 'Open gallery');
    return from === null ? null : this.import(from);
  }

  private async import(from: string): Promise<GallerySummary> {
    const gallery = await readGallery(from);
    const files = new Map<string, Uint8Array>();
    for (const path of ['gallery.json', ...Object.keys(gallery.files)]) {
      if (path.startsWith('/') || path.split(/[\\/]/).includes('..')) continue;
      const bytes = await readFile(join(from, path)).catch(() => null);
      if (bytes !== null) files.set(path, bytes);
    }
    const folder = freshFolder(this.folder, gallery.title);
    await writeFolder(folder, files);
    this.changed();
    return this.summary(basename(folder));
  }

  private async choose(purpose: 'save' | 'open', title: string): Promise<string | null> {
    const { chooseFolder } = this.options.abilities;
    if (chooseFolder === undefined) {
      throw new UserError(
        'A page in a browser cannot choose folders.',
        purpose === 'save' ? 'Save to the library and export it as a zip.' : 'Use the desktop app.',
      );
    }
    return chooseFolder(purpose, title);
  }

  open(id: string): Promise<Gallery> {
    return readGallery(this.path(id));
  }

  async rename(id: string, title: string): Promise<GallerySummary> {
    const path = this.path(id);
    const gallery = await readGallery(path);
    await writeState(join(path, 'gallery.json'), { ...gallery, title });
    this.changed();
    return this.summary(id);
  }

  /** Takes it out of the library; it can be restored until the app is started next. */
  async remove(id: string): Promise<void> {
    const path = this.path(id);
    await mkdir(this.trash, { recursive: true });
    await rm(join(this.trash, id), { recursive: true, force: true });
    await rename(path, join(this.trash, id));
    this.changed();
  }

  async restore(id: string): Promise<GallerySummary> {
    const from = join(this.trash, id);
    if (basename(from) !== id || !existsSync(from)) {
      throw new UserError('This gallery cannot be restored any more.', "Look into the system's trash.");
    }
    const to = existsSync(join(this.folder, id)) ? freshFolder(this.folder, id) : join(this.folder, id);
    await rename(from, to);
    this.changed();
    return this.summary(basename(to));
  }

  showInFolder(id: string): void {
    const { showInFolder } = this.options.abilities;
    const path = this.path(id);
    if (showInFolder === undefined) {
      throw new UserError('A page in a browser cannot show folders.', 'Export the gallery as a zip instead.');
    }
    showInFolder(path);
  }

  async export(id: string, format: ExportFormat): Promise<{ url: string; name: string }> {
    const { name, bytes, type } = await exportGallery(this.path(id), format);
    return this.options.exports.add({ name, type, bytes: Uint8Array.from(bytes) });
  }

  private changed(): void {
    this.options.emit('galleries.changed', {});
  }
}

/** Part of the address of a gallery's pictures that changes with the gallery. */
export const galleryTag = async (folder: string): Promise<string> =>
  `"${sha256(await readFile(join(folder, 'gallery.json'))).slice(0, 16)}"`;
