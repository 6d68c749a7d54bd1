// What only a desktop can do for the app: dialogs, the file manager, the trash.
import { app, dialog, shell, type BrowserWindow, type OpenDialogOptions } from 'electron';
import { chooseDataFolder } from '../../native/site';
import type { HostAbilities } from '../../services/application';

const MODELS = [
  { name: 'Models', extensions: ['keras', 'h5', 'hdf5', 'onnx', 'json', 'zip'] },
  { name: 'All files', extensions: ['*'] },
];
const ARRAYS = [
  { name: 'NumPy arrays', extensions: ['npz', 'npy'] },
  { name: 'All files', extensions: ['*'] },
];

/** The abilities of this host; dialogs belong to the window of that moment. */
export function desktopAbilities(window: () => BrowserWindow | null): HostAbilities {
  const choose = async (options: OpenDialogOptions): Promise<string | null> => {
    const owner = window();
    const { canceled, filePaths } = await (owner === null
      ? dialog.showOpenDialog(options)
      : dialog.showOpenDialog(owner, options));
    return canceled ? null : (filePaths[0] ?? null);
  };
  return {
    name: 'electron',
    chooseModel: async () => {
      const path = await choose({ title: 'Open model', properties: ['openFile'], filters: MODELS });
      if (path !== null) app.addRecentDocument(path);
      return path;
    },
    chooseData: (kind) =>
      choose(
        kind === 'folder'
          ? { title: 'Folder of pictures', properties: ['openDirectory'] }
          : { title: 'Arrays of images', properties: ['openFile'], filters: ARRAYS },
      ),
    chooseFolder: (purpose, title) =>
      choose({
        title,
        buttonLabel: purpose === 'save' ? 'Save here' : 'Open',
        properties: purpose === 'save' ? ['openDirectory', 'createDirectory'] : ['openDirectory'],
      }),
    keepDataIn: (folder) => chooseDataFolder(folder),
    showInFolder: (path) => {
      shell.showItemInFolder(path);
    },
    trash: (path) => shell.trashItem(path),
  };
}
