// The Electron app as a whole, put together: what must come before what.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Sent } from '../../../src-main/contract/wire';
import { app, BrowserWindow, ipcMain, Menu, nativeTheme, protocol, session } from '../../support/electron';

const folder = mkdtempSync(join(tmpdir(), 'filterscope-app-'));
vi.stubEnv('FILTERSCOPE_DATA', folder);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const application = vi.hoisted(() => ({
  call: vi.fn(() => Promise.resolve({ ok: true, value: { settings: { theme: 'dark' } } })),
  media: vi.fn(() => Promise.resolve(new Response('a picture'))),
  on: vi.fn<(listener: (event: unknown) => void) => () => void>(() => () => undefined),
  openPath: vi.fn(() => Promise.resolve()),
  close: vi.fn(() => Promise.resolve()),
}));
vi.mock('electron', () => import('../../support/electron'));
vi.mock('../../../src-main/services/create-application', () => ({
  createApplication: vi.fn(() => Promise.resolve(application)),
}));
vi.mock('../../../src-main/hosts/page', () => ({
  servePage: vi.fn(() => Promise.resolve(() => Promise.resolve(new Response('the page')))),
}));

beforeAll(async () => {
  await import('../../../src-main/index');
  await vi.waitFor(() => {
    expect(BrowserWindow.last.loadURL).toHaveBeenCalled();
  });
});
const order = (mock: { mock: { invocationCallOrder: number[] } }): number =>
  mock.mock.invocationCallOrder[0] ?? Infinity;

it('makes the scheme known and every page sandboxed before Electron is ready', () => {
  expect(order(protocol.registerSchemesAsPrivileged)).toBeLessThan(order(app.whenReady));
  expect(order(app.enableSandbox)).toBeLessThan(order(app.whenReady));
  expect(app.listenerCount('web-contents-created')).toBe(1);
});

it('refuses permissions, answers its scheme and opens its gate before there is a window', () => {
  const loaded = order(BrowserWindow.last.loadURL);
  expect(order(session.defaultSession.setPermissionRequestHandler)).toBeLessThan(loaded);
  expect(order(protocol.handle)).toBeLessThan(loaded);
  expect(order(ipcMain.handle)).toBeLessThan(loaded);
});

it("follows the theme of the user's settings", () => {
  expect(nativeTheme.themeSource).toBe('dark');
  const event: Sent<'settings.changed'> = {
    name: 'settings.changed',
    data: { settings: { theme: 'light', threads: 0, display: 'contrast' } },
  };
  for (const [listener] of application.on.mock.calls) listener(event);
  expect(nativeTheme.themeSource).toBe('light');
  expect(BrowserWindow.last.webContents.send).toHaveBeenCalledWith('event', event);
});

it('sends the commands of the menu to the page', () => {
  const [menu] = Menu.setApplicationMenu.mock.calls[0] as [
    { submenu?: { id?: string; click?: () => void }[] }[],
  ];
  const item = menu.flatMap(({ submenu }) => submenu ?? []).find(({ id }) => id === 'view.draw');
  item?.click?.();
  expect(BrowserWindow.last.webContents.send).toHaveBeenLastCalledWith('event', {
    name: 'menu.command',
    data: { command: 'view.draw' },
  });
});

it('opens the files that it was started with as soon as the page listens', () => {
  app.emit('open-file', { preventDefault: vi.fn() }, '/m/mine.keras');
  expect(application.openPath).not.toHaveBeenCalledWith('/m/mine.keras');
  BrowserWindow.last.webContents.emit('did-finish-load');
  expect(application.openPath).toHaveBeenCalledWith('/m/mine.keras');
});

it('closes the app before it quits', async () => {
  app.emit('before-quit', { preventDefault: vi.fn() });
  expect(application.close).toHaveBeenCalledOnce();
  await vi.waitFor(() => {
    expect(app.quit).toHaveBeenCalled();
  });
});
