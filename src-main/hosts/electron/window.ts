// The app's one window: sandboxed, in the theme's colour from the first moment, where and as large as it was left.
import { BrowserWindow, nativeTheme, screen } from 'electron';
import { PAGE } from './protocol';
import { readWindowState, writeWindowState, type WindowState } from './window-state';

/** `bg` of the page in both themes, so that nothing flashes before it is drawn. */
const BACKGROUND = { light: '#F2F2F2', dark: '#131313' } as const;
const SMALLEST = { minWidth: 1024, minHeight: 700 } as const;

const background = (): string => (nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light);

/** Where the window was, if enough of its top edge lies on a screen to be dragged by; else a default size, centred. */
function place({ bounds }: WindowState): Partial<Electron.Rectangle> {
  if (bounds === null) return { width: 1440, height: 900 };
  const seen = screen.getAllDisplays().some(({ workArea }) => {
    const width =
      Math.min(bounds.x + bounds.width, workArea.x + workArea.width) - Math.max(bounds.x, workArea.x);
    return width >= 100 && bounds.y >= workArea.y && bounds.y <= workArea.y + workArea.height - 50;
  });
  return seen ? bounds : { width: bounds.width, height: bounds.height };
}

/** Opens the window and loads the page. `stateFile` keeps its place; `preload` is the bundled preload script. */
export async function openWindow(preload: string, stateFile: string): Promise<BrowserWindow> {
  const state = await readWindowState(stateFile);
  const window = new BrowserWindow({
    ...place(state),
    ...SMALLEST,
    show: false,
    title: 'Filterscope',
    backgroundColor: background(),
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => {
    if (state.maximized) window.maximize();
    window.show();
  });
  window.on('close', () => {
    writeWindowState(stateFile, { bounds: window.getNormalBounds(), maximized: window.isMaximized() });
  });
  const follow = (): void => {
    window.setBackgroundColor(background());
  };
  nativeTheme.on('updated', follow);
  window.on('closed', () => nativeTheme.off('updated', follow));
  void window.loadURL(PAGE);
  return window;
}

/** Brings the window to the front, if there is one. */
export function raise(window: BrowserWindow | null): void {
  if (window === null) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
