// The Electron app: what is set up, in order.
import { app, dialog, Menu, session, type BrowserWindow } from 'electron';
import { join } from 'node:path';
import { explain } from './contract/errors';
import { logLostProcesses, reviveAfterCrash } from './hosts/electron/crashes';
import { desktopAbilities } from './hosts/electron/dialogs';
import { startUtility } from './hosts/electron/engine-process';
import { openGate, sendEvents } from './hosts/electron/gate';
import { menuTemplate } from './hosts/electron/menu';
import { guardNavigation } from './hosts/electron/navigation';
import { collectOpenedFiles } from './hosts/electron/opened-files';
import { refusePermissions } from './hosts/electron/permissions';
import { answerScheme, registerScheme } from './hosts/electron/protocol';
import { quitCleanly } from './hosts/electron/quit';
import { followTheme } from './hosts/electron/theme';
import { openWindow, raise } from './hosts/electron/window';
import { devPage } from './hosts/dev-page';
import { servePage } from './hosts/page';
import { appFolders } from './native/site';
import { createApplication } from './services/create-application';
import { openLog } from './services/log';

const out = join(import.meta.dirname, '..');
const { data, missing } = appFolders();
const logs = openLog(join(data, 'logs'));
const log = (line: string): void => {
  logs.write(line);
};
let window: BrowserWindow | null = null;

app.setPath('userData', join(data, 'chromium'));
app.setAppUserModelId('io.github.filterscope');
app.enableSandbox();
registerScheme();
guardNavigation(app);
logLostProcesses(app, log);
const opened = collectOpenedFiles(app, () => {
  raise(window);
});
if (opened.first) void app.whenReady().then(start).catch(fail);
else app.quit();

async function start(): Promise<void> {
  refusePermissions(session.defaultSession);
  const application = await createApplication({
    dataFolder: data,
    abilities: desktopAbilities(() => window),
    startEngine: startUtility(join(out, 'main', 'engine.js'), log),
  });
  quitCleanly(app, application);
  if (missing !== null) {
    dialog.showErrorBox(
      'Filterscope’s data folder is not there',
      `${missing} cannot be found. Until it is there again, data are kept in ${data}.`,
    );
  }
  await followTheme(application);
  const vite = app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL'];
  const media = application.media.bind(application);
  answerScheme(vite === undefined ? await servePage(join(out, 'renderer'), media) : devPage(vite, media));
  openGate(application);
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(
      menuTemplate(process.platform, (command) => {
        window?.webContents.send('event', { name: 'menu.command', data: { command } });
      }),
    ),
  );
  const show = async (): Promise<void> => {
    window = await openWindow(join(out, 'preload', 'preload.cjs'), join(data, 'window.json'));
    const silence = sendEvents(application, window);
    reviveAfterCrash(window, log);
    window.on('closed', () => {
      silence();
      window = null;
    });
  };
  await show();
  app.on('activate', () => {
    if (window === null) void show();
  });
  // not before the page listens, or it would miss that a file was refused
  window?.webContents.once('did-finish-load', () => {
    opened.deliver((path) => void application.openPath(path));
  });
}

function fail(error: unknown): void {
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  dialog.showErrorBox('Filterscope could not start', explain(error));
  app.exit(1);
}
