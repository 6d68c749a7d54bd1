// The library of saved galleries.
import { defineStore } from 'pinia';
import { ref, shallowReactive, shallowRef } from 'vue';
import type { GallerySummary } from '../../src-main/contract/calls';
import type { Gallery } from '../../src-main/contract/gallery';
import type { Display } from '../../src-main/contract/method';
import { call } from '../bridge';
import { download } from '../downloads';
import { useNotices } from './notices';

export const useGalleries = defineStore('galleries', () => {
  const notices = useNotices();
  const list = shallowRef<readonly GallerySummary[]>([]);
  const phase = ref<'loading' | 'ready' | 'failed'>('loading');
  const problem = shallowRef<unknown>(null);
  /** Opened galleries by id, or why one cannot be opened. */
  const opened = shallowReactive(new Map<string, Gallery | Error>());

  /** The one or two galleries that are looked at: A and B. */
  const shown = ref<readonly string[]>([]);

  async function refresh(): Promise<void> {
    try {
      list.value = await call('galleries.list');
      phase.value = 'ready';
    } catch (error) {
      problem.value = error;
      phase.value = 'failed';
    }
  }

  async function open(id: string): Promise<void> {
    if (opened.has(id)) return;
    try {
      opened.set(id, await call('galleries.open', { id }));
    } catch (error) {
      opened.set(id, error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Saves a run's pictures into the library. */
  async function save(run: string, title: string, display: Display): Promise<GallerySummary | undefined> {
    const saved = await notices.attempt(() => call('galleries.save', { run, title, display }));
    if (saved !== undefined) await refresh();
    return saved;
  }

  async function rename(id: string, title: string): Promise<void> {
    await notices.attempt(() => call('galleries.rename', { id, title }));
    opened.delete(id);
    await refresh();
  }

  /** Moves a gallery to the trash; a toast offers to bring it back. */
  async function remove({ id, title }: GallerySummary): Promise<void> {
    const done = await notices.attempt(() => call('galleries.remove', { id }).then(() => true));
    if (done === undefined) return;
    list.value = list.value.filter((gallery) => gallery.id !== id);
    notices.tell(`Removed “${title}”.`, { label: 'Undo', run: () => void restore(id) });
    await refresh();
  }

  async function restore(id: string): Promise<void> {
    await notices.attempt(() => call('galleries.restore', { id }));
    await refresh();
  }

  async function exportAs(id: string, format: 'sheet' | 'zip' | 'apng' | 'html'): Promise<void> {
    const made = await notices.attempt(() => call('galleries.export', { id, format }));
    if (made === undefined) return;
    download(made.url, made.name);
    notices.tell(`Exported ${made.name}.`);
  }

  async function showInFolder(id: string): Promise<void> {
    await notices.attempt(() => call('galleries.showInFolder', { id }));
  }

  /** Electron only: takes in a gallery folder from elsewhere; its id, or null when the dialog was dismissed. */
  async function openFolder(): Promise<string | null> {
    const added = await notices.attempt(() => call('galleries.openFolder'));
    await refresh();
    return added?.id ?? null;
  }

  return {
    ...{ list, phase, problem, opened, shown },
    ...{ refresh, open, save, rename, remove, restore, exportAs, showInFolder, openFolder },
  };
});
