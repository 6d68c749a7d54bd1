// The main story in the Electron app itself, where its program is there: open, see filters, draw, save a gallery.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Electron's program, or why the story is not told. Its package is never asked, since it would fetch the program. */
function findElectron(): { readonly program: string } | { readonly reason: string } {
  const names: Partial<Record<NodeJS.Platform, string>> = {
    darwin: 'Electron.app/Contents/MacOS/Electron',
    win32: 'electron.exe',
  };
  const program = join(root, 'node_modules/electron/dist', names[process.platform] ?? 'electron');
  if (!existsSync(program)) return { reason: 'its program is not there; npm start fetches it' };
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === 'linux' && DISPLAY === undefined && WAYLAND_DISPLAY === undefined) {
    return { reason: 'there is no display' };
  }
  return { program };
}

const found = findElectron();
if ('reason' in found) process.stderr.write(`The Electron app is not started: ${found.reason}.\n`);

describe.skipIf('reason' in found)('The Electron app', () => {
  const data = mkdtempSync(join(tmpdir(), 'filterscope-electron-'));
  let app: ElectronApplication;
  let page: Page;

  beforeAll(async () => {
    app = await _electron.launch({
      executablePath: 'program' in found ? found.program : '',
      args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root],
      env: { ...(process.env as Record<string, string>), FILTERSCOPE_DATA: data },
    });
    page = await app.firstWindow();
  });
  afterAll(async () => {
    await app.close();
    rmSync(data, { recursive: true });
  });

  it('opens a window on its own page, which sees the bridge and nothing of Node', async () => {
    await page.getByRole('navigation', { name: 'Views' }).waitFor();
    expect(page.url()).toMatch(/^app:\/\/filterscope\/index\.html/);
    const seen = await page.evaluate('[typeof bridge.call, typeof require, typeof process]');
    expect(seen).toEqual(['function', 'undefined', 'undefined']);
  });

  it("shows the shipped model's filters with their scores", async () => {
    await page.getByRole('radio', { name: /^conv1/ }).check({ force: true });
    const grid = page.getByRole('listbox', { name: 'Units of conv1' });
    if ((await grid.getByRole('option', { name: /\d×/ }).count()) === 0) {
      await page.getByRole('button', { name: /^Run/ }).click();
    }
    await expect.poll(() => grid.getByRole('option', { name: /\d×/ }).count()).toBe(32);
  });

  it('reads what is drawn', async () => {
    await page.keyboard.press('ControlOrMeta+4');
    const box = await page.getByRole('application').boundingBox();
    if (box === null) throw new Error('The canvas has no place.');
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.8, { steps: 20 });
    await page.mouse.up();
    await page.getByText(/^Read as/).waitFor();
  });

  it('saves a gallery by the menu', async () => {
    await page.keyboard.press('ControlOrMeta+2');
    await app.evaluate(({ Menu }) => {
      Menu.getApplicationMenu()?.getMenuItemById('gallery.save')?.click();
    });
    const dialog = page.getByRole('dialog', { name: 'Save gallery' });
    await dialog.getByRole('textbox').fill('From Electron');
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    const [folder = ''] = readdirSync(join(data, 'galleries'));
    const text = readFileSync(join(data, 'galleries', folder, 'gallery.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ title: 'From Electron', layer: { name: 'conv1' } });
  });
});
