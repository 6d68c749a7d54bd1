// The library of saved galleries.
import { defineStore } from 'pinia';
import { computed, ref, shallowReactive, shallowRef, watch } from 'vue';
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

  const chosen = shallowRef<readonly string[]>([]);
  /** The one or two galleries that are looked at: A and B. */
  const shown = computed(() => chosen.value.filter((id) => list.value.some((gallery) => gallery.id === id)));
  watch(shown, (ids) => {
    for (const id of ids) void open(id);
  });
  const looked = computed(() =>
    shown.value.flatMap((id) => {
      const gallery = opened.get(id);
      return gallery === undefined ? [] : [{ id, gallery }];
    }),
  );
  /** Those of them that are open. */
  const whole = computed(() =>
    looked.value.flatMap(({ id, gallery }) => (gallery instanceof Error ? [] : [{ id, gallery }])),
  );
  /** The first of them that cannot be opened. */
  const broken = computed(() =>
    looked.value
      .flatMap(({ id, gallery }) => (gallery instanceof Error ? [{ id, error: gallery }] : []))
      .at(0),
  );

  /** Looks at one gallery, at two side by side, or at none. */
  function show(...ids: readonly string[]): void {
    chosen.value = ids;
  }

  /** Adds a gallery beside the open one, in place of the second, or takes it away. */
  function toggle(id: string): void {
    chosen.value = shown.value.includes(id)
      ? shown.value.filter((each) => each !== id)
      : [...shown.value.slice(0, 1), id];
  }

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

  /** Moves a gallery to the trash; a toast offers to bring it back. False when that failed. */
  async function remove({ id, title }: GallerySummary): Promise<boolean> {
    const done = await notices.attempt(() => call('galleries.remove', { id }).then(() => true));
    if (done === undefined) return false;
    list.value = list.value.filter((gallery) => gallery.id !== id);
    notices.tell(`Removed “${title}”.`, { label: 'Undo', run: () => void restore(id) });
    await refresh();
    return true;
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
    ...{ list, phase, problem, shown, whole, broken },
    ...{ refresh, show, toggle, save, rename, remove, restore, exportAs, showInFolder, openFolder },
  };
});
