// The preload script: one object of two functions, and no way from the page to Electron itself.
import { describe, expect, it, vi } from 'vitest';
import type { Bridge } from '../../../src-main/contract/wire';
import { contextBridge, ipcRenderer } from '../../support/electron';

vi.mock('electron', () => import('../../support/electron'));
await import('../../../src-main/preload');
const [name, bridge] = contextBridge.exposeInMainWorld.mock.calls[0] as [string, Bridge];

describe('The preload script', () => {
  it('gives the page call and on as window.bridge, and nothing else', () => {
    expect(contextBridge.exposeInMainWorld).toHaveBeenCalledOnce();
    expect(name).toBe('bridge');
    expect(Object.keys(bridge).sort()).toEqual(['call', 'on']);
  });

  it('sends every call through the one channel', async () => {
    expect(await bridge.call('runs.cancel', { run: 'r1' })).toBe('reply');
    expect(ipcRenderer.invoke).toHaveBeenCalledExactlyOnceWith('call', 'runs.cancel', { run: 'r1' });
  });

  it("passes events on without Electron's own event object, until the page stops listening", () => {
    const listener = vi.fn();
    const stop = bridge.on(listener);
    const event = { name: 'galleries.changed', data: {} };
    ipcRenderer.emit('event', { sender: 'ipcRenderer' }, event);
    expect(listener).toHaveBeenCalledExactlyOnceWith(event);
    stop();
    ipcRenderer.emit('event', { sender: 'ipcRenderer' }, event);
    expect(listener).toHaveBeenCalledTimes(1);
    expect(ipcRenderer.listenerCount('event')).toBe(0);
  });
});
