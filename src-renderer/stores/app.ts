// The app as a whole: how it started, its settings, its engine, and which view is shown.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watchEffect } from 'vue';
import type { DatasetInfo, Start } from '../../src-main/contract/calls';
import type { EventData } from '../../src-main/contract/events';
import type { Settings } from '../../src-main/contract/settings';
import { call } from '../bridge';
import type { ViewId } from '../commands';
import { useNotices } from './notices';

const VIEWS: readonly ViewId[] = ['train', 'filters', 'compare', 'draw', 'galleries', 'question'];

/** The view that the address names; Filters where it names none. */
const viewOf = (hash: string): ViewId => VIEWS.find((view) => `#${view}` === hash) ?? 'filters';

export const useApp = defineStore('app', () => {
  const phase = ref<'starting' | 'ready' | 'failed'>('starting');
  const problem = shallowRef<unknown>(null);
  const version = ref('');
  const host = ref<Start['host']>('web');
  const settings = ref<Settings>({ theme: 'system', threads: 0, display: 'usual' });
  const datasets = shallowRef<readonly DatasetInfo[]>([]);
  const engine = shallowRef<EventData<'engine.state'>>({ state: 'starting', detail: '' });
  const view = ref<ViewId>(viewOf(location.hash));

  const dark = matchMedia('(prefers-color-scheme: dark)');
  const systemIsDark = ref(dark.matches);
  dark.addEventListener('change', (event) => (systemIsDark.value = event.matches));
  const theme = computed(() => {
    if (settings.value.theme !== 'system') return settings.value.theme;
    return systemIsDark.value ? 'dark' : 'light';
  });
  watchEffect(() => {
    document.documentElement.dataset['theme'] = theme.value;
  });

  window.addEventListener('hashchange', () => (view.value = viewOf(location.hash)));

  /** Shows a view; the address keeps it over a reload. */
  function show(to: ViewId): void {
    view.value = to;
    if (location.hash !== `#${to}`) history.pushState(null, '', `#${to}`);
  }

  /** Asks the main side for everything that a fresh page needs; the caller hands the parts to their stores, then says ready. */
  async function start(): Promise<Start | null> {
    phase.value = 'starting';
    try {
      const found = await call('app.start');
      version.value = found.version;
      host.value = found.host;
      settings.value = found.settings;
      datasets.value = found.datasets;
      return found;
    } catch (error) {
      problem.value = error;
      phase.value = 'failed';
      return null;
    }
  }

  /** Saves settings; they hold at once and go back when saving fails. */
  async function save(changed: Partial<Settings>): Promise<void> {
    const before = settings.value;
    settings.value = { ...before, ...changed };
    try {
      settings.value = await call('settings.save', changed);
    } catch (error) {
      settings.value = before;
      useNotices().fail(error);
    }
  }

  /** Light to dark and back. */
  const turnTheme = (): Promise<void> => save({ theme: theme.value === 'dark' ? 'light' : 'dark' });

  return {
    ...{ phase, problem, version, host, settings, datasets, engine, view, theme },
    ...{ show, start, save, turnTheme },
  };
});
