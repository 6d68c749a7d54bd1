// What keeps the window on its own page: the scheme, navigation, links, permissions, downloads.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { guardNavigation, isLinked } from '../../../src-main/hosts/electron/navigation';
import { refusePermissions } from '../../../src-main/hosts/electron/permissions';
import { answerScheme, registerScheme } from '../../../src-main/hosts/electron/protocol';
import { app, protocol, Session, shell, WebContents } from '../../support/electron';

vi.mock('electron', () => import('../../support/electron'));

const PAGE = 'app://filterscope/index.html';

describe('The scheme app://', () => {
  it('is standard and secure, and passes no policy by', () => {
    registerScheme();
    const [[scheme]] = protocol.registerSchemesAsPrivileged.mock.calls[0] as [
      [{ scheme: string; privileges: Record<string, boolean> }],
    ];
    expect(scheme.scheme).toBe('app');
    expect(scheme.privileges).toMatchObject({ standard: true, secure: true });
    expect(scheme.privileges).not.toHaveProperty('bypassCSP');
    expect(scheme.privileges).not.toHaveProperty('corsEnabled');
    expect(scheme.privileges).not.toHaveProperty('allowServiceWorkers');
  });

  it('answers its one host and no other', async () => {
    const serve = vi.fn(() => Promise.resolve(new Response('the page')));
    answerScheme(serve);
    const [name, handler] = protocol.handle.mock.calls[0] as [
      string,
      (request: Request) => Promise<Response>,
    ];
    expect(name).toBe('app');
    expect(await (await handler(new Request(PAGE))).text()).toBe('the page');
    for (const other of [
      'app://other/index.html',
      'app://filterscope.example/',
      'app://filterscope:8/index.html',
    ]) {
      expect((await handler(new Request(other))).status).toBe(404);
    }
    expect(serve).toHaveBeenCalledOnce();
  });
});

describe('Navigation', () => {
  const contents = new WebContents();
  app.removeAllListeners();
  guardNavigation(app as never);
  app.emit('web-contents-created', {}, contents);
  const [open] = contents.setWindowOpenHandler.mock.calls[0] as [
    (details: { url: string }) => { action: string },
  ];
  beforeEach(() => shell.openExternal.mockClear());

  const prevented = (happening: string, url: string): boolean => {
    const event = { url, preventDefault: vi.fn() };
    contents.emit(happening, event);
    return event.preventDefault.mock.calls.length > 0;
  };

  it.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])(
    'is denied everywhere: %s',
    (happening) => {
      for (const url of [
        'https://github.com/',
        'http://127.0.0.1/',
        'file:///etc/passwd',
        'app://other/index.html',
        'app://filterscope/media/gallery/1/page.html',
        'app://filterscope@example/index.html',
        'javascript:alert(1)',
        'data:text/html,hello',
        'about:blank',
      ]) {
        expect(prevented(happening, url), url).toBe(true);
      }
      expect(prevented(happening, PAGE), 'the page may load itself again').toBe(false);
      expect(prevented(happening, `${PAGE}#/filters`)).toBe(false);
    },
  );

  it('attaches no web view', () => {
    expect(prevented('will-attach-webview', '')).toBe(true);
  });

  it('opens no second window', () => {
    for (const url of [PAGE, 'https://github.com/', 'about:blank', 'file:///etc/passwd']) {
      expect(open({ url })).toEqual({ action: 'deny' });
    }
  });

  it("gives a link on the list to the system's browser, and nothing else", () => {
    open({ url: 'https://arxiv.org/abs/2306.06805' });
    expect(shell.openExternal).toHaveBeenCalledExactlyOnceWith('https://arxiv.org/abs/2306.06805');
    for (const url of [
      'http://arxiv.org/',
      'https://example.com/',
      'https://arxiv.org.example.com/',
      'https://arxiv.org@example.com/',
      'https://user:word@arxiv.org/',
      'https://arxiv.org:8443/',
      'file:///bin/sh',
      'smb://arxiv.org/share',
      'ms-settings:privacy',
      'not an address',
    ]) {
      expect(isLinked(url), url).toBe(false);
      open({ url });
    }
    expect(shell.openExternal).toHaveBeenCalledTimes(1);
  });
});

describe('Permissions', () => {
  const session = new Session();
  refusePermissions(session as never);
  const ask = session.setPermissionRequestHandler.mock.calls[0]?.[0];
  const check = session.setPermissionCheckHandler.mock.calls[0]?.[0];
  const asked = (permission: string, url = PAGE): boolean | undefined => {
    let granted: boolean | undefined;
    ask?.({ getURL: () => url }, permission, (answer) => (granted = answer));
    return granted;
  };

  it.each([
    'media',
    'geolocation',
    'notifications',
    'midi',
    'midiSysex',
    'pointerLock',
    'openExternal',
    'fileSystem',
    'clipboard-read',
    'hid',
    'serial',
    'usb',
    'display-capture',
    'local-fonts',
    'unknown',
  ])('are refused: %s', (permission) => {
    expect(asked(permission)).toBe(false);
    expect(check?.(null, permission, 'app://filterscope/')).toBe(false);
  });

  it('leave the app copying a picture, and no other page', () => {
    expect(asked('clipboard-sanitized-write')).toBe(true);
    expect(check?.(null, 'clipboard-sanitized-write', 'app://filterscope')).toBe(true);
    expect(asked('clipboard-sanitized-write', 'https://example.com/')).toBe(false);
    expect(check?.(null, 'clipboard-sanitized-write', 'https://example.com')).toBe(false);
  });

  it('give no device and no screen', () => {
    expect(session.setDevicePermissionHandler.mock.calls[0]?.[0]()).toBe(false);
    expect(session.setDisplayMediaRequestHandler).toHaveBeenCalledExactlyOnceWith(null);
  });

  it('let files be kept that the app offers, and no others', () => {
    const kept = (url: string): boolean => {
      const event = { preventDefault: vi.fn() };
      session.emit('will-download', event, { getURL: () => url });
      return event.preventDefault.mock.calls.length === 0;
    };
    expect(kept('app://filterscope/media/export/1.zip')).toBe(true);
    expect(kept('blob:app://filterscope/1b4e28ba-2fa1')).toBe(true);
    expect(kept('https://example.com/program.exe')).toBe(false);
    expect(kept('blob:https://example.com/1b4e28ba-2fa1')).toBe(false);
    expect(kept('data:text/html,hello')).toBe(false);
  });
});
