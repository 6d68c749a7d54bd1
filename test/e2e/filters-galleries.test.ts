// Filters and Galleries as a user has them: in Chromium, by mouse and keys, on the real engine and the real data.
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodePng } from '../../src-main/pictures/sheet';
import { violations, violationsInBothThemes } from '../support/axe';
import { isOfSquares } from '../support/blocks';
import { CHROMIUM, glimpse, hasChromium, openInBrowser, type Opened } from '../support/browser';

if (!hasChromium) process.stderr.write(`Skipped: no Chromium at ${CHROMIUM}; install it or set CHROMIUM.\n`);

/** The PNG on the clipboard in base64, once there is one. */
const copiedPicture = (page: Page): Promise<string> =>
  page.evaluate<string>(`(async () => {
    for (;;) {
      const [item] = await navigator.clipboard.read();
      if (item?.types.includes('image/png')) {
        const bytes = new Uint8Array(await (await item.getType('image/png')).arrayBuffer());
        return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
      }
      await new Promise((done) => setTimeout(done, 50));
    }
  })()`);

describe.skipIf(!hasChromium)('the app in a browser', () => {
  let opened: Opened;
  let page: Page;
  beforeAll(async () => {
    opened = await openInBrowser();
    ({ page } = opened);
    // Chromium asks Playwright instead of the system for files from the first listener on
    page.on('filechooser', () => undefined);
  });
  afterAll(async () => {
    await opened.close();
  });

  const tiles = () => page.getByRole('listbox', { name: 'Units of conv2' }).getByRole('option');
  const option = (name: RegExp) => page.getByRole('option', { name }).first();

  test('the model that came along is open, its layers with their receptive fields', async () => {
    await page.getByRole('radio', { name: 'conv2, 64 units, each sees 14 by 14 pixels' }).waitFor();
    expect(await page.getByRole('radio', { name: /^conv1/ }).count()).toBe(1);
    await expect.poll(() => tiles().count()).toBe(64);
  });

  test('a layer is run by a key: its units come up with scores, and a wrong setting makes them old', async () => {
    await page.getByRole('button', { name: /256 steps/ }).click();
    const steps = page.getByRole('textbox', { name: 'Steps' });
    await steps.fill('0');
    await page.getByText('Use a whole number from 1 to 20\u202f000; 256 is safe.').waitFor();
    await steps.fill('64');
    await page.keyboard.press('Escape');
    const running = [
      glimpse(page, 'button', /^\s*Cancel/),
      glimpse(page, '[role=option]', /^Unit 0 \d\S+, running/),
    ];
    await page.locator('body').press('r');
    await Promise.all(running);
    await option(/^Unit 63 \d\S+×, (converged|close|climbing)/).waitFor();
    await page.getByRole('button', { name: /64 steps/ }).click();
    await steps.fill('65');
    await option(/^Unit 0 \S+ old/).waitFor();
    await steps.fill('64');
    await page.keyboard.press('Escape');
    await option(/^Unit 0 \S+, (converged|close|climbing)/).waitFor();
  });

  test('tiles are moved through by arrows, and the inspector says what is known of the unit', async () => {
    await option(/^Unit 0 /).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    const inspector = page.getByRole('complementary', { name: 'Inspector' });
    await inspector.getByRole('heading', { name: /^Unit 9/ }).waitFor();
    expect(await page.evaluate<string>('document.activeElement.getAttribute("aria-label")')).toMatch(
      /^Unit 9 /,
    );
    await inspector.getByText(/^(Converged|Close|Not converged): gap/).waitFor();
    await inspector.getByRole('img', { name: 'Window 1, from a', exact: false }).waitFor();
    await inspector.getByRole('img', { name: /^Score by step\. Score goes from/ }).waitFor();
    const picture = inspector.getByRole('img', { name: /^What unit 9 of conv2 looks for, by Whitened/ });
    const end = await picture.getAttribute('src');
    const slider = inspector.getByRole('slider', { name: 'Start to end' });
    await slider.focus();
    await page.keyboard.press('Home');
    await inspector.getByText(/^step 0 of 64/).waitFor();
    expect(await picture.getAttribute('src')).not.toBe(end);
    await page.keyboard.press('End');
    await page.keyboard.press('d');
    expect(await picture.getAttribute('src')).toContain('display=percentile');
    await page.keyboard.press('p');
    await inspector.getByRole('button', { name: 'Unpin' }).waitFor();
  });

  test('a unit is saved as a PNG whose pixels are whole squares, and copied as the same by key and button', async () => {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save PNG' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('conv2-unit-9-whitened.png');
    const saved = decodePng(await readFile(await file.path()));
    expect([saved.width, saved.height, isOfSquares(saved, 32)]).toEqual([448, 448, true]);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    for (const copy of [
      () => page.locator('body').press('c'),
      () => page.getByRole('button', { name: 'Copy', exact: true }).click(),
    ]) {
      await page.evaluate('navigator.clipboard.writeText("nothing yet")');
      await copy();
      const copied = decodePng(Buffer.from(await copiedPicture(page), 'base64'));
      expect([copied.width, copied.height]).toEqual([448, 448]);
      // the system keeps a picture in colours of its own: grey is three times the same
      const greys = copied.data.filter((_, i) => i % copied.channels === 0);
      expect(Buffer.compare(greys, saved.data)).toBe(0);
    }
  });

  test('Ctrl K leads to any unit, and a search leaves the units that are meant', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /^Go to/ }).fill('conv2 37');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Unit 37/ }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('0-7');
    await expect.poll(() => tiles().count()).toBe(8);
    await page.getByRole('button', { name: 'Run 8 units' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => tiles().count()).toBe(64);
    await page.keyboard.press('Escape');
  });

  test('the question’s method stands beside, with its own sheet', async () => {
    await page.getByRole('radio', { name: /^conv1/ }).check({ force: true });
    await page.keyboard.press('b');
    const pane = page.getByRole('region', { name: 'By the question’s method' });
    const sheet = pane.getByRole('img', { name: /sheet that the question/ });
    await sheet.waitFor();
    await expect
      .poll(() => sheet.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth))
      .toBe(94);
    await pane.getByRole('img', { name: /^Sum of the picture by step/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('b');
    await page.getByRole('radio', { name: /^conv2/ }).check({ force: true });
  });

  test('Filters has no barrier in either theme', async () => {
    expect(await violationsInBothThemes(page)).toEqual([]);
  });

  test('a gallery is saved, and stands in the library', async () => {
    await page.keyboard.press('Control+Shift+S');
    await page.getByRole('textbox', { name: 'Name' }).fill('First look');
    await page.keyboard.press('Enter');
    await page.getByText('Saved “First look”.').waitFor();
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('heading', { name: 'First look' }).waitFor();
    await page.getByRole('listbox', { name: 'Units of First look' }).waitFor();
    expect(await violationsInBothThemes(page)).toEqual([]);
  });

  test('it is renamed, and found by search', async () => {
    await page.locator('[data-gallery]').first().focus();
    await page.keyboard.press('F2');
    await page.getByRole('textbox', { name: 'Name' }).fill('Second look');
    await page.keyboard.press('Enter');
    await page
      .getByRole('button', { name: /Second look/ })
      .first()
      .waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('nothing like it');
    await page.getByText('No gallery matches.').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
  });

  test('two are compared unit by unit', async () => {
    await page.keyboard.press('Control+2');
    await page.keyboard.press('Control+Shift+S');
    await page.getByRole('textbox', { name: 'Name' }).fill('Same again');
    await page.keyboard.press('Enter');
    await page.getByText('Saved “Same again”.').waitFor();
    await page.keyboard.press('Control+5');
    await page.getByRole('button', { name: /^Second look/ }).click();
    await page.getByRole('button', { name: /^Same again/ }).click({ modifiers: ['Control'] });
    await page.getByRole('heading', { name: 'Two galleries, unit by unit' }).waitFor();
    await page.getByRole('img', { name: /median 1\.00$/ }).waitFor();
    await page.getByRole('img', { name: 'Difference of unit 0, A minus B' }).waitFor();
    await page.getByRole('img', { name: /^Differences of the two pictures of each of 64 units/ }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test('one is removed and brought back', async () => {
    await page.getByRole('button', { name: /^Same again/ }).focus();
    await page.keyboard.press('Delete');
    await page.getByText('Removed “Same again”.').waitFor();
    await expect.poll(() => page.locator('[data-gallery]').count()).toBe(1);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => page.locator('[data-gallery]').count()).toBe(2);
  });

  test('a file that is no model is refused with what to do, and the open model stays', async () => {
    await page.keyboard.press('Control+2');
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Control+o')]);
    await chooser.setFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') });
    await page.getByRole('alert').getByRole('button', { name: 'Open another' }).waitFor();
    await page.getByRole('alert').getByRole('button', { name: 'Dismiss' }).click();
    await page.getByRole('listbox', { name: /^Units of conv/ }).waitFor();
  });

  test('help, settings and about open by keys, and the theme holds', async () => {
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'All keys' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+,');
    const settings = page.getByRole('dialog', { name: 'Settings' });
    await settings.getByText('Data folder', { exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    await settings.getByRole('radio', { name: 'Dark' }).check({ force: true });
    await expect.poll(() => page.evaluate<string>('document.documentElement.dataset.theme')).toBe('dark');
    await page.keyboard.press('Escape');
    await page.reload();
    await expect.poll(() => page.evaluate<string>('document.documentElement.dataset.theme')).toBe('dark');
    await page.getByRole('button', { name: 'About Filterscope' }).click();
    await page
      .getByRole('dialog', { name: /^Filterscope \d/ })
      .getByText('MIT')
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
  });

  test('nothing was said in the console', () => {
    expect(opened.complaints).toEqual([]);
  });
});
