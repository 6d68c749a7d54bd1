// The one way in from the page: checks who calls, what and with which input, before the app hears of it.
import { ipcMain, type BrowserWindow, type IpcMainInvokeEvent } from 'electron';
import { calls, type CallName } from '../../contract/calls';
import type { Application } from '../../services/application';
import { isOwn } from './protocol';

const isCall = (name: unknown): name is CallName => typeof name === 'string' && Object.hasOwn(calls, name);

function check({ sender, senderFrame }: IpcMainInvokeEvent, name: unknown, input: unknown): CallName {
  if (senderFrame === null || senderFrame !== sender.mainFrame)
    throw new Error('Only the main frame may call.');
  if (!isOwn(senderFrame.url)) throw new Error(`No page at ${senderFrame.url} may call.`);
  if (!isCall(name)) throw new Error('There is no such call.');
  const { success, error } = calls[name].input.safeParse(input);
  if (!success) throw new Error(`${name} was called with something else than it takes: ${error.message}`);
  return name;
}

/** Lets the app's own page call the app; anything else gets an error and nothing happens. */
export function openGate(application: Pick<Application, 'call'>): void {
  ipcMain.handle('call', (event, name: unknown, input: unknown) =>
    application.call(check(event, name, input), input),
  );
}

/** Passes the app's events on to the window's page until the returned function is called. */
export function sendEvents(application: Pick<Application, 'on'>, window: BrowserWindow): () => void {
  return application.on((event) => {
    if (!window.isDestroyed()) window.webContents.send('event', event);
  });
}
