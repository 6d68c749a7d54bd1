// The system's own parts (menus, scroll bars, the window before it is drawn) in the theme that the user chose.
import { nativeTheme } from 'electron';
import type { Reply, Sent } from '../../contract/wire';
import type { Application } from '../../services/application';

const isSettings = (event: Sent): event is Sent<'settings.changed'> => event.name === 'settings.changed';

/** Takes the theme of the settings now, and again whenever they change. */
export async function followTheme(application: Pick<Application, 'call' | 'on'>): Promise<void> {
  application.on((event) => {
    if (isSettings(event)) nativeTheme.themeSource = event.data.settings.theme;
  });
  const start = (await application.call('app.start', undefined)) as Reply<'app.start'>;
  if (start.ok) nativeTheme.themeSource = start.value.settings.theme;
}
