// Stands in for Electron: records what the host sets up, and lets a test make things happen.
import { EventEmitter } from 'node:events';
import { vi } from 'vitest';

const display = { workArea: { x: 0, y: 0, width: 1920, height: 1080 } };

export class WebContents extends EventEmitter {
  readonly mainFrame = { url: 'app://filterscope/index.html' };
  readonly send = vi.fn();
  readonly reload = vi.fn();
  readonly setWindowOpenHandler =
    vi.fn<(handler: (details: { url: string }) => { action: string }) => void>();
}

export class BrowserWindow extends EventEmitter {
  static last: BrowserWindow;
  readonly webContents = new WebContents();
  readonly show = vi.fn();
  readonly focus = vi.fn();
  readonly restore = vi.fn();
  readonly isMinimized = vi.fn(() => false);
  readonly maximize = vi.fn();
  readonly close = vi.fn();
  readonly setBackgroundColor = vi.fn();
  readonly loadURL = vi.fn(() => Promise.resolve());
  readonly isDestroyed = vi.fn(() => false);
  readonly isMaximized = vi.fn(() => true);
  readonly getNormalBounds = vi.fn(() => ({ x: 10, y: 20, width: 1200, height: 800 }));
  readonly options: Readonly<Record<string, unknown>>;
  constructor(options: Readonly<Record<string, unknown>>) {
    super();
    this.options = options;
    BrowserWindow.last = this;
  }
}

type Contents = { getURL: () => string };
type Ask = (contents: Contents, permission: string, answer: (granted: boolean) => void) => void;
type Check = (contents: null, permission: string, origin: string) => boolean;

export class Session extends EventEmitter {
  readonly setPermissionRequestHandler = vi.fn<(handler: Ask) => void>();
  readonly setPermissionCheckHandler = vi.fn<(handler: Check) => void>();
  readonly setDevicePermissionHandler = vi.fn<(handler: () => boolean) => void>();
  readonly setDisplayMediaRequestHandler = vi.fn();
}

export class Child extends EventEmitter {
  readonly stderr = new EventEmitter();
  readonly postMessage = vi.fn();
  readonly kill = vi.fn();
}

export const app = Object.assign(new EventEmitter(), {
  isPackaged: true,
  quit: vi.fn(),
  exit: vi.fn(),
  setPath: vi.fn(),
  setAppUserModelId: vi.fn(),
  enableSandbox: vi.fn(),
  whenReady: vi.fn(() => Promise.resolve()),
  addRecentDocument: vi.fn(),
  requestSingleInstanceLock: vi.fn(() => true),
});
export const ipcMain = { handle: vi.fn() };
export const ipcRenderer = Object.assign(new EventEmitter(), {
  invoke: vi.fn(() => Promise.resolve('reply')),
});
export const contextBridge = { exposeInMainWorld: vi.fn() };
export const protocol = { registerSchemesAsPrivileged: vi.fn(), handle: vi.fn() };
export const nativeTheme = Object.assign(new EventEmitter(), {
  shouldUseDarkColors: true,
  themeSource: 'system',
});
export const screen = { getAllDisplays: vi.fn(() => [display]) };
export const shell = {
  openExternal: vi.fn(),
  showItemInFolder: vi.fn(),
  trashItem: vi.fn(() => Promise.resolve()),
};
export const dialog = { showOpenDialog: vi.fn(), showMessageBox: vi.fn(), showErrorBox: vi.fn() };
export const session = { defaultSession: new Session() };
export const Menu = {
  setApplicationMenu: vi.fn(),
  buildFromTemplate: vi.fn((template: unknown) => template),
};
export const utilityProcess = { fork: vi.fn(() => new Child()) };
