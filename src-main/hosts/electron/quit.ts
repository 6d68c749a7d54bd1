// Quits only when the app has put its work away, and does not wait for ever.
import type { App } from 'electron';
import type { Application } from '../../services/application';

/** Milliseconds that the app gets to end its engine. */
const PATIENCE = 5000;

/** Closes the app before the process ends, once. */
export function quitCleanly(app: App, application: Pick<Application, 'close'>): void {
  let closed: Promise<void> | null = null;
  app.on('before-quit', (event) => {
    if (closed !== null) return;
    event.preventDefault();
    const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE).unref());
    closed = Promise.race([application.close(), patience]).catch(() => undefined);
    void closed.then(() => {
      app.quit();
    });
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
}
