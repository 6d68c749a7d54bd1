// Draw on a screen that is touched: a finger draws, and the page stays where it is.
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, hasChromium, openInBrowser, type Opened } from '../support/browser';

if (!hasChromium) process.stderr.write(`Skipped: no Chromium at ${CHROMIUM}; install it or set CHROMIUM.\n`);

/** How many pixels of the drawing are not black. */
const INK = `(() => {
  const canvas = document.querySelector('canvas[role="application"]');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((value, i) => i % 4 === 0 && value > 0).length;
})()`;

describe.skipIf(!hasChromium)('by finger', () => {
  let opened: Opened;
  let page: Page;
  let cdp: CDPSession;
  const ink = (): Promise<number> => page.evaluate<number>(INK);

  /** A finger goes along these places, given in shares of the canvas. */
  async function stroke(...places: readonly (readonly [number, number])[]): Promise<void> {
    const box = await page.getByRole('application').boundingBox();
    if (box === null) throw new Error('The canvas has no place.');
    const points = places.map(([x, y]) => ({ x: box.x + box.width * x, y: box.y + box.height * y }));
    for (const [i, point] of points.entries()) {
      const type = i === 0 ? 'touchStart' : 'touchMove';
      await cdp.send('Input.dispatchTouchEvent', { type, touchPoints: [point] });
    }
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  }

  beforeAll(async () => {
    opened = await openInBrowser({ width: 1024, height: 700, touch: true });
    ({ page } = opened);
    cdp = await page.context().newCDPSession(page);
    await opened.show('draw');
    await page.getByRole('region', { name: 'conv1 responses' }).waitFor();
  });
  afterAll(async () => {
    await opened.close();
  });

  test('a stroke downwards is read as a 1, and every filter answers it', async () => {
    await stroke(...Array.from({ length: 13 }, (_, i) => [0.5, 0.2 + 0.05 * i] as const));
    await page.getByText('Read as 1').waitFor();
    await page.getByText(/unit \d+ answers most/).waitFor();
    expect(await ink()).toBeGreaterThan(20);
    expect(await page.evaluate<number>('scrollY')).toBe(0);
  });

  test('a tap makes a dot, and a finger that left the screen draws no more', async () => {
    // Chromium lets a tap go by while the page is slow to answer: a finger would tap again
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: 'Clear' }).tap();
        return page.getByText('Draw a digit, or pick one').isVisible();
      })
      .toBe(true);
    await stroke([0.3, 0.3]);
    await expect.poll(ink).toBeGreaterThan(0);
    const dot = await ink();
    expect(dot).toBeLessThan(20);
    await stroke([0.7, 0.7]);
    // two dots and no line between them
    await expect.poll(ink).toBeGreaterThan(dot);
    expect(await ink()).toBeLessThan(40);
  });

  test('what a finger goes over is erased', async () => {
    const before = await ink();
    const erase = page.getByRole('radio', { name: 'Erase' });
    await expect
      .poll(async () => {
        await erase.tap({ force: true });
        return erase.isChecked();
      })
      .toBe(true);
    await stroke([0.2, 0.3], [0.3, 0.3], [0.4, 0.3]);
    await expect.poll(ink).toBeLessThan(before);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(ink).toBe(before);
  });

  test('nothing was said in the console', () => {
    expect(opened.complaints).toEqual([]);
  });
});
