// The whole main path by keys alone: train, filters, a unit's evidence, a gallery saved, compared and exported, a digit drawn,
// the question. No pointer is used, what has the focus is always visible, and every dialog gives the focus back.
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, hasChromium, openInBrowser, type Opened } from '../support/browser';
import { focusedName, tabTo } from '../support/keyboard';

if (!hasChromium) process.stderr.write(`Skipped: no Chromium at ${CHROMIUM}; install it or set CHROMIUM.\n`);

describe.skipIf(!hasChromium)('the main path by keyboard alone', () => {
  let opened: Opened;
  let page: Page;
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = (): Promise<string> => focusedName(page);
  const grid = (): Locator => page.getByRole('listbox', { name: /^Units of conv/ });

  beforeAll(async () => {
    opened = await openInBrowser();
    ({ page } = opened);
  });
  afterAll(async () => {
    await opened.close();
  });

  test('Ctrl 1 leads to Train; Tab passes every field, each with a visible focus, and Enter starts a small run', async () => {
    await press('Control+1');
    await page.getByRole('form', { name: 'Next run' }).waitFor();
    await tabTo(page, /^Steps$/);
    await page.keyboard.type('40');
    await tabTo(page, /^conv1 filters$/);
    await page.keyboard.type('8');
    await tabTo(page, /^conv2 filters$/);
    await page.keyboard.type('12');
    await tabTo(page, /^Dense units$/);
    await page.keyboard.type('64');
    await tabTo(page, /^Start training$/);
    await press('Enter');
    await page.getByText(/^Finished: /).waitFor();
    await expect.poll(focused).toBe('Start next run');
  });

  test('a run is paused, resumed and stopped by keys, and the buttons keep the focus', async () => {
    await tabTo(page, /^Steps$/, 'Shift+Tab');
    await page.keyboard.type('4000');
    // Enter in any field of the form starts it; then single letters are keys once Escape has left the field
    await press('Enter');
    await page.getByRole('button', { name: 'Pause', disabled: false }).waitFor();
    await tabTo(page, /^Pause$/, 'Shift+Tab');
    await page.getByText(/^Training$/).waitFor();
    await press('Enter');
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await expect.poll(focused).toBe('Resume');
    await press('p');
    await page.getByRole('button', { name: 'Pause', disabled: false }).waitFor();
    await page.getByRole('img', { name: /^Loss\. Loss (goes|falls|rises)/ }).waitFor();
    await press('Escape');
    await page.getByText(/^Stopped, and kept/).waitFor();
  });

  test('F opens the model made, and its layers and methods are chosen by arrows', async () => {
    await page.getByRole('button', { name: 'Open in Filters' }).waitFor();
    await press('f');
    await grid().waitFor();
    await tabTo(page, /^conv2, 12 units/);
    await press('ArrowLeft');
    await page.getByRole('listbox', { name: 'Units of conv1' }).waitFor();
    await press('ArrowRight');
    await tabTo(page, /^Whitened$/);
    await press('ArrowRight');
    await expect.poll(focused).toBe('Plain');
    await press('ArrowLeft');
    await tabTo(page, /steps$/);
    await press('Enter');
    await tabTo(page, /^Steps$/);
    await page.keyboard.type('2000');
    await press('Escape');
    await expect.poll(focused).toMatch(/2\s000 steps$/);
  });

  test('Enter on Run runs the layer; the same button cancels, with the focus still on it', async () => {
    await tabTo(page, /^Run$/);
    await press('Enter');
    await page.getByRole('option', { name: /^Unit 11 \S+×, (converged|close|climbing)/ }).waitFor();
    await expect.poll(focused).toBe('Run');
    await press('Enter');
    await page.getByRole('button', { name: 'Cancel', description: 'Esc' }).waitFor();
    await expect.poll(focused).toBe('Cancel');
    await press('Escape');
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    await expect.poll(focused).toBe('Run');
    await press('r');
    await page.getByRole('button', { name: 'Cancel', description: 'Esc' }).waitFor();
    await page.getByRole('button', { name: 'Save gallery', disabled: false }).waitFor();
  });

  test('arrows move in the tiles, Enter leads to the inspector, Escape back', async () => {
    await press('Escape');
    await expect.poll(focused).toMatch(/^Unit 0 /);
    await press('ArrowRight', 'ArrowRight', 'ArrowDown');
    await expect.poll(focused).toMatch(/^Unit 10 /);
    await press('Enter');
    await expect.poll(focused).toBe('Inspector');
    await tabTo(page, /^More$/);
    await press('Enter');
    await page.getByRole('menu', { name: 'More' }).waitFor();
    await press('ArrowDown');
    await expect.poll(focused).toBe('Run longer');
    await press('Escape');
    await expect.poll(focused).toBe('More');
    await press('Escape');
    await expect.poll(focused).toMatch(/^Unit 10 /);
  });

  test('E opens the unit’s page with the focus in it, and Escape gives it back to the tile', async () => {
    await press('e');
    await page.getByRole('region', { name: 'Evidence, Unit 10' }).waitFor();
    await expect.poll(focused).toBe('Back');
    await press('Escape');
    await grid().waitFor();
    await expect.poll(focused).toMatch(/^Unit 10 /);
  });

  test('two galleries are saved, each time with the focus back on the tile', async () => {
    for (const [key, title] of [
      ['Escape', 'By keys'],
      ['[', 'By more keys'],
    ] as const) {
      await press(key);
      if (key === '[') {
        await page.getByRole('listbox', { name: 'Units of conv1' }).waitFor();
        await press('Escape', 'r');
        await page.getByRole('button', { name: 'Save gallery', disabled: false }).waitFor();
      }
      await press('Control+Shift+S');
      await page.getByRole('textbox', { name: 'Name' }).waitFor();
      await expect.poll(focused).toBe('Name');
      await page.keyboard.type(title);
      await press('Enter');
      await page.getByText(`Saved “${title}”.`).waitFor();
      await expect.poll(focused).toMatch(/^Unit \d+ /);
    }
  });

  test('a dialog that is left by Escape gives the focus back too', async () => {
    for (const key of ['Control+k', '?', 'Control+,', 'Control+Shift+S']) {
      await press(key);
      await page.getByRole('dialog').waitFor();
      await press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      expect([key, await focused()]).toEqual([key, expect.stringMatching(/^Unit \d+ /)]);
    }
  });

  test('Galleries: arrows choose, Enter opens, F2 renames, Space compares, and a menu exports', async () => {
    await press('Control+5');
    await page.getByRole('button', { name: /^By more keys/ }).waitFor();
    await tabTo(page, /^By more keys/);
    await press('Enter');
    await page.getByRole('heading', { name: 'By more keys' }).waitFor();
    await press('F2');
    await page.keyboard.type('Renamed');
    await press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await expect.poll(focused).toMatch(/^Renamed/);
    await press('ArrowRight');
    await expect.poll(focused).toMatch(/^By keys/);
    await press('Space');
    await page.getByRole('heading', { name: 'Two galleries, unit by unit' }).waitFor();
    await tabTo(page, /^Export two$/, 'Shift+Tab');
    await press('Enter');
    await page.getByRole('menu', { name: 'Export two' }).waitFor();
    const saved = page.waitForEvent('download');
    await press('ArrowDown', 'Enter');
    expect((await saved).suggestedFilename()).toMatch(/\.zip$/);
    await expect.poll(focused).toBe('Export two');
  });

  test('a gallery is removed by Delete, the focus goes to its neighbour, and Undo is reached by Tab', async () => {
    await tabTo(page, /^Renamed/);
    await press('ArrowRight', 'Delete');
    await page.getByText('Removed “By keys”.').waitFor();
    await expect.poll(focused).toMatch(/^Renamed/);
    await tabTo(page, /^Undo$/);
    await press('Enter');
    await page.getByRole('button', { name: /^By keys/ }).waitFor();
  });

  test('Draw: Enter puts the brush down, arrows draw, Shift with arrows moves the picture', async () => {
    await press('Control+4');
    await page.getByLabel(/^Drawing of/).waitFor();
    await tabTo(page, /^Drawing of 28 by 28 pixels/);
    await press('Enter');
    for (let i = 0; i < 8; i++) await press('ArrowDown');
    await press('Enter', 'Shift+ArrowLeft');
    await page.getByText(/^Read as/).waitFor();
    await press('Escape', 't');
    await page.getByText('The test image is labelled 7').waitFor();
  });

  test('the question: its evidence opens by a number, and Escape gives the focus back', async () => {
    await press('Control+k');
    await page.keyboard.type('model that came');
    await press('Enter', 'Control+6');
    const more = page.getByRole('button', { name: 'All evidence for question 1' });
    await more.waitFor();
    await tabTo(page, /^All evidence for question 1$/);
    await press('Enter');
    await page.getByRole('dialog').waitFor();
    await press('Escape');
    await expect.poll(focused).toBe('All evidence for question 1');
    await press('2');
    await page.getByRole('dialog').waitFor();
    await press('Escape');
  });

  test('nothing was said in the console', () => {
    expect(opened.complaints).toEqual([]);
  });
});
