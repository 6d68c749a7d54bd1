// Every view and every dialog, in light and dark, at the smallest and at an ordinary size: no barrier that axe knows; and nothing
// moves for those who asked for that.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violationsInBothThemes } from '../support/axe';
import { CHROMIUM, hasChromium, openInBrowser, type Opened } from '../support/browser';

if (!hasChromium) process.stderr.write(`Skipped: no Chromium at ${CHROMIUM}; install it or set CHROMIUM.\n`);

const VIEWS = ['train', 'filters', 'compare', 'draw', 'galleries', 'question'] as const;
const DIALOGS = [
  ['Control+k', 'Go to'],
  ['?', 'All keys'],
  ['Control+,', 'Settings'],
  ['Control+Shift+S', 'Save gallery'],
  ['Control+s', /^(Save|Rename) model/],
] as const;

/** The elements whose style still takes time to change, as an expression in the page. */
const MOVING = `[...document.querySelectorAll('*')].filter((each) => {
  const { transitionDuration, animationDuration, animationName } = getComputedStyle(each);
  const slow = (times) => times.split(',').some((time) => parseFloat(time) > 0.001);
  return slow(transitionDuration) || (animationName !== 'none' && slow(animationDuration));
}).map(({ outerHTML }) => outerHTML.slice(0, 120))`;

describe.skipIf(!hasChromium)('nobody is shut out', () => {
  let opened: Opened;
  let page: Page;

  beforeAll(async () => {
    opened = await openInBrowser();
    ({ page } = opened);
    await page.getByRole('option', { name: /^Unit 0 / }).waitFor();
  });
  afterAll(async () => {
    await opened.close();
  });

  test.each([
    [1024, 700],
    [1440, 900],
  ])('in every view at %i × %i, light and dark', async (width, height) => {
    await page.setViewportSize({ width, height });
    for (const view of VIEWS) {
      await opened.show(view);
      await page.getByRole('toolbar').waitFor();
      expect([view, await violationsInBothThemes(page)]).toEqual([view, []]);
    }
  });

  test('in every dialog', async () => {
    await opened.show('filters');
    await page.getByRole('option', { name: /^Unit 0 / }).waitFor();
    for (const [key, name] of DIALOGS) {
      await page.keyboard.press(key);
      await page.getByRole('dialog', { name }).waitFor();
      expect([key, await violationsInBothThemes(page)]).toEqual([key, []]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    }
    for (const button of ['About Filterscope', 'MNIST']) {
      await page.getByRole('button', { name: button, exact: true }).click();
      await page.getByRole('dialog').waitFor();
      expect([button, await violationsInBothThemes(page)]).toEqual([button, []]);
      await page.keyboard.press('Escape');
    }
  });

  test('in all the evidence of the question’s answers', async () => {
    await opened.show('question');
    await page.getByRole('button', { name: 'All evidence for question 1' }).waitFor();
    for (const key of ['1', '2', '3', '4']) {
      await page.keyboard.press(key);
      await page.getByRole('dialog').waitFor();
      expect([key, await violationsInBothThemes(page)]).toEqual([key, []]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    }
  });

  test('nothing moves where less motion is asked for', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    for (const view of VIEWS) {
      await opened.show(view);
      await page.getByRole('toolbar').waitFor();
      expect([view, await page.evaluate<string[]>(MOVING)]).toEqual([view, []]);
    }
  });

  test('with the system’s own colours, what is chosen is still told from what is not', async () => {
    await page.emulateMedia({ forcedColors: 'active' });
    await opened.show('filters');
    const border = (name: RegExp): Promise<string> =>
      page
        .locator('label.layer')
        .filter({ hasText: name })
        .evaluate((label) => {
          const style = (
            globalThis as unknown as { getComputedStyle: (e: unknown) => Record<string, string> }
          ).getComputedStyle(label);
          return `${style['outlineStyle']} ${style['borderColor']}`;
        });
    expect(await border(/conv2/)).not.toBe(await border(/conv1/));
  });

  test('nothing was said in the console', () => {
    expect(opened.complaints).toEqual([]);
  });
});
