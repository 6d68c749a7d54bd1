// A layer of 1024 units in Chromium: paged through by keys and by the wheel, searched by number and range.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../support/axe';
import { CHROMIUM, hasChromium, openInBrowser, type Opened } from '../support/browser';

if (!hasChromium) process.stderr.write(`Skipped: no Chromium at ${CHROMIUM}; install it or set CHROMIUM.\n`);

describe.skipIf(!hasChromium)('a layer of 1024 units', () => {
  let opened: Opened;
  let page: Page;
  beforeAll(async () => {
    opened = await openInBrowser();
    ({ page } = opened);
    await page.getByRole('radio', { name: /^dense, 1024 units/ }).check({ force: true });
  });
  afterAll(async () => {
    await opened.close();
  });

  const grid = () => page.getByRole('listbox', { name: 'Units of dense' });
  const tile = (unit: number) => grid().getByRole('option', { name: new RegExp(`^Unit ${unit}\\b`) });
  const focused = (): Promise<string> =>
    page.evaluate<string>('document.activeElement.getAttribute("aria-label")');
  /** Units in the page, from the first to the last. */
  const present = async (): Promise<number[]> =>
    (await grid().getByRole('option').allTextContents()).map((words) => Number.parseInt(words, 10));

  /** The same as Chromium gives them to a screen reader, in its order. */
  async function spoken(): Promise<number[]> {
    const cdp = await page.context().newCDPSession(page);
    const { nodes } = await cdp.send('Accessibility.getFullAXTree');
    await cdp.detach();
    const names = new Map(nodes.map(({ nodeId, name }) => [nodeId, String(name?.value)]));
    const list = nodes.find(
      ({ role, name }) => role?.value === 'listbox' && /^Units of/.test(String(name?.value)),
    );
    return (list?.childIds ?? []).map((child) => Number(/^Unit (\d+)/.exec(names.get(child) ?? '')?.[1]));
  }

  test('has only the tiles in sight in the page, and says how many there are', async () => {
    await tile(0).waitFor();
    const units = await present();
    expect(units).toEqual(Array.from(units, (_, i) => i));
    expect(units.length).toBeLessThan(200);
    expect(await tile(0).getAttribute('aria-setsize')).toBe('1024');
    expect(await violations(page)).toEqual([]);
  });

  test('is paged through by keys, each unit once and none left out', async () => {
    await tile(0).focus();
    const seen = new Set(await present());
    for (let turn = 0; turn < 64 && !(await focused()).startsWith('Unit 1023,'); turn++) {
      await page.keyboard.press('PageDown');
      for (const unit of await present()) seen.add(unit);
    }
    await expect.poll(focused).toMatch(/^Unit 1023,/);
    expect(seen.size).toBe(1024);
    expect((await present()).length).toBeLessThan(200);
    // read aloud, the tiles that were used again are in the order of the units
    const aloud = await spoken();
    expect(aloud.length).toBeGreaterThan(50);
    expect(aloud).toEqual(aloud.toSorted((a, b) => a - b));
    await page
      .getByRole('complementary', { name: 'Inspector' })
      .getByRole('heading', { name: /^Unit 1023/ })
      .waitFor();
    await page.keyboard.press('Home');
    await expect.poll(focused).toMatch(/^Unit 0,/);
    await page.keyboard.press('End');
    await page.keyboard.press('PageUp');
    await expect.poll(focused).toMatch(/^Unit 991,/);
  });

  test('is scrolled by the wheel while the focus stays where it is', async () => {
    const box = await grid().locator('..').boundingBox();
    if (box === null) throw new Error('The grid is not in sight.');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.wheel(0, -100_000);
    await tile(0).waitFor();
    await page.mouse.wheel(0, 100_000);
    await tile(1023).waitFor();
    // unit 991 has it: out of the page the list stands in for it, back in the page it is on the tile again
    await page.mouse.wheel(0, -100_000);
    await tile(0).waitFor();
    await expect
      .poll(() => page.evaluate<string>('document.activeElement.getAttribute("role")'))
      .toBe('listbox');
    await page.mouse.wheel(0, 100_000);
    await expect.poll(focused).toMatch(/^Unit 991,/);
  });

  test('by an arrow from far away comes back to the unit beside the one that had the focus', async () => {
    await page.mouse.wheel(0, -100_000);
    await tile(0).waitFor();
    await page.keyboard.press('ArrowRight');
    await expect.poll(focused).toMatch(/^Unit 992,/);
    expect(await present()).toContain(992);
  });

  test('is searched by number and by range, and what is found would be run alone', async () => {
    const find = async (words: string): Promise<void> => {
      await page.keyboard.press('/');
      await page.keyboard.press('Control+a');
      await page.keyboard.type(words);
    };
    await find('777');
    await expect.poll(present).toEqual([777]);
    await find('1000-1023, 5');
    await expect.poll(present).toEqual([5, ...Array.from({ length: 24 }, (_, i) => 1000 + i)]);
    expect(await tile(1000).getAttribute('aria-setsize')).toBe('25');
    await find('2000');
    await expect.poll(() => grid().count()).toBe(0);
    await find('1020 to 1023');
    await page.getByRole('button', { name: 'Run 4 units' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.press('Escape');
    await tile(0).waitFor();
  });

  test('is reached by the name of a unit', async () => {
    await page.locator('body').press('Control+k');
    await page.getByRole('combobox', { name: /^Go to/ }).fill('dense 512');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Unit 512/ }).waitFor();
    await expect.poll(present).toContain(512);
  });

  test('nothing was said in the console', () => {
    expect(opened.complaints).toEqual([]);
  });
});
