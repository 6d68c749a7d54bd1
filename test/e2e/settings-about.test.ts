// What the user sets and what the app says of itself: settings that outlive a reload and a new engine, its version, the
// licences of what is in it, the report of an error.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../package.json';
import { CHROMIUM, hasChromium, openInBrowser, type Opened } from '../support/browser';

if (!hasChromium) process.stderr.write(`Skipped: no Chromium at ${CHROMIUM}; install it or set CHROMIUM.\n`);

const OUT = resolve(import.meta.dirname, '../../out');

/** The packages whose files the build took into the app, by its source maps. */
function bundled(): string[] {
  const found = new Set<string>();
  for (const part of ['main', 'preload', 'renderer']) {
    for (const file of readdirSync(join(OUT, part), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.map')) continue;
      const { sources } = JSON.parse(readFileSync(join(OUT, part, file), 'utf8')) as { sources: string[] };
      for (const source of sources) {
        const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1];
        // the parts of Vue are one package to whoever asks for its licence
        if (name !== undefined) found.add(name.startsWith('@vue/') ? 'vue' : name);
      }
    }
  }
  return [...found].sort();
}

describe.skipIf(!hasChromium)('the app', () => {
  let opened: Opened;
  let page: Page;
  const dialog = (): Locator => page.getByRole('dialog');
  const theme = (): Promise<string> => page.evaluate<string>('document.documentElement.dataset.theme');
  async function settings(): Promise<Locator> {
    await page.keyboard.press('Control+,');
    await dialog().getByText('Data folder', { exact: true }).waitFor();
    return dialog();
  }
  async function leave(): Promise<void> {
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
  }

  beforeAll(async () => {
    opened = await openInBrowser();
    ({ page } = opened);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });
  afterAll(async () => {
    await opened.close();
  });

  test('is light, dark, or as the system is', async () => {
    const choices = await settings();
    for (const [name, system, shown] of [
      ['Light', 'dark', 'light'],
      ['Dark', 'light', 'dark'],
      ['System', 'light', 'light'],
      ['System', 'dark', 'dark'],
    ] as const) {
      await page.emulateMedia({ colorScheme: system });
      await choices.getByRole('radio', { name }).check({ force: true });
      await expect.poll(theme).toBe(shown);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(theme).toBe('light');
    await leave();
  });

  test('turns from light to dark by its button and its key', async () => {
    await page.getByRole('button', { name: 'Dark theme' }).click();
    await expect.poll(theme).toBe('dark');
    await page.locator('body').press('Control+Shift+L');
    await expect.poll(theme).toBe('light');
  });

  test('keeps the threads that its engine takes, and a wrong number says the range', async () => {
    const threads = (await settings()).getByRole('textbox', { name: 'Threads' });
    await threads.fill('1000');
    await dialog().getByText('Use a whole number from 0 to 256; 0 is safe.').waitFor();
    await threads.fill('1');
    await leave();
    await page.reload();
    expect(await (await settings()).getByRole('textbox', { name: 'Threads' }).inputValue()).toBe('1');
    await leave();
    process.kill(opened.enginePid(), 'SIGKILL');
    await page.getByText('The engine runs again.').waitFor();
    // where the system shows what a process was started with
    const environment = `/proc/${opened.enginePid()}/environ`;
    if (existsSync(environment)) {
      expect(readFileSync(environment, 'utf8').split('\0')).toContain('TF_NUM_INTRAOP_THREADS=1');
    }
  });

  test('shows pictures at first as it was told', async () => {
    await (await settings()).getByLabel('Pictures at first').selectOption('Signed');
    await leave();
    await page.reload();
    await expect.poll(() => page.getByLabel('Display', { exact: true }).inputValue()).toBe('signed');
  });

  test('says where its data are', async () => {
    const shown = await settings();
    await shown.getByText(opened.data, { exact: true }).first().waitFor();
    // a page in a browser has no dialog for folders: the host's own option is named
    await shown.getByText('Another by --data at the start').waitFor();
    await leave();
  });

  test('has its error report copied, without the name of its user', async () => {
    await (await settings()).getByRole('button', { name: 'Copy error report' }).click();
    await page.getByText('Copied the error report.').waitFor();
    const report = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(report).toContain(`Filterscope: ${manifest.version}, web`);
    expect(report).toMatch(/^Log:$/m);
    expect(report).toMatch(/Filterscope .* starts/);
    const home = process.env['HOME'] ?? '';
    if (home.length > 1) expect(report).not.toContain(`${home}/`);
    await leave();
  });

  test('says in a browser where its logs are, since it cannot show them', async () => {
    await (await settings()).getByRole('button', { name: 'Show logs' }).click();
    await page.getByText(`The logs are in ${join(opened.data, 'logs')}.`).waitFor();
    await leave();
  });

  test('names its version, and every package in it with version and licence', async () => {
    await page.getByRole('button', { name: 'About Filterscope' }).click();
    await page.getByRole('heading', { name: `Filterscope ${manifest.version}` }).waitFor();
    const list = page.getByRole('list', { name: 'Packages and their licences' });
    await list.getByText('vue', { exact: true }).waitFor();
    const rows = await list
      .getByRole('listitem')
      .evaluateAll((items) =>
        items.map((item) =>
          [...(item as unknown as { children: { textContent: string }[] }).children].map((cell) =>
            cell.textContent.trim(),
          ),
        ),
      );
    const named = new Map(
      rows.map(([name = '', version = '', licence = '']) => [name, { version, licence }]),
    );
    for (const name of [...bundled(), ...Object.keys(manifest.dependencies)]) {
      expect([name, named.get(name)?.version]).toEqual([name, expect.stringMatching(/^\d/)]);
    }
    for (const [name, { licence }] of named) {
      expect([name, licence]).toEqual([
        name,
        expect.stringMatching(/^(MIT|ISC|Apache-2\.0|BSD-3-Clause|SEE LICENSE IN LICENSE\.txt)$/),
      ]);
    }
    await dialog().getByRole('textbox').fill('ISC');
    await expect.poll(() => list.getByText('vue', { exact: true }).count()).toBe(0);
    await list.getByText('simple-statistics').waitFor();
    await leave();
  });

  test('nothing was said in the console', () => {
    expect(opened.complaints).toEqual([]);
  });
});
