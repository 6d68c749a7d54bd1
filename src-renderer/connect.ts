// Brings the stores up and keeps them true: the start call fills them, events carry on from there.
import type { Command } from '../src-main/contract/commands';
import { call, listen } from './bridge';
import { useApp } from './stores/app';
import { useAsks } from './stores/asks';
import { useGalleries } from './stores/galleries';
import { useModel } from './stores/model';
import { useNotices } from './stores/notices';
import { useRuns } from './stores/runs';

/** Listens first and asks then, so that nothing falls between. Returns what ends the listening. */
export function connect(menu: (command: Command) => void): () => void {
  const app = useApp();
  const model = useModel();
  const runs = useRuns();
  const galleries = useGalleries();
  const notices = useNotices();

  const stop = listen({
    'run.changed': runs.changed,
    'run.frame': runs.framed,
    'run.report': runs.reported,
    'run.test': runs.tested,
    'layer.looked': (event) => void model.looked(event),
    'ask.progress': useAsks().told,
    'engine.state': (engine) => {
      const wasLost = app.engine.state === 'lost';
      // a lost engine that is starting is lost until it is ready
      if (wasLost && engine.state === 'starting') return;
      if (wasLost && engine.state === 'ready') notices.tell('The engine runs again.');
      app.engine = engine;
    },
    'model.opening': ({ name }) => (model.openingName = name),
    'model.opened': (event) => {
      model.opened(event.model);
      void call('models.recents').then((recents) => (model.recents = recents), notices.fail);
    },
    'model.refused': ({ message, remedy }) => (model.refused = { message, remedy }),
    'galleries.changed': () => void galleries.refresh(),
    'settings.changed': ({ settings }) => (app.settings = settings),
    'menu.command': ({ command }) => {
      menu(command);
    },
  });
  void begin();
  return stop;
}

/** Asks the main side for everything, at the start or again after a failure. */
export async function begin(): Promise<void> {
  const start = await useApp().start();
  if (start === null) return;
  useRuns().take(start.runs);
  useModel().recents = start.recents;
  if (start.model !== null) useModel().take(start.model);
  useApp().phase = 'ready';
  await useGalleries().refresh();
}
