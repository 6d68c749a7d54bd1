// Train, Draw and Compare as a user has them: in Chromium, by mouse and keys, on the real engine and the real data.
import { readFile } from 'node:fs/promises';
import { decode } from 'fast-png';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../support/axe';
import { CHROMIUM, hasChromium, openInBrowser, type Opened } from '../support/browser';

if (!hasChromium) process.stderr.write(`Skipped: no Chromium at ${CHROMIUM}; install it or set CHROMIUM.\n`);

describe.skipIf(!hasChromium)('the app in a browser', () => {
  let opened: Opened;
  let page: Page;
  beforeAll(async () => {
    opened = await openInBrowser();
    ({ page } = opened);
  });
  afterAll(async () => {
    await opened.close();
  });

  test('a wrong value says the range and a safe value, and nothing can be started with it', async () => {
    await opened.show('train');
    const rate = page.getByRole('textbox', { name: 'Learning rate' });
    await rate.fill('2');
    await expect
      .poll(() => page.getByRole('alert').first().textContent())
      .toMatch(/Use .* to 1; 0\.0001 is safe\./);
    expect(await page.getByRole('button', { name: 'Start training' }).isDisabled()).toBe(true);
    await rate.fill('0.001');
    expect(await page.getByRole('button', { name: 'Start training' }).isEnabled()).toBe(true);
  });

  test('a training shows its curves, survives a reload, is paused, resumed and finished', async () => {
    await page.getByRole('textbox', { name: 'Steps' }).fill('240');
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.getByRole('img', { name: /^Loss\. Loss (goes|falls|rises)/ }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await page.reload();
    await page.getByText(/Paused at step/).waitFor();
    expect(await page.getByRole('textbox', { name: 'Steps' }).inputValue()).toBe('240');
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText(/^Finished: /).waitFor();
    await page.getByRole('table', { name: /Images by true class/ }).waitFor();
    expect(await page.getByText(/Most confused:/).count()).toBe(1);
    await page.getByRole('button', { name: 'Table' }).first().click();
    expect(
      await page.getByRole('region', { name: 'Loss, numbers' }).getByRole('row').count(),
    ).toBeGreaterThan(40);
    await page.getByRole('button', { name: 'Table' }).first().click();
    expect(await violations(page)).toEqual([]);
  });

  test('a stopped training is kept as a model', async () => {
    await page.getByRole('textbox', { name: 'Steps' }).fill('5000');
    await page.getByRole('button', { name: 'Start next run' }).click();
    await page.getByRole('img', { name: /^Loss\. Loss/ }).waitFor();
    const tools = page.getByRole('toolbar', { name: 'Train' });
    await expect.poll(() => tools.textContent()).toMatch(/Step\s*[1-9]\d*\s*of 5\u202f000/);
    await page.getByRole('button', { name: 'Stop and keep' }).click();
    await page.getByText(/Stopped, and kept as it is/).waitFor();
    await page.getByRole('button', { name: 'Open in Filters' }).click();
    await page.getByRole('radiogroup', { name: 'Layer' }).waitFor();
    await expect.poll(() => page.url()).toContain('#filters');
  });

  test('a stroke changes what is read, and every filter answers at once', async () => {
    await opened.show('draw');
    const canvas = page.getByRole('application');
    const box = await canvas.boundingBox();
    if (box === null) throw new Error('The canvas has no place.');
    const first = page.getByRole('row').nth(1);
    await page.getByRole('region', { name: 'conv1 responses' }).waitFor();
    const before = await first.textContent();
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.8, { steps: 30 });
    await page.mouse.up();
    await expect.poll(() => first.textContent()).not.toBe(before);
    await page.getByText(/unit \d+ answers most/).waitFor();
    expect(await page.getByText(/^Read as/).count()).toBe(1);
    expect(await violations(page)).toEqual([]);
  });

  test('a digit can be drawn, moved and undone by keys alone', async () => {
    await page.keyboard.press('x');
    await page.getByText('Draw a digit, or pick one').waitFor();
    await page.getByRole('application').focus();
    await page.keyboard.press('Enter');
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText(/^Read as/).waitFor();
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await page.getByText('Draw a digit, or pick one').waitFor();
  });

  test('an empty canvas is dark: white is the greatest answer to real data, and that is said', async () => {
    for (const layer of ['conv1', 'conv2']) {
      const sheet = page.getByRole('region', { name: `${layer} responses` });
      await sheet.getByText(/^0\s+\d\.\d\d, best real$/).waitFor();
      // the answer to the canvas as it is now may still be on its way
      const brightest = (): Promise<number> =>
        page.evaluate<number>(`(() => {
          const canvas = document.querySelector('[aria-label="${layer} responses"] canvas');
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          return data.reduce((most, value, i) => (i % 4 === 3 ? most : Math.max(most, value)), 0);
        })()`);
      await expect.poll(brightest).toBeLessThan(100);
      expect(await brightest()).toBeGreaterThan(0);
    }
  });

  test('a test image comes with its label', async () => {
    await page.getByRole('button', { name: 'Next test image' }).click();
    await page.getByText('The test image is labelled 7').waitFor();
    await page.getByRole('button', { name: 'Show in Filters', exact: true }).click();
    await expect.poll(() => page.url()).toContain('#filters');
  });

  test('two methods stand side by side on the same units, with the best real windows last', async () => {
    await page.getByRole('radio', { name: /^conv1/ }).check({ force: true });
    await opened.show('compare');
    await page.getByRole('button', { name: /Run the/ }).click();
    await expect.poll(() => page.getByRole('button', { name: /^Whitened, unit 0, \d/ }).count()).toBe(1);
    await expect.poll(() => page.getByRole('button', { name: /^Plain, unit 0, \d/ }).count()).toBe(1);
    await page.getByRole('rowheader', { name: /Best real window/ }).waitFor();
    await page.getByRole('button', { name: /^Plain, unit 0/ }).focus();
    await page.keyboard.press('ArrowDown');
    const focused = await page.evaluate<string>('document.activeElement.getAttribute("aria-label")');
    expect(focused).toMatch(/^Whitened, unit 0/);
    expect(await violations(page)).toEqual([]);
  });

  test('the comparison is saved as one picture, by its key', async () => {
    const saving = page.waitForEvent('download');
    await page.keyboard.press('Control+s');
    const file = await saving;
    expect(file.suggestedFilename()).toBe('conv1-compare.png');
    // a name, ten pictures of 112 with 16 between, numbers; a row for each of three methods and the real windows; what
    // the scores are multiples of
    const { width, height } = decode(await readFile(await file.path()));
    expect([width, height]).toEqual([16 + 260 + 10 * 128 + 140, 80 + 4 * 160 + 40]);
  });

  test('one method stands in every display', async () => {
    await page.keyboard.press('m');
    await page.getByRole('rowheader', { name: /Signed/ }).waitFor();
    expect(await page.getByRole('rowheader').count()).toBeGreaterThanOrEqual(7);
  });

  test('nothing was said in the console', () => {
    expect(opened.complaints).toEqual([]);
  });
});
