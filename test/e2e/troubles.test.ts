// What goes wrong, as a user meets it: an engine that dies in the middle of a run, a model's file that is gone, dead and failed
// units, a damaged gallery, an empty library; and what is offered then.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unpackWire } from '../../src-main/contract/wire';
import { CHROMIUM, glimpse, hasChromium, openInBrowser, type Opened } from '../support/browser';

if (!hasChromium) process.stderr.write(`Skipped: no Chromium at ${CHROMIUM}; install it or set CHROMIUM.\n`);

const SHIPPED = resolve(import.meta.dirname, '../../resources/model');

const [DEAD, FAILING] = [3, 5];

/**
 * The shipped model with a first filter that never answers, without weights and with a bias far below 0, and, if asked for,
 * with one of a weight that is no number.
 */
function harmed({ failing }: { failing: boolean }): { readonly folder: string; readonly files: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'filterscope-harmed-'));
  const weights = readFileSync(join(SHIPPED, 'weights.bin'));
  const [places, units] = [25, 32];
  for (let place = 0; place < places; place++) weights.writeFloatLE(0, (place * units + DEAD) * 4);
  weights.writeFloatLE(-5, (places * units + DEAD) * 4);
  if (failing) weights.writeFloatLE(NaN, (12 * units + FAILING) * 4);
  copyFileSync(join(SHIPPED, 'model.json'), join(folder, 'model.json'));
  writeFileSync(join(folder, 'weights.bin'), weights);
  return { folder, files: ['model.json', 'weights.bin'].map((file) => join(folder, file)) };
}

describe.skipIf(!hasChromium)('in trouble', () => {
  const [{ folder, files }, broken] = [harmed({ failing: false }), harmed({ failing: true })];
  let opened: Opened;
  let page: Page;
  const banner = () => page.getByRole('alert');
  const run = () => page.getByRole('button', { name: 'Run', exact: true });

  beforeAll(async () => {
    opened = await openInBrowser();
    ({ page } = opened);
    page.on('filechooser', () => undefined);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });
  afterAll(async () => {
    await opened.close();
    for (const each of [folder, broken.folder]) rmSync(each, { recursive: true });
  });

  /** Chooses files of a model in the browser's own dialog. */
  async function open(chosen: readonly string[]): Promise<void> {
    const choosing = page.waitForEvent('filechooser');
    await page.keyboard.press('Control+o');
    await (await choosing).setFiles([...chosen]);
    await expect.poll(() => page.getByRole('banner').locator('.name').textContent()).toBe('dropped model');
  }

  test('an empty library says what will be there, and the one way to fill it', async () => {
    await page.keyboard.press('Control+5');
    await page.getByText('No gallery saved.').waitFor();
    await page.getByRole('button', { name: 'Save one from Filters' }).click();
    await expect.poll(() => page.url()).toContain('#filters');
  });

  test('an engine killed in the middle of a training costs nothing: it is said, and the run is resumed', async () => {
    await page.keyboard.press('Control+1');
    await page.getByRole('textbox', { name: 'Steps' }).fill('400');
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.getByRole('img', { name: /^Loss\. Loss (goes|falls|rises)/ }).waitFor();
    const said = glimpse(page, '[role=alert]', /The engine stopped and is being started again\./);
    process.kill(opened.enginePid(), 'SIGKILL');
    await said;
    await page.getByText('The engine runs again.').waitFor();
    await banner().getByText('A run was interrupted.').waitFor();
    await banner().getByRole('button', { name: 'Resume' }).first().click();
    await page.getByText(/^Training$/).waitFor();
    expect(await banner().count()).toBe(0);
    await page.getByRole('button', { name: 'Stop and keep' }).click();
    await page.getByText(/^Stopped/).waitFor();
  });

  test('an engine killed in the middle of a layer: the run is resumed to its end', async () => {
    await page.keyboard.press('Control+2');
    await page.getByRole('radio', { name: /^conv2/ }).check({ force: true });
    await page.getByRole('button', { name: /256 steps/ }).click();
    await page.getByRole('textbox', { name: 'Steps' }).fill('3000');
    await page.keyboard.press('Escape');
    const running = glimpse(page, '[role=option]', /^Unit 0 \S+, running/);
    await run().click();
    await running;
    process.kill(opened.enginePid(), 'SIGKILL');
    await banner().getByText('A run was interrupted.').waitFor();
    await banner().getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('option', { name: /^Unit 63 \S+×, (converged|close|climbing)/ }).waitFor();
  });

  test('a unit that is not converged is run longer, and any unit again', async () => {
    await page.getByRole('button', { name: /3\s000 steps/ }).click();
    await page.getByRole('textbox', { name: 'Steps' }).fill('6');
    await page.keyboard.press('Escape');
    await run().click();
    const climbing = page.getByRole('option', { name: /, climbing/ }).first();
    await climbing.waitFor();
    await run().waitFor();
    await climbing.click();
    const inspector = page.getByRole('complementary', { name: 'Inspector' });
    await inspector.getByText(/^Not converged: gap/).waitFor();
    await inspector.getByRole('button', { name: 'Run longer' }).click();
    await inspector.getByText(/^step 12 of 12/).waitFor();
    await inspector.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Run this unit again' }).click();
    await inspector.getByText(/^step 6 of 6/).waitFor();
  });

  test('a weight that is no number is told of, its unit fails alone, and can be tried again', async () => {
    await open(broken.files);
    const about = page.getByRole('dialog');
    await about
      .getByRole('region', { name: 'Odd in the file' })
      .getByText(/not finite|no number/)
      .waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('radio', { name: /^conv1/ }).check({ force: true });
    await run().click();
    const failed = page.getByRole('option', { name: /^Unit 5 failed/ });
    await failed.waitFor();
    await page.getByRole('option', { name: /^Unit 6 \S+×?, (exact|converged|close|climbing)/ }).waitFor();
    await failed.click();
    const inspector = page.getByRole('complementary', { name: 'Inspector' });
    await inspector.getByText('The score became infinite or undefined.').waitFor();
    expect(await page.getByRole('button', { name: 'Copy', exact: true }).isDisabled()).toBe(true);
    const asked = page.waitForRequest((request) => request.url().endsWith('runs.visualize'));
    await inspector.getByRole('button', { name: 'Retry' }).click();
    const body = (await asked).postDataBuffer() ?? Buffer.of();
    expect(unpackWire(body)).toMatchObject({ layer: 'conv1', units: [FAILING] });
    await failed.waitFor();
  });

  test('a dead unit is called dead, and is not drawn', async () => {
    await open(files);
    // the range of its pixels is asked for
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByRole('radio', { name: /^conv1/ }).check({ force: true });
    await run().click();
    const dead = page.getByRole('option', { name: /^Unit 3 dead/ });
    await dead.waitFor();
    expect(await dead.locator('.pixels').count()).toBe(0);
    await dead.click();
    await page.getByText(/^Never answered any of [\d\u202f]+ windows\.$/).waitFor();
    expect(await page.getByRole('button', { name: 'Save PNG' }).isDisabled()).toBe(true);
  });

  test('a gallery of it is saved all the same; damaged on the disk it is called damaged, and what is whole opens', async () => {
    for (const title of ['Sound', 'Harmed']) {
      await page.keyboard.press('Control+Shift+S');
      await page.getByRole('textbox', { name: 'Name' }).fill(title);
      await page.keyboard.press('Enter');
      await page.getByText(`Saved “${title}”.`).waitFor();
    }
    const library = join(opened.data, 'galleries');
    const harmed = readdirSync(library).find((name) => name.toLowerCase().startsWith('harmed')) ?? '';
    rmSync(join(library, harmed, 'units/000.png'));
    await page.keyboard.press('Control+5');
    await page.reload();
    const card = page.getByRole('button', { name: /^Harmed/ });
    await card.waitFor();
    await expect.poll(() => card.textContent()).toMatch(/000\.png/);
    await card.click();
    // what is whole of it can still be looked at
    await page.getByRole('listbox', { name: 'Units of Harmed' }).waitFor();
    await page.getByRole('button', { name: 'More for Harmed' }).click();
    expect(await page.getByRole('menuitem', { name: 'Everything as zip' }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Sound/ }).click();
    await page.getByRole('listbox', { name: 'Units of Sound' }).waitFor();
  });

  // once more where the page of a busy machine missed the notice
  test('a run whose model is gone says so, with its details to copy', { retry: 1 }, async () => {
    await page.keyboard.press('Control+2');
    await page.getByRole('listbox', { name: /^Units of conv/ }).waitFor();
    rmSync(join(opened.data, 'opened'), { recursive: true, force: true });
    process.kill(opened.enginePid(), 'SIGKILL');
    await page.getByText('The engine runs again.').waitFor();
    await run().click();
    await banner()
      .getByText(/^The run failed\. /)
      .waitFor();
    await banner().getByRole('button', { name: 'Copy details' }).click();
    await page.getByText('Copied the error report.').waitFor();
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toContain('Filterscope: 0.');
    await banner().getByRole('button', { name: 'Dismiss' }).click();
    expect(await banner().count()).toBe(0);
  });

  test('nothing was said in the console but of what was broken', () => {
    expect(opened.complaints.filter((line) => !/media\//.test(line))).toEqual([]);
  });
});
