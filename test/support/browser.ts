// The built app in Chromium, as someone without Electron has it: the loopback host, its real engine, a fresh data folder.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Page } from 'playwright-core';

const PROGRAM = resolve(import.meta.dirname, '../../out/main/web.js');

/** Debian's Chromium, or the one that the environment names. */
export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
export const hasChromium = existsSync(CHROMIUM);

export interface Opened {
  readonly page: Page;
  /** What the page said that it should not have: errors of scripts, of the policy, of failed requests. */
  readonly complaints: readonly string[];
  /** The app's data folder. */
  readonly data: string;
  /** The process of its engine at the moment. */
  enginePid(): number;
  /** Shows a view by its address. */
  show(view: string): Promise<void>;
  close(): Promise<void>;
}

function started(
  data: string,
  more: readonly string[],
): { url: Promise<string>; engine: () => number; stop: () => Promise<void> } {
  const child = spawn(process.execPath, [PROGRAM, '--no-open', '--data', data, ...more], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<void>((done) =>
    child.on('exit', () => {
      done();
    }),
  );
  const url = new Promise<string>((done, fail) => {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(said)?.[0];
      if (found !== undefined) done(found);
    });
    void ended.then(() => {
      fail(new Error('The host ended before it said its address.'));
    });
  });
  return {
    url,
    engine: () => {
      const found = spawnSync('pgrep', ['-P', String(child.pid), '-f', 'engine'], { encoding: 'utf8' });
      const pid = Number(found.stdout.trim().split('\n')[0]);
      if (!(pid > 0)) throw new Error('The engine was not found.');
      return pid;
    },
    stop: async () => {
      // the host ends with its owner's pipe
      child.stdin.end();
      await ended;
    },
  };
}

/**
 * Resolves once an element that a selector finds has such a name or text, however briefly: what changes is looked at with every
 * change of the page. To be called before what brings it about.
 */
export const glimpse = (page: Page, selector: string, words: RegExp): Promise<void> =>
  page.evaluate<undefined>(`new Promise((done) => {
    const look = () => {
      const all = [...document.querySelectorAll(${JSON.stringify(selector)})];
      if (!all.some((each) => ${String(words)}.test(each.getAttribute('aria-label') ?? each.textContent))) return;
      observer.disconnect();
      done();
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    look();
  })`);

/**
 * Opens the app with the model that came along, or with the one at the path `model`, as its command line names it;
 * `ownData`: path of data of one's own, named in the same way; `touch`: on a screen that is touched.
 */
export async function openInBrowser({
  width = 1440,
  height = 900,
  model,
  ownData,
  touch = false,
}: {
  width?: number;
  height?: number;
  model?: string;
  ownData?: string;
  touch?: boolean;
} = {}): Promise<Opened> {
  const data = mkdtempSync(join(tmpdir(), 'filterscope-e2e-'));
  const host = started(data, [
    ...(ownData === undefined ? [] : ['--own-data', ownData]),
    ...(model === undefined ? [] : [model]),
  ]);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width, height }, hasTouch: touch });
  // far longer than anything takes, so that a busy machine fails no test
  page.setDefaultTimeout(120_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // a failed request is named below, with its address
    if (message.type() === 'error' && !message.text().startsWith('Failed to load'))
      complaints.push(message.text());
  });
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(await host.url);
  await page.getByRole('navigation').waitFor();
  const origin = page.url().split('#')[0] ?? '';
  if (model === undefined) {
    const shipped = page.getByRole('button', { name: 'Open the one that came along' });
    await page.waitForTimeout(300);
    if ((await shipped.count()) > 0) await shipped.click();
  }
  return {
    page,
    complaints,
    data,
    enginePid: host.engine,
    show: async (view) => {
      await page.goto(`${origin}#${view}`);
    },
    close: async () => {
      await browser.close();
      await host.stop();
      rmSync(data, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
