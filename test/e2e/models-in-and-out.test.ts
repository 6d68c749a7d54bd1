// A model comes in by every way there is and is kept: command line, drop, paste, recent files, save, rename, download; and the
// commands of the menu do what the keys do.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CDPSession, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandSchema, type Command } from '../../src-main/contract/commands';
import { CHROMIUM, hasChromium, openInBrowser, type Opened } from '../support/browser';
import { drop } from '../support/drop';

if (!hasChromium) process.stderr.write(`Skipped: no Chromium at ${CHROMIUM}; install it or set CHROMIUM.\n`);

const FIXTURES = resolve(import.meta.dirname, '../network/formats/fixtures');
const SHIPPED = resolve(import.meta.dirname, '../../resources/model');

/** Keeps the page’s stream of events, so that a test can send one as a host with a menu of its own does. */
const KEEP_EVENTS = `window.EventSource = class extends EventSource {
  constructor(...given) { super(...given); window.theEvents = this; }
}`;

describe.skipIf(!hasChromium)('a model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'filterscope-dropped-'));
  let opened: Opened;
  let page: Page;
  let cdp: CDPSession;
  const dialog = (): Locator => page.getByRole('dialog');
  const name = (): Locator => page.getByRole('banner').locator('.name');

  const menu = (command: Command): Promise<void> =>
    page.evaluate(
      ([sent]) => {
        (
          globalThis as unknown as { theEvents: { onmessage: (e: { data: string }) => void } }
        ).theEvents.onmessage({
          data: sent ?? '',
        });
      },
      [JSON.stringify({ name: 'menu.command', data: { command } })],
    );

  beforeAll(async () => {
    opened = await openInBrowser({ model: join(FIXTURES, 'residual/model.keras') });
    ({ page } = opened);
    cdp = await page.context().newCDPSession(page);
    page.on('filechooser', () => undefined);
    await page.addInitScript(KEEP_EVENTS);
    await page.reload();
    copyFileSync(join(FIXTURES, 'onnx-residual/model.onnx'), join(folder, 'seen.onnx'));
    mkdirSync(join(folder, 'a folder'));
    for (const file of ['model.json', 'weights.bin'])
      copyFileSync(join(SHIPPED, file), join(folder, 'a folder', file));
  });
  afterAll(async () => {
    await opened.close();
    rmSync(folder, { recursive: true });
  });

  test('named on the command line is open at the start', async () => {
    await page.getByRole('listbox', { name: /^Units of / }).waitFor();
    await expect.poll(() => name().textContent()).toBe('residual');
    // its file does not say the range of its pixels, so that it is asked for
    await dialog().waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
  });

  test('is opened by a drop of its file', async () => {
    await drop(page, cdp, join(folder, 'seen.onnx'));
    await expect.poll(() => name().textContent()).toBe('seen');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByText('Drop a model file').count()).toBe(0);
  });

  test('is opened by a drop of its folder', async () => {
    await drop(page, cdp, join(folder, 'a folder'));
    await expect.poll(() => name().textContent()).toBe('a folder');
    await page.getByRole('radio', { name: /^conv2, 64 units/ }).waitFor();
    // the range of its pixels is asked for
    await dialog().waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
  });

  test('is refused by a drop of something else, in words, and the open one stays', async () => {
    await drop(page, cdp, resolve(FIXTURES, '../keras.test.ts'));
    await page.getByRole('alert').getByRole('button', { name: 'Open another' }).waitFor();
    await page.getByRole('alert').getByRole('button', { name: 'Dismiss' }).click();
    expect(await name().textContent()).toBe('a folder');
  });

  test('is opened by pasting its file', async () => {
    const bytes = [...(await readFile(join(FIXTURES, 'odd/recurrent.keras')))];
    await page.evaluate(`(() => {
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([new Uint8Array(${JSON.stringify(bytes)})], 'pasted.keras'));
      dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
    })()`);
    await expect.poll(() => name().textContent()).toBe('pasted');
    await page.keyboard.press('Escape');
  });

  test('is there again among the recent files', async () => {
    await page.getByRole('button', { name: 'Models: open, save, recent files' }).click();
    await page.getByRole('menuitem', { name: /^a folder/ }).click();
    await expect.poll(() => name().textContent()).toBe('a folder');
  });

  test('is saved under a name with Ctrl S, and renamed with the same key', async () => {
    await page.keyboard.press('Control+s');
    await dialog().getByRole('textbox').fill('Kept');
    await page.keyboard.press('Enter');
    await page.getByText('Saved Kept in your models.').waitFor();
    await page.keyboard.press('Control+s');
    await dialog().getByRole('textbox').fill('Kept better');
    await page.keyboard.press('Enter');
    await page.getByText('Renamed to Kept better.').waitFor();
    expect(await name().textContent()).toBe('Kept better');
  });

  test('is downloaded by the menu as a zip', async () => {
    const file = page.waitForEvent('download');
    await menu('model.export');
    expect((await file).suggestedFilename()).toBe('Kept-better.zip');
  });

  test('the menu leads to every view', async () => {
    for (const command of commandSchema.options.filter((each) => each.startsWith('view.'))) {
      await menu(command);
      if (command === 'view.settings') await page.getByRole('dialog', { name: 'Settings' }).waitFor();
      else await expect.poll(() => page.url()).toContain(`#${command.slice(5)}`);
    }
    await page.keyboard.press('Escape');
  });

  test('the menu’s Run and Cancel are those of the view at hand', async () => {
    await menu('view.filters');
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    await page.getByRole('radio', { name: /^conv1/ }).check({ force: true });
    // which is long enough to be cancelled
    await page.getByRole('button', { name: /steps$/ }).click();
    await page.getByRole('textbox', { name: 'Steps' }).fill('20000');
    await page.keyboard.press('Escape');
    await menu('run.start');
    await page.getByRole('button', { name: 'Cancel', description: 'Esc' }).waitFor();
    await menu('run.cancel');
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    await menu('view.train');
    await page.getByRole('form', { name: 'Next run' }).waitFor();
    await menu('run.start');
    await page.getByRole('button', { name: 'Stop and keep' }).waitFor();
    await menu('run.cancel');
    await page.getByText(/^Stopped/).waitFor();
  });

  test('the menu opens what helps, and copies the error report', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    for (const [command, title] of [
      ['help.keys', 'All keys'],
      ['help.about', /^Filterscope \d/],
      ['go', 'Go to'],
    ] as const) {
      await menu(command);
      await page.getByRole('dialog', { name: title }).waitFor();
      await page.keyboard.press('Escape');
      await dialog().waitFor({ state: 'hidden' });
    }
    await menu('help.errorReport');
    await page.getByText('Copied the error report.').waitFor();
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toContain('Filterscope: 0.');
  });

  test('nothing was said in the console', () => {
    expect(opened.complaints).toEqual([]);
  });
});
