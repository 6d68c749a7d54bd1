// Takes the pictures of the README from the running app: every view, light and dark, into resources/screenshots.
// With names of views behind it, those alone.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openApp, root } from './opened-app.mjs';

const target = join(root, 'resources', 'screenshots');
mkdirSync(target, { recursive: true });
const { page, close } = await openApp({ timeout: 30_000 });
const origin = page.url().split('#')[0];

/** The view as it stands, in both themes. */
async function take(name) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(1000);
    await page.screenshot({ path: join(target, `${name}-${colorScheme}.png`) });
  }
  await page.emulateMedia({ colorScheme: 'light' });
}
const wanted = (name) => process.argv.length < 3 || process.argv.slice(2).includes(name);
const show = (view) => page.goto(`${origin}#${view}`);

if (wanted('train')) {
  // long enough for its curves to bend
  await show('train');
  await page.getByLabel('Steps', { exact: true }).fill('400');
  await page.getByRole('button', { name: /^Start/ }).click();
  await page.getByText(/^Finished: /).waitFor({ timeout: 200_000 });
  await take('train');
}

if (wanted('filters')) {
  await show('filters');
  await page.locator('label.layer', { hasText: 'conv2' }).click();
  await page.getByRole('option', { name: /^Unit 37 / }).click();
  // the real windows of a deep layer take a look through all training images
  await page.getByRole('img', { name: 'Window 1, from a', exact: false }).waitFor({ timeout: 120_000 });
  await take('filters');
}

if (wanted('compare')) {
  await show('compare');
  await page.getByRole('button', { name: /^Run the/ }).click();
  await page
    .getByText(/^near real/)
    .nth(2)
    .waitFor({ timeout: 400_000 });
  // the real windows are there once all images were looked through
  await page.getByText(/^Of [\d\u202f]+ in/).waitFor({ timeout: 120_000 });
  await take('compare');
}

if (wanted('draw')) {
  await show('draw');
  await page.getByRole('button', { name: 'Random' }).click();
  await page.waitForTimeout(1500);
  await take('draw');
}

if (wanted('galleries')) {
  for (const layer of ['conv1', 'conv2']) {
    await show('filters');
    await page.locator('label.layer', { hasText: layer }).click();
    await page.getByRole('option', { name: /^Unit 0 / }).click();
    await page.getByRole('button', { name: 'Save gallery' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.waitForTimeout(2000);
  }
  await show('galleries');
  await page.locator('[data-gallery]').first().click();
  const toast = page.getByRole('button', { name: 'Dismiss' }).first();
  while (await toast.isVisible()) await toast.click();
  await page.waitForTimeout(2000);
  await take('galleries');
}

if (wanted('question')) {
  await show('question');
  await page
    .getByText(/diagonals and curves/)
    .first()
    .waitFor();
  await page.waitForTimeout(1000);
  await take('question');
}

await close();
