// The library in its orders, and what leaves it: a sheet, a zip, an animation and a page, each opened as whoever gets it would.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { decodeApng } from 'fast-png';
import { unzipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gallerySchema, type Gallery } from '../../src-main/contract/gallery';
import { crop, decodePng } from '../../src-main/pictures/sheet';
import { isOfSquares } from '../support/blocks';
import { CHROMIUM, hasChromium, openInBrowser, type Opened } from '../support/browser';

if (!hasChromium) process.stderr.write(`Skipped: no Chromium at ${CHROMIUM}; install it or set CHROMIUM.\n`);

describe.skipIf(!hasChromium)('a gallery', () => {
  const downloads = mkdtempSync(join(tmpdir(), 'filterscope-exported-'));
  let opened: Opened;
  let page: Page;

  /** The names on the cards, from the first. */
  const cards = (): Promise<string[]> => page.locator('[data-gallery] .name b').allTextContents();
  /** The gallery of that title as it lies on the disk. */
  function onDisk(title: string): { folder: string; gallery: Gallery } {
    const library = join(opened.data, 'galleries');
    for (const name of readdirSync(library)) {
      const folder = join(library, name);
      const gallery = gallerySchema.parse(JSON.parse(readFileSync(join(folder, 'gallery.json'), 'utf8')));
      if (gallery.title === title) return { folder, gallery };
    }
    throw new Error(`There is no gallery “${title}”.`);
  }
  /** Exports the gallery of conv2 by its menu; the path of what is saved, under the name it is given. */
  async function exported(format: string): Promise<{ name: string; path: string; bytes: Buffer }> {
    await page.getByRole('button', { name: 'More for Strokes' }).click();
    const saving = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: format }).click();
    const file = await saving;
    await page.getByText(`Exported ${file.suggestedFilename()}.`).waitFor();
    const path = join(downloads, file.suggestedFilename());
    await file.saveAs(path);
    return { name: file.suggestedFilename(), path, bytes: await readFile(path) };
  }

  beforeAll(async () => {
    opened = await openInBrowser();
    ({ page } = opened);
    for (const [layer, title] of [
      ['conv2', 'Strokes'],
      ['conv1', 'Edges'],
    ] as const) {
      await page.getByRole('radio', { name: new RegExp(`^${layer}`) }).check({ force: true });
      await page.getByRole('listbox', { name: `Units of ${layer}` }).waitFor();
      await page.getByRole('button', { name: 'Save gallery' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill(title);
      await page.keyboard.press('Enter');
      await page.getByText(`Saved “${title}”.`).waitFor();
    }
    await opened.show('galleries');
    await page.locator('[data-gallery]').nth(1).waitFor();
  });
  afterAll(async () => {
    await opened.close();
    rmSync(downloads, { recursive: true });
  });

  test('stands in the library in the order that is asked for', async () => {
    const order = page.getByLabel('Order');
    expect(await cards()).toEqual(['Edges', 'Strokes']);
    await order.selectOption('Oldest first');
    expect(await cards()).toEqual(['Strokes', 'Edges']);
    await order.selectOption('By name');
    expect(await cards()).toEqual(['Edges', 'Strokes']);
    await order.selectOption('By score');
    const scores = (await page.locator('[data-gallery]').allTextContents()).map((text) =>
      Number(/([\d.]+)×/.exec(text)?.[1]),
    );
    expect(scores.every((score) => score > 0)).toBe(true);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  test('is found by its layer, its method, its name, and by several words of them', async () => {
    await page.getByRole('radio', { name: 'conv1', exact: true }).check({ force: true });
    expect(await cards()).toEqual(['Edges']);
    await page.getByRole('radio', { name: 'All', exact: true }).check({ force: true });
    const search = page.getByRole('textbox', { name: /^Layer, method/ });
    for (const [words, left] of [
      ['conv2', ['Strokes']],
      ['whitened edg', ['Edges']],
      ['MNIST', ['Edges', 'Strokes']],
    ] as const) {
      await search.fill(words);
      await expect.poll(async () => (await cards()).sort()).toEqual(left);
    }
    await search.fill('');
  });

  test('is exported as a sheet of all its pictures, each pixel a whole number of pixels', async () => {
    const { name, bytes } = await exported('Sheet as PNG');
    expect(name).toBe('Strokes.png');
    const sheet = decodePng(bytes);
    // 64 pictures of 14 × 14, 16 across, four times as large, 2 between
    const side = 14 * 4;
    expect([sheet.width, sheet.height]).toEqual([16 * (side + 2) + 2, 4 * (side + 2) + 2]);
    for (const [row, column] of [
      [0, 0],
      [3, 15],
    ] as const) {
      const place = { top: 2 + row * (side + 2), left: 2 + column * (side + 2), height: side, width: side };
      expect(isOfSquares(crop(sheet, place), 4)).toBe(true);
    }
  });

  test('is exported as a zip of its folder, byte for byte', async () => {
    const { name, bytes } = await exported('Everything as zip');
    const { folder, gallery } = onDisk('Strokes');
    expect(name).toBe('Strokes.zip');
    const inside = unzipSync(bytes);
    const files = ['gallery.json', ...Object.keys(gallery.files)];
    expect(Object.keys(inside).sort()).toEqual(files.map((file) => `Strokes/${file}`).sort());
    for (const file of files) {
      expect(Buffer.compare(inside[`Strokes/${file}`] ?? Buffer.of(), readFileSync(join(folder, file)))).toBe(
        0,
      );
    }
  });

  test('is exported as an animation with every frame that it keeps', async () => {
    const { name, bytes } = await exported('Animation as APNG');
    expect(name).toBe('Strokes-frames.png');
    const kept = onDisk('Strokes').gallery.frames?.steps.length ?? 0;
    expect(kept).toBeGreaterThan(5);
    expect(bytes.readUInt32BE(bytes.indexOf('acTL') + 4)).toBe(kept);
    const { frames } = decodeApng(bytes, { checkCrc: true });
    expect(frames).toHaveLength(kept);
    const [first, last] = [frames.at(0), frames.at(-1)];
    expect(Buffer.compare(Buffer.from(first?.data ?? []), Buffer.from(last?.data ?? []))).not.toBe(0);
  });

  test('is exported as a page that opens without the app or a network, and asks for nothing', async () => {
    const { name, path, bytes } = await exported('Page as HTML');
    expect(name).toBe('Strokes.html');
    expect(bytes.toString()).not.toMatch(/https?:|<script|<link/);
    const browser = page.context().browser();
    const context = await browser?.newContext({ offline: true });
    if (context === undefined) throw new Error('The browser is gone.');
    const alone = await context.newPage();
    const asked: string[] = [];
    alone.on('request', (request) => {
      if (!request.url().startsWith('data:')) asked.push(request.url());
    });
    const complaints: string[] = [];
    alone.on('console', (message) => complaints.push(message.text()));
    await alone.goto(pathToFileURL(path).href);
    await alone.getByRole('heading', { name: 'Strokes' }).waitFor();
    const widths = await alone
      .getByRole('img')
      .evaluateAll((all) => all.map((image) => (image as unknown as { naturalWidth: number }).naturalWidth));
    // 14 pixels, each 8 × 8
    expect(widths).toEqual(Array.from({ length: 64 }, () => 14 * 8));
    expect(asked.filter((url) => !url.endsWith(`/${name}`))).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('two that are compared are exported together', async () => {
    await page.getByRole('button', { name: /^Strokes/ }).click();
    await page.getByRole('button', { name: /^Edges/ }).click({ modifiers: ['Control'] });
    const names: string[] = [];
    page.on('download', (file) => names.push(file.suggestedFilename()));
    await page.getByRole('button', { name: 'Export two' }).click();
    await page.getByRole('menuitem', { name: 'Sheet as PNG' }).click();
    await expect.poll(() => names.toSorted()).toEqual(['Edges.png', 'Strokes.png']);
  });

  test('is renamed by its menu, and taken away and brought back by it', async () => {
    await page.getByRole('button', { name: 'More for Edges' }).click();
    await page.getByRole('menuitem', { name: /^Rename/ }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Corners');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'More for Corners' }).click();
    const { folder } = onDisk('Corners');
    await page.getByRole('menuitem', { name: /^Remove/ }).click();
    await page.getByText('Removed “Corners”.').waitFor();
    expect(existsSync(folder)).toBe(false);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(async () => (await cards()).sort()).toEqual(['Corners', 'Strokes']);
    expect(existsSync(folder)).toBe(true);
  });

  test('nothing was said in the console', () => {
    expect(opened.complaints).toEqual([]);
  });
});
