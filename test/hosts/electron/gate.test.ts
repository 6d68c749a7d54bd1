// The gate: who may call the app, what, and with which input.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openGate, sendEvents } from '../../../src-main/hosts/electron/gate';
import type { Sent } from '../../../src-main/contract/wire';
import { BrowserWindow, ipcMain, WebContents } from '../../support/electron';

vi.mock('electron', () => import('../../support/electron'));

type Handler = (event: unknown, name: unknown, input: unknown) => Promise<unknown>;
const call = vi.fn(() => Promise.resolve({ ok: true as const, value: undefined }));
let gate: Handler;
beforeEach(() => {
  ipcMain.handle.mockClear();
  call.mockClear();
  openGate({ call });
  const [channel, handler] = ipcMain.handle.mock.calls[0] as [string, Handler];
  expect(channel).toBe('call');
  gate = handler;
});

/** The handler throws before there is a promise; Electron turns both into a rejection. */
const attempt = async (event: unknown, name: unknown, input?: unknown): Promise<unknown> =>
  gate(event, name, input);
const page = (url = 'app://filterscope/index.html'): unknown => {
  const sender = new WebContents();
  sender.mainFrame.url = url;
  return { sender, senderFrame: sender.mainFrame };
};

describe('The gate', () => {
  it("lets the app's page call, and hands on name and input as they came", async () => {
    expect(await attempt(page(), 'runs.cancel', { run: 'r1' })).toEqual({ ok: true, value: undefined });
    expect(call).toHaveBeenCalledExactlyOnceWith('runs.cancel', { run: 'r1' });
  });

  it('takes typed arrays as they are', async () => {
    const image = new Uint8Array(784);
    await attempt(page(), 'draw.respond', { model: 'm1', image });
    expect(call).toHaveBeenCalledExactlyOnceWith('draw.respond', { model: 'm1', image });
  });

  it('refuses a frame within the page, and a frame that is gone', async () => {
    const sender = new WebContents();
    const inner = { url: 'app://filterscope/index.html' };
    await expect(attempt({ sender, senderFrame: inner }, 'app.start')).rejects.toThrow('main frame');
    await expect(attempt({ sender, senderFrame: null }, 'app.start')).rejects.toThrow('main frame');
    expect(call).not.toHaveBeenCalled();
  });

  it.each([
    'https://filterscope/index.html',
    'http://localhost/index.html',
    'file:///index.html',
    'app://filterscope.example/index.html',
    'app://filterscope@example/index.html',
    'app://example/filterscope/index.html',
    'app://filterscope:1/index.html',
    'application://filterscope/index.html',
    'data:text/html,app://filterscope/',
    'about:blank',
    'about:srcdoc',
    '',
  ])('refuses a page at "%s"', async (url) => {
    await expect(attempt(page(url), 'app.start')).rejects.toThrow('may call');
    expect(call).not.toHaveBeenCalled();
  });

  it.each(['app.erase', '', 'constructor', '__proto__', 'toString', 7, null, undefined, ['app.start'], {}])(
    'refuses the unknown call %o',
    async (name) => {
      await expect(attempt(page(), name)).rejects.toThrow('no such call');
      expect(call).not.toHaveBeenCalled();
    },
  );

  it.each([
    ['runs.cancel', {}],
    ['runs.cancel', { run: 7 }],
    ['runs.cancel', { run: '' }],
    ['runs.cancel', 'r1'],
    ['runs.cancel', undefined],
    ['app.start', {}],
    ['draw.respond', { model: 'm1', image: [0, 1, 2] }],
    ['settings.save', { theme: 'pink' }],
    ['models.openFiles', { files: [] }],
  ])('refuses %s with %j', async (name, input) => {
    await expect(attempt(page(), name, input)).rejects.toThrow(`${name} was called with something else`);
    expect(call).not.toHaveBeenCalled();
  });
});

describe('Events', () => {
  it('reach the page of an open window until it stops listening', () => {
    let say: (event: Sent) => void = () => undefined;
    const stop = vi.fn();
    const window = new BrowserWindow({});
    const ended = sendEvents(
      {
        on: (listener) => {
          say = listener;
          return stop;
        },
      },
      window as never,
    );
    const event: Sent = { name: 'galleries.changed', data: {} };
    say(event);
    expect(window.webContents.send).toHaveBeenCalledExactlyOnceWith('event', event);
    window.isDestroyed.mockReturnValue(true);
    say(event);
    expect(window.webContents.send).toHaveBeenCalledTimes(1);
    ended();
    expect(stop).toHaveBeenCalledOnce();
  });
});
