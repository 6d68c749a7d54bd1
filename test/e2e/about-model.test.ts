// A colour model opened by its file: what it is, the range of its pixels asked once, and pictures in colour.
import { resolve } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../support/axe';
import { CHROMIUM, hasChromium, openInBrowser, type Opened } from '../support/browser';

if (!hasChromium) process.stderr.write(`Skipped: no Chromium at ${CHROMIUM}; install it or set CHROMIUM.\n`);

const FIXTURES = resolve(import.meta.dirname, '../network/formats/fixtures');

/** Which share of the pixels of the sheet behind the first tile is not grey, as an expression in the page. */
const COLOURED = `(async () => {
  const tile = document.querySelector('[role=option] .pixels');
  const image = new Image();
  image.src = getComputedStyle(tile).backgroundImage.slice(5, -2);
  await image.decode();
  const { naturalWidth: width, naturalHeight: height } = image;
  const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  let coloured = 0;
  for (let i = 0; i < data.length; i += 4) {
    const [r, g, b] = data.subarray(i, i + 3);
    if (Math.max(r, g, b) - Math.min(r, g, b) > 16) coloured++;
  }
  return coloured / (width * height);
})()`;

describe.skipIf(!hasChromium)('an opened model', () => {
  let opened: Opened;
  let page: Page;
  const dialog = (): Locator => page.getByRole('dialog');

  async function openFile(folder: string, file = 'model.keras'): Promise<void> {
    const choosing = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Open model', exact: true }).click();
    await (await choosing).setFiles(resolve(FIXTURES, folder, file));
  }

  /** Keeps a picture of the page for whoever asks by FILTERSCOPE_SHOTS. */
  async function shot(name: string): Promise<void> {
    const folder = process.env['FILTERSCOPE_SHOTS'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
  }

  beforeAll(async () => {
    opened = await openInBrowser();
    ({ page } = opened);
    await opened.show('filters');
  });
  afterAll(async () => {
    await opened.close();
  });

  test('is summed up by itself where the file does not say the range of its pixels', async () => {
    await openFile('onnx-mobile', 'model.onnx');
    await dialog().getByRole('button', { name: 'Keep 0 to 1' }).waitFor();
    const said = await dialog().textContent();
    expect(said).toMatch(/Format\s*ONNX/);
    expect(said).toMatch(/Input\s*\d+×\d+, colour/);
    expect(await dialog().getByRole('row').count()).toBeGreaterThan(2);
  });

  test('is accessible, in light and in dark', async () => {
    for (const theme of ['light', 'dark']) {
      await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
      expect(await violations(page)).toEqual([]);
      await shot(`about-${theme}`);
    }
  });

  test('takes another range from the menu, and does not ask again', async () => {
    await dialog().getByLabel('Range of its pixels').selectOption('-1..1');
    await dialog().getByText('As you stated it; kept for this file.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('banner').getByText('range −1 to 1').waitFor();
    await openFile('onnx-mobile', 'model.onnx');
    await page.getByRole('button', { name: 'Open model', exact: true, disabled: false }).waitFor();
    expect(await dialog().count()).toBe(0);
  });

  test('gets pictures in colour, drawn without data', async () => {
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.locator('[role=option] .pixels').first().waitFor();
    await page.getByRole('button', { name: 'Save gallery', exact: true, disabled: false }).waitFor();
    await shot('colour');
    // half of the sheet is without units; a grey one has a share of 0
    expect(await page.evaluate<number>(COLOURED)).toBeGreaterThan(0.1);
  });

  test('is said of again from its name in the top bar', async () => {
    await page.getByRole('button', { name: 'model', exact: true }).click();
    await dialog().getByRole('heading', { name: 'model' }).waitFor();
    await page.keyboard.press('Escape');
  });

  test('names what is not supported, with its kind and its place', async () => {
    await openFile('odd', 'recurrent.keras');
    await dialog().getByRole('region', { name: 'Not supported' }).getByText('“lstm” (LSTM)').waitFor();
    await shot('unsupported');
  });

  test('that takes long is named while it is opened, and can be given up', async () => {
    await page.keyboard.press('Escape');
    const engine = opened.enginePid();
    process.kill(engine, 'SIGSTOP');
    try {
      await openFile('rgb');
      const banner = page.getByRole('status').filter({ hasText: 'Opening' });
      await banner.getByRole('progressbar', { name: /^Opening model/ }).waitFor();
      await shot('opening');
      expect(await violations(page)).toEqual([]);
      await banner.getByRole('button', { name: 'Cancel' }).click();
      await banner.waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'Open model', exact: true, disabled: false }).waitFor();
      expect(await page.getByRole('alert').count()).toBe(0);
    } finally {
      process.kill(engine, 'SIGCONT');
    }
  });

  test('nothing was said in the console', () => {
    expect(opened.complaints).toEqual([]);
  });
});
