// Finding one's way by Tab: what has the focus, and that it can be seen.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** More stops than any view has. */
const MOST = 80;

const NAME = `(() => {
  const at = document.activeElement;
  if (at === null || at === document.body) return '';
  const by = at.getAttribute('aria-labelledby');
  const text = by === null ? null : document.getElementById(by)?.textContent;
  return (at.getAttribute('aria-label') ?? text ?? at.labels?.[0]?.textContent ?? at.textContent).replace(/\\s+/g, ' ').trim();
})()`;

/** Whether the element with the focus, or what stands for it on the screen, has a ring of 2 px in a colour of its own. */
const RINGED = `(() => {
  let at = document.activeElement;
  for (let up = 0; up < 3 && at !== null; up++, at = at.parentElement) {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(at);
    if (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && !outlineColor.endsWith(', 0)')) return true;
  }
  return false;
})()`;

/** The accessible name of what has the focus; '' for nothing. */
export const focusedName = (page: Page): Promise<string> => page.evaluate<string>(NAME);

/**
 * Presses Tab (or `key`) until what has the focus is called so. Every stop on the way must show its focus. Fails when the
 * name is not reached.
 */
export async function tabTo(page: Page, name: RegExp, key = 'Tab'): Promise<void> {
  const passed: string[] = [];
  for (let i = 0; i < MOST; i++) {
    await page.keyboard.press(key);
    // both at one moment: what has the focus may leave the page as a run begins or ends
    const [at, ringed] = await page.evaluate<[string, boolean]>(`[${NAME}, ${RINGED}]`);
    passed.push(at);
    if (at !== '') expect([at, ringed]).toEqual([at, true]);
    if (name.test(at)) return;
  }
  throw new Error(`${String(name)} was not reached by ${key}; it passed ${passed.join(' | ')}`);
}
