// Pictures of one's own in Chromium: a network is trained on a folder of them, and what was left out of them is told where they judge.
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../support/axe';
import { CHROMIUM, hasChromium, openInBrowser, type Opened } from '../support/browser';

if (!hasChromium) process.stderr.write(`Skipped: no Chromium at ${CHROMIUM}; install it or set CHROMIUM.\n`);

const PICTURES = resolve(import.meta.dirname, '../datasets/fixtures/pictures');

describe.skipIf(!hasChromium)("one's own pictures", () => {
  let opened: Opened;
  let page: Page;

  /** Keeps a picture of the page for whoever asks by FILTERSCOPE_SHOTS. */
  async function shot(name: string): Promise<void> {
    const folder = process.env['FILTERSCOPE_SHOTS'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
  }

  beforeAll(async () => {
    opened = await openInBrowser({ ownData: PICTURES });
    ({ page } = opened);
    await opened.show('train');
  });
  afterAll(async () => {
    await opened.close();
  });

  test('are read when they are chosen, with their classes and what was done to them', async () => {
    await page.getByLabel('Dataset').selectOption('pictures');
    const data = page.getByRole('region', { name: 'Data' });
    await data.getByText('3 classes: across, down, slanted').waitFor();
    await data.getByText(/is kept for testing/).waitFor();
    await data.getByText('32×32, colour').waitFor();
  });

  test('are brought to the side that is asked for', async () => {
    const side = page.getByRole('textbox', { name: 'Side of images' });
    await side.fill('4');
    await page.getByText('Set the side of the images right first.').waitFor();
    await side.fill('16');
    await page.getByRole('region', { name: 'Data' }).getByText('16×16, colour').waitFor();
    await shot('own-train');
    expect(await violations(page)).toEqual([]);
  });

  test('train a network, whose result has their names', async () => {
    const small = { Steps: 5, 'Batch size': 5, 'conv1 filters': 4, 'conv2 filters': 6, 'Dense units': 16 };
    for (const [name, value] of Object.entries(small)) {
      await page.getByRole('textbox', { name }).fill(String(value));
    }
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.getByText(/^Finished: /).waitFor();
    const table = page.getByRole('table', { name: /Images by true class/ });
    expect(await table.textContent()).toContain('slanted');
    await shot('own-result');
    await page.reload();
    await page.getByText('16×16, colour').waitFor();
  });

  test('judge it from then on, and its evidence says what they are', async () => {
    await page.getByRole('button', { name: 'Open in Filters' }).click();
    await page.getByRole('radiogroup', { name: 'Layer' }).waitFor();
    await page.getByRole('button', { name: /^pictures, 5 steps/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/is kept for testing/).waitFor();
    expect(await dialog.getByLabel('Real data').locator('option:checked').textContent()).toBe('pictures');
    await shot('own-about');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Evidence', exact: true }).click();
    const real = page.getByRole('region', { name: 'Real windows' });
    await real.getByText(/is kept for testing/).waitFor();
    // a window is known by its picture's file, in words and at a glance
    await real
      .getByTitle(/^(across|down|slanted)\/\d\d\.(png|jpg|webp), from a (across|down|slanted)/)
      .first()
      .waitFor();
    await real
      .getByText(/^\d\d\.(png|jpg|webp)$/)
      .first()
      .waitFor();
    await shot('own-evidence');
    expect(await violations(page)).toEqual([]);
  });

  test('nothing was said in the console', () => {
    expect(opened.complaints).toEqual([]);
  });
});
