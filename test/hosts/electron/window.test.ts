// The window: how it is shut in, how it looks before the page is there, and where it comes back.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openWindow, raise } from '../../../src-main/hosts/electron/window';
import { BrowserWindow, nativeTheme, screen } from '../../support/electron';

vi.mock('electron', () => import('../../support/electron'));

const folder = mkdtempSync(join(tmpdir(), 'filterscope-window-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const file = join(folder, 'state', 'window.json');
const opened = async (): Promise<BrowserWindow> => {
  await openWindow('/app/preload.cjs', file);
  return BrowserWindow.last;
};
beforeEach(() => {
  nativeTheme.removeAllListeners();
  rmSync(join(folder, 'state'), { recursive: true, force: true });
});

describe('The window', () => {
  it('is sandboxed, isolated from its preload script, without Node and with web security', async () => {
    const { options } = await opened();
    expect(options['webPreferences']).toEqual({
      preload: '/app/preload.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      spellcheck: false,
    });
  });

  it("loads the app's own page", async () => {
    const window = await opened();
    expect(window.loadURL).toHaveBeenCalledExactlyOnceWith('app://filterscope/index.html');
  });

  it('is shown when it can be drawn, in the colour of the theme, never smaller than 1024×700', async () => {
    nativeTheme.shouldUseDarkColors = true;
    const window = await opened();
    expect(window.options).toMatchObject({
      show: false,
      minWidth: 1024,
      minHeight: 700,
      backgroundColor: '#131313',
    });
    expect(window.show).not.toHaveBeenCalled();
    window.emit('ready-to-show');
    expect(window.show).toHaveBeenCalledOnce();
    nativeTheme.shouldUseDarkColors = false;
    nativeTheme.emit('updated');
    expect(window.setBackgroundColor).toHaveBeenLastCalledWith('#F2F2F2');
    window.emit('closed');
    expect(nativeTheme.listenerCount('updated')).toBe(0);
  });

  it('comes back where and as large as it was closed', async () => {
    const first = await opened();
    expect(first.options).toMatchObject({ width: 1440, height: 900 });
    first.emit('close');
    const second = await opened();
    expect(second.options).toMatchObject({ x: 10, y: 20, width: 1200, height: 800 });
    second.emit('ready-to-show');
    expect(second.maximize).toHaveBeenCalledOnce();
  });

  it('comes back on a screen that is still there', async () => {
    (await opened()).emit('close');
    screen.getAllDisplays.mockReturnValueOnce([{ workArea: { x: 3000, y: 0, width: 1920, height: 1080 } }]);
    const { options } = await opened();
    expect(options).toMatchObject({ width: 1200, height: 800 });
    expect(options).not.toHaveProperty('x');
  });

  it.each(['', '{', 'null', '{"bounds":{"x":"left"},"maximized":1}'])(
    'opens as the first time when the file with its place holds %j',
    async (text) => {
      (await opened()).emit('close');
      writeFileSync(file, text);
      expect((await opened()).options).toMatchObject({ width: 1440, height: 900 });
    },
  );

  it('leaves one small file', async () => {
    (await opened()).emit('close');
    expect(readdirSync(join(folder, 'state'))).toEqual(['window.json']);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      bounds: { x: 10, y: 20, width: 1200, height: 800 },
      maximized: true,
    });
  });

  it('comes to the front when it is asked to, from the task bar too', async () => {
    raise(null);
    const window = await opened();
    window.isMinimized.mockReturnValue(true);
    raise(window as never);
    expect(window.restore).toHaveBeenCalledOnce();
    expect(window.focus).toHaveBeenCalledOnce();
  });
});
