// The built app, opened in Chromium with a data folder of its own: for the scripts that look at it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';

export const root = resolve(import.meta.dirname, '..');

/** Opens a page of 1440 × 900; `close` ends browser and host, and removes the data. */
export async function openApp({ timeout }) {
  const data = mkdtempSync(join(tmpdir(), 'filterscope-script-'));
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
  page.setDefaultTimeout(timeout);
  await page.goto(url);
  await page.getByRole('navigation').waitFor();
  const close = async () => {
    await browser.close();
    host.stdin.end();
    await new Promise((done) => host.on('exit', done));
    rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  };
  return { page, close };
}
