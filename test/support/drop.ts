// Drops files and folders of this machine on the window, as the system does.
import type { CDPSession, Page } from 'playwright-core';

export async function drop(page: Page, cdp: CDPSession, ...files: readonly string[]): Promise<void> {
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await cdp.send('Input.dispatchDragEvent', { type, x: 700, y: 450, data });
    if (type === 'dragOver') await page.getByText('Drop a model file or folder to open it').waitFor();
  }
}
