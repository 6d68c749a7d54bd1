// The page's only door to the app: calls and events, as contract/wire has them.
import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import type { Bridge, Reply, Sent } from './contract/wire';

contextBridge.exposeInMainWorld('bridge', {
  call: (name, input) => ipcRenderer.invoke('call', name, input) as Promise<Reply<typeof name>>,
  on: (listener) => {
    const pass = (_: IpcRendererEvent, event: Sent): void => {
      listener(event);
    };
    ipcRenderer.on('event', pass);
    return () => void ipcRenderer.off('event', pass);
  },
} satisfies Bridge);
