// What axe finds wrong with the page as it stands.
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** One line each: the rule, and the first element that breaks it. */
export async function violations(page: Page): Promise<string[]> {
  // a colour that is still changing is neither the one before nor the one after
  await page.evaluate(
    'Promise.all(document.getAnimations().filter((a) => a.effect.getComputedTiming().iterations !== Infinity).map((a) => a.finished.catch(() => null)))',
  );
  await page.evaluate(axe.source);
  return page.evaluate<string[]>(
    'axe.run().then((found) => found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`))',
  );
}

/** The same in both themes; leaves the page in the light one. */
export async function violationsInBothThemes(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const theme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await expect.poll(() => page.evaluate<string>('document.documentElement.dataset.theme')).toBe(theme);
    found.push(...(await violations(page)).map((line) => `${theme}: ${line}`));
  }
  return found;
}
