// Takes the pictures of the README from the running app: every view, light and dark, into resources/screenshots.
// With names of views behind it, those alone.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';

const root = resolve(import.meta.dirname, '..');
const target = join(root, 'resources', 'screenshots');
const data = mkdtempSync(join(tmpdir(), 'filterscope-screenshots-'));
mkdirSync(target, { recursive: true });

const host = spawn(process.execPath, [join(root, 'out', 'main', 'web.js'), '--no-open', '--data', data], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const url = await new Promise((done) => {
  let said = '';
  host.stdout.on('data', (chunk) => {
    said += chunk;
    const found = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(said)?.[0];
    if (found !== undefined) done(found);
  });
});
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
page.setDefaultTimeout(30_000);
await page.goto(url);
await page.getByRole('navigation').waitFor();
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
  await page.locator('body').press('r');
  await page
    .getByText(/^near real/)
    .nth(2)
    .waitFor({ timeout: 400_000 });
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

await browser.close();
host.stdin.end();
await new Promise((done) => host.on('exit', done));
rmSync(data, { recursive: true, force: true, maxRetries: 5 });
