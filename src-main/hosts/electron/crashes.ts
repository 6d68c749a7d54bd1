// A page's process that died: load the page again once, then ask.
import { dialog, type App, type BrowserWindow } from 'electron';

/** A page that dies again within this many milliseconds is not loaded again by itself. */
const SOON = 60_000;

/** Reloads the window's page after a crash; the app and its runs live in other processes and go on. */
export function reviveAfterCrash(window: BrowserWindow, log: (line: string) => void, now = Date.now): void {
  let last = -Infinity;
  window.webContents.on('render-process-gone', (_, { reason, exitCode }) => {
    log(`The page's process ended: ${reason}, code ${exitCode}.`);
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    const again = now() - last < SOON;
    last = now();
    if (!again) {
      window.webContents.reload();
      return;
    }
    const choice = dialog.showMessageBox(window, {
      type: 'error',
      message: 'The window stopped working twice in a minute.',
      detail: 'Runs and saved galleries are kept. Load it again, or quit and look into the logs folder.',
      buttons: ['Load again', 'Quit'],
    });
    void choice.then(({ response }) => {
      if (response === 0) window.webContents.reload();
      else window.close();
    });
  });
  window.on('unresponsive', () => {
    log('The page does not answer.');
  });
}

/** Writes down the end of any other helper process, such as the graphics process, which Chromium starts again. */
export function logLostProcesses(app: App, log: (line: string) => void): void {
  app.on('child-process-gone', (_, { type, reason, exitCode, name }) => {
    log(`${name ?? type} ended: ${reason}, code ${exitCode}.`);
  });
}
