// The evidence of a unit as a user has it: in Chromium, by mouse and keys, on the real engine and the real data.
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../support/axe';
import { CHROMIUM, hasChromium, openInBrowser, type Opened } from '../support/browser';

if (!hasChromium) process.stderr.write(`Skipped: no Chromium at ${CHROMIUM}; install it or set CHROMIUM.\n`);

/** What scrolls, as an expression in the page. */
const SCROLL = `document.querySelector('[aria-label="Evidence of Unit 37"]')`;

/** Keeps a picture of the page for whoever asks by FILTERSCOPE_SHOTS. */
async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env['FILTERSCOPE_SHOTS'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
}

describe.skipIf(!hasChromium)('the evidence of a unit', () => {
  let opened: Opened;
  let page: Page;
  const part = (name: string): Locator => page.getByRole('region', { name, exact: true });

  beforeAll(async () => {
    opened = await openInBrowser();
    ({ page } = opened);
    await opened.show('filters');
    await page.getByRole('radio', { name: /^conv2/ }).check({ force: true });
    await page.getByRole('option', { name: /^Unit 37 \S+, (converged|close|climbing)/ }).click();
  });
  afterAll(async () => {
    await opened.close();
  });

  test('opens by its key and stands where the grid was', async () => {
    await page.keyboard.press('e');
    await page.getByRole('region', { name: 'Evidence, Unit 37' }).waitFor();
    expect(await page.getByRole('listbox').count()).toBe(0);
  });

  test('takes the picture apart into filters of the layer below, strongest first', async () => {
    const built = part('Built from');
    const parts = built.getByRole('radio');
    await parts.first().waitFor({ state: 'attached' });
    expect(await parts.count()).toBe(12);
    await parts.first().focus();
    await page.keyboard.press('ArrowDown');
    expect(await parts.nth(1).isChecked()).toBe(true);
    expect(await built.locator('svg g').nth(1).getAttribute('class')).toContain('active');
    expect(await built.textContent()).toMatch(/Units for 80 %\s*[1-9]/);
  });

  test('compares the picture’s path with that of real windows and of noise', async () => {
    const rows = part('Trust').getByRole('listitem');
    await rows.first().waitFor();
    const [real = 0, picture = 0, noise = 0] = (await rows.allTextContents()).map((text) =>
      Number(text.replace(/[^\d.−]/g, '').replace('−', '-')),
    );
    expect(real).toBeGreaterThan(noise);
    expect(picture).toBeGreaterThan(noise);
  });

  test('tries sixteen starts when asked, and says how many pictures they came to', async () => {
    const restarts = part('Restarts');
    await restarts.getByRole('button', { name: 'Try 16 starts' }).click();
    await restarts.getByRole('img', { name: /^Facet 1, score [\d.]+×/ }).waitFor();
    expect(await restarts.textContent()).toMatch(/Starts\s*16/);
  });

  test('loosens the prior by a slider', async () => {
    const prior = part('Prior');
    await prior.scrollIntoViewIfNeeded();
    const slider = prior.getByRole('slider', { name: 'Radius' });
    await slider.waitFor();
    await slider.focus();
    await page.keyboard.press('Home');
    expect(await slider.getAttribute('aria-valuetext')).toBe('1');
    expect(await prior.textContent()).toMatch(/Score: × best of 30\u202f000 sampled real windows/);
    const least = await prior.getByRole('definition').first().textContent();
    await page.keyboard.press('End');
    expect(await slider.getAttribute('aria-valuetext')).toBe('no prior');
    // pixel noise, and then one place back the loosest prior
    await prior.getByRole('img', { name: /^No prior: picture/ }).waitFor();
    await page.keyboard.press('ArrowLeft');
    expect(await slider.getAttribute('aria-valuetext')).toBe('20');
    const most = await prior.getByRole('definition').first().textContent();
    expect(Number.parseFloat(most ?? '')).toBeGreaterThan(Number.parseFloat(least ?? ''));
  });

  test('goes back through the training of a model that keeps snapshots', async () => {
    const training = part('Through training');
    await training.scrollIntoViewIfNeeded();
    const slider = training.getByRole('slider', { name: 'Moment' });
    await slider.waitFor();
    const last = await training.getByRole('definition').first().textContent();
    await slider.focus();
    await page.keyboard.press('Home');
    const first = await training.getByRole('definition').first().textContent();
    expect(Number.parseFloat(first ?? '')).toBeLessThan(Number.parseFloat(last ?? ''));
    expect(await training.getByRole('img', { name: /^Unit 37 at step \d+$/ }).count()).toBe(1);
  });

  test('shows nine best and nine worst windows with label and place, and the classes it answers to', async () => {
    const real = part('Real windows');
    await real.getByRole('img', { name: /^Best 1, from a \d, row \d+, column \d+$/ }).waitFor();
    expect(await real.getByRole('img', { name: /^Best \d/ }).count()).toBe(9);
    expect(await real.getByRole('img', { name: /^Worst \d/ }).count()).toBe(9);
    expect(await real.getByRole('img', { name: /^Responses from .* the picture reaches/ }).count()).toBe(1);
    expect(
      await real
        .getByRole('list', { name: /0\.5 is no preference/ })
        .getByRole('listitem')
        .count(),
    ).toBe(10);
    expect(await real.textContent()).toMatch(/[1-9][\d\u202f]* in [1-9][\d\u202f]* images/);
  });

  test('is accessible, in light and in dark', async () => {
    for (const theme of ['light', 'dark']) {
      await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
      expect(await violations(page)).toEqual([]);
      await page.evaluate(`${SCROLL}.scrollTo(0, 0)`);
      await shot(page, `unit-${theme}`);
      await page.evaluate(`${SCROLL}.scrollTo(0, 1e6)`);
      await shot(page, `unit-${theme}-foot`);
    }
  });

  test('turns to the layer: every picture against every unit, and those that are nearly the same', async () => {
    await page.getByRole('radio', { name: 'Layer', exact: true }).check({ force: true });
    const matrix = page.getByRole('application', { name: /64 pictures by 64 units/ });
    await matrix.focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText(/^Picture 0, unit 1: .* σ/).waitFor();
    expect(await part('Responses to each other’s pictures').textContent()).toMatch(/Own best\s*\d+/);
    await shot(page, 'layer-dark');
    expect(await violations(page)).toEqual([]);
  });

  test('is closed by Escape, and the grid has the focus again', async () => {
    await page.keyboard.press('Escape');
    await page.getByRole('listbox').waitFor();
    expect(await page.evaluate<string>('document.activeElement.getAttribute("aria-label")')).toMatch(
      /^Unit 37/,
    );
  });

  test('a look through all images says how far it is, is cancelled, and is asked for again', async () => {
    await page.getByRole('radio', { name: /^dense/ }).check({ force: true });
    const real = page.locator('section', { has: page.getByRole('heading', { name: 'Best real windows' }) });
    const bar = real.getByRole('progressbar', { name: /Looking through 60\s000 images/ });
    await bar.waitFor();
    await shot(page, 'looking');
    await real.getByRole('button', { name: 'Cancel' }).click();
    await real.getByText('This was cancelled.').waitFor();
    expect(await bar.count()).toBe(0);
    await real.getByRole('button', { name: 'Ask again' }).click();
    await bar.waitFor();
    await real.getByRole('button', { name: 'Cancel' }).click();
    await real.getByText('This was cancelled.').waitFor();
  });

  test('nothing was said in the console', () => {
    expect(opened.complaints).toEqual([]);
  });
});
