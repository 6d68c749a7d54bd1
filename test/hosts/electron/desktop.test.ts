// The desktop around the window: menu, dialogs, opened files, the engine's process, crashes and the end.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { MenuItemConstructorOptions } from 'electron';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { commandSchema } from '../../../src-main/contract/commands';
import { reviveAfterCrash } from '../../../src-main/hosts/electron/crashes';
import { desktopAbilities } from '../../../src-main/hosts/electron/dialogs';
import { startUtility } from '../../../src-main/hosts/electron/engine-process';
import { menuTemplate } from '../../../src-main/hosts/electron/menu';
import { collectOpenedFiles, modelArgument } from '../../../src-main/hosts/electron/opened-files';
import { quitCleanly } from '../../../src-main/hosts/electron/quit';
import { appFolders } from '../../../src-main/native/site';
import { app, BrowserWindow, type Child, dialog, shell, utilityProcess } from '../../support/electron';

vi.mock('electron', () => import('../../support/electron'));
beforeEach(() => {
  app.removeAllListeners();
  vi.clearAllMocks();
});

const flat = (items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])]);

describe('The menu', () => {
  it.each(['linux', 'win32', 'darwin'] as const)('offers every command once on %s', (platform) => {
    const ids = flat(menuTemplate(platform, () => undefined)).flatMap(({ id }) => id ?? []);
    expect(ids.toSorted()).toEqual(commandSchema.options.toSorted());
  });

  it('tells the page which command was chosen', () => {
    const send = vi.fn();
    const item = flat(menuTemplate('linux', send)).find(({ id }) => id === 'view.filters');
    expect(item).toMatchObject({ label: 'Filters', accelerator: 'CmdOrCtrl+2' });
    (item?.click as () => void)();
    expect(send).toHaveBeenCalledExactlyOnceWith('view.filters');
  });

  it.each(['linux', 'darwin'] as const)('gives no two commands the same keys on %s', (platform) => {
    const keys = flat(menuTemplate(platform, () => undefined)).flatMap(
      ({ accelerator }) => accelerator ?? [],
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('follows the manners of macOS: an app menu with Settings, Hide and Quit, and a window menu', () => {
    const items = menuTemplate('darwin', () => undefined);
    expect(items[0]).toMatchObject({ role: 'appMenu' });
    const roles = flat(items).flatMap(({ role }) => role ?? []);
    expect(roles).toEqual(
      expect.arrayContaining(['hide', 'hideOthers', 'quit', 'editMenu', 'windowMenu', 'help']),
    );
  });

  it('has no way to the developer tools', () => {
    const roles = flat(menuTemplate('linux', () => undefined)).map(({ role }) => role?.toLowerCase());
    expect(roles).not.toContain('toggledevtools');
    expect(roles).not.toContain('forcereload');
  });
});

describe('The abilities of the desktop', () => {
  const window = new BrowserWindow({});
  const abilities = desktopAbilities(() => window as never);

  it('ask for a model in a dialog of the window', async () => {
    dialog.showOpenDialog.mockResolvedValueOnce({ canceled: false, filePaths: ['/models/mine.keras'] });
    expect(await abilities.chooseModel?.()).toBe('/models/mine.keras');
    const [owner, options] = dialog.showOpenDialog.mock.calls[0] as [
      unknown,
      { filters: { extensions: string[] }[] },
    ];
    expect(owner).toBe(window);
    expect(options.filters[0]?.extensions).toEqual(
      expect.arrayContaining(['keras', 'h5', 'onnx', 'json', 'zip']),
    );
    expect(app.addRecentDocument).toHaveBeenCalledExactlyOnceWith('/models/mine.keras');
  });

  it('say null when a dialog is dismissed', async () => {
    dialog.showOpenDialog.mockResolvedValue({ canceled: true, filePaths: [] });
    expect(await abilities.chooseModel?.()).toBeNull();
    expect(await abilities.chooseFolder?.('save', 'Save gallery')).toBeNull();
    expect(app.addRecentDocument).not.toHaveBeenCalled();
  });

  it('let a new folder be made to save into, not to open', async () => {
    dialog.showOpenDialog.mockResolvedValue({ canceled: false, filePaths: ['/galleries'] });
    expect(await abilities.chooseFolder?.('save', 'Save gallery')).toBe('/galleries');
    await abilities.chooseFolder?.('open', 'Open gallery');
    const properties = dialog.showOpenDialog.mock.calls.map(
      ([, options]) => (options as { properties: string[] }).properties,
    );
    expect(properties).toEqual([['openDirectory', 'createDirectory'], ['openDirectory']]);
  });

  // the system's folder can be moved there alone: test/native/site says so
  it.skipIf(process.platform !== 'linux')(
    'keep the data below the folder that was chosen, from the next start on',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'filterscope-desktop-'));
      vi.stubEnv('FILTERSCOPE_DATA', undefined);
      vi.stubEnv('XDG_DATA_HOME', join(folder, 'share'));
      expect(abilities.keepDataIn?.(folder)).toBe(join(folder, 'Filterscope'));
      expect(appFolders().data).toBe(join(folder, 'Filterscope'));
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
    },
  );

  it('show a folder and use the trash of the system', async () => {
    abilities.showInFolder?.('/galleries/one');
    expect(shell.showItemInFolder).toHaveBeenCalledExactlyOnceWith('/galleries/one');
    await abilities.trash?.('/galleries/one');
    expect(shell.trashItem).toHaveBeenCalledExactlyOnceWith('/galleries/one');
  });
});

describe('A model opened from outside', () => {
  const home = resolve('/home/someone');

  it('is the first argument that is no switch, taken from the folder of the command line', () => {
    expect(modelArgument(['filterscope', 'mine.keras'], home, true)).toBe(resolve(home, 'mine.keras'));
    expect(modelArgument(['filterscope', '--no-sandbox', '/m/mine.h5'], home, true)).toBe(
      resolve('/m/mine.h5'),
    );
    expect(modelArgument(['electron', '.', 'mine.onnx'], home, false)).toBe(resolve(home, 'mine.onnx'));
    expect(modelArgument(['electron', '--inspect', '.'], home, false)).toBeNull();
    expect(modelArgument(['filterscope'], home, true)).toBeNull();
  });

  it('waits until the app can take it, in the order in which it came', () => {
    const raise = vi.fn();
    const open = vi.fn();
    const files = collectOpenedFiles(app as never, raise, ['filterscope', '/m/a.keras']);
    const event = { preventDefault: vi.fn() };
    app.emit('open-file', event, '/m/b.keras');
    expect(event.preventDefault).toHaveBeenCalledOnce();
    files.deliver(open);
    app.emit('second-instance', {}, ['filterscope', 'c.onnx'], home);
    expect(open.mock.calls).toEqual([[resolve('/m/a.keras')], ['/m/b.keras'], [resolve(home, 'c.onnx')]]);
    expect(raise).toHaveBeenCalledTimes(2);
  });

  it('goes to the instance that runs already', () => {
    app.requestSingleInstanceLock.mockReturnValueOnce(false);
    expect(collectOpenedFiles(app as never, vi.fn(), ['filterscope']).first).toBe(false);
  });

  it('is not needed to raise the window by a second start', () => {
    const raise = vi.fn();
    const open = vi.fn();
    collectOpenedFiles(app as never, raise, ['filterscope']).deliver(open);
    app.emit('second-instance', {}, ['filterscope'], home);
    expect(raise).toHaveBeenCalledOnce();
    expect(open).not.toHaveBeenCalled();
  });
});

describe("The engine's process", () => {
  it('is a utility process that takes and gives messages, and whose end is told', () => {
    const log = vi.fn();
    const engine = startUtility('/app/engine.js', log)({ TF_NUM_INTRAOP_THREADS: '2' });
    const [program, , options] = utilityProcess.fork.mock.calls[0] as unknown as [
      string,
      string[],
      { env: object },
    ];
    expect(program).toBe('/app/engine.js');
    expect(options.env).toMatchObject({ TF_NUM_INTRAOP_THREADS: '2' });
    const child = utilityProcess.fork.mock.results[0]?.value as Child;
    const heard = vi.fn();
    const ended = vi.fn();
    engine.onMessage(heard);
    engine.onExit(ended);
    engine.post({ job: 1, name: 'doctor', input: null });
    expect(child.postMessage).toHaveBeenCalledExactlyOnceWith({ job: 1, name: 'doctor', input: null });
    child.emit('message', { state: 'ready', detail: '' });
    expect(heard).toHaveBeenCalledExactlyOnceWith({ state: 'ready', detail: '' });
    child.stderr.emit('data', Buffer.from('one\n\ntwo\n'));
    expect(log.mock.calls).toEqual([['one'], ['two']]);
    engine.kill();
    expect(child.kill).toHaveBeenCalledOnce();
    child.emit('exit', 9);
    expect(ended).toHaveBeenCalledExactlyOnceWith(9);
  });
});

describe('A page that crashed', () => {
  it('is loaded again once; the second time within a minute the user decides', () => {
    const window = new BrowserWindow({});
    const log = vi.fn();
    let time = 0;
    reviveAfterCrash(window as never, log, () => time);
    const crash = (): void =>
      void window.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
    dialog.showMessageBox.mockResolvedValue({ response: 0 });
    crash();
    expect(window.webContents.reload).toHaveBeenCalledOnce();
    expect(log).toHaveBeenCalledExactlyOnceWith("The page's process ended: crashed, code 5.");
    time = 59_000;
    crash();
    expect(window.webContents.reload).toHaveBeenCalledOnce();
    expect(dialog.showMessageBox).toHaveBeenCalledOnce();
    time = 200_000;
    crash();
    expect(dialog.showMessageBox).toHaveBeenCalledOnce();
  });

  it('is left alone when it ended as it should', () => {
    const window = new BrowserWindow({});
    reviveAfterCrash(window as never, vi.fn());
    window.webContents.emit('render-process-gone', {}, { reason: 'clean-exit', exitCode: 0 });
    expect(window.webContents.reload).not.toHaveBeenCalled();
  });
});

describe('Quitting', () => {
  it('waits for the app to put its work away, and closes it once', async () => {
    let done: () => void = () => undefined;
    const close = vi.fn(() => new Promise<void>((fulfil) => (done = fulfil)));
    quitCleanly(app as never, { close });
    const first = { preventDefault: vi.fn() };
    app.emit('before-quit', first);
    expect(first.preventDefault).toHaveBeenCalledOnce();
    expect(app.quit).not.toHaveBeenCalled();
    done();
    await vi.waitFor(() => {
      expect(app.quit).toHaveBeenCalledOnce();
    });
    const second = { preventDefault: vi.fn() };
    app.emit('before-quit', second);
    expect(second.preventDefault).not.toHaveBeenCalled();
    expect(close).toHaveBeenCalledOnce();
  });

  it('does not wait for ever', async () => {
    vi.useFakeTimers();
    quitCleanly(app as never, { close: () => new Promise(() => undefined) });
    app.emit('before-quit', { preventDefault: vi.fn() });
    await vi.advanceTimersByTimeAsync(5000);
    expect(app.quit).toHaveBeenCalledOnce();
    vi.useRealTimers();
  });

  it('follows the last window, except on macOS', () => {
    quitCleanly(app as never, { close: () => Promise.resolve() });
    app.emit('window-all-closed');
    expect(app.quit).toHaveBeenCalledTimes(process.platform === 'darwin' ? 0 : 1);
  });
});
