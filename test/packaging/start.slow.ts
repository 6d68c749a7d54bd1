// npm start where Electron cannot be had: it says so in one line, and the same app is at the printed address.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, expect, it } from 'vitest';

const script = resolve(import.meta.dirname, '../../scripts/start.mjs');
const data = mkdtempSync(join(tmpdir(), 'filterscope-start-'));
let started: ChildProcess;
afterEach(async () => {
  if (started.exitCode === null) {
    const ended = new Promise((resolve) => started.once('exit', resolve));
    started.kill('SIGTERM');
    await ended;
  }
  rmSync(data, { recursive: true, force: true });
});

/** Starts the app and waits for the address that it prints. Without a PATH there is no browser to be opened. */
function start(env: NodeJS.ProcessEnv): Promise<{ said: string; url: string }> {
  started = spawn(process.execPath, [script, '--data', data], {
    env: { HOME: process.env['HOME'], PATH: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((found, failed) => {
    let said = '';
    const read = (chunk: Buffer): void => {
      said += chunk.toString();
      const url = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(said)?.[0];
      if (url !== undefined) found({ said, url });
    };
    started.stdout?.on('data', read);
    started.stderr?.on('data', read);
    started.on('exit', (code) => {
      failed(new Error(`It ended with ${code ?? 'a signal'}.\n${said}`));
    });
  });
}

const reasons: readonly [NodeJS.ProcessEnv, string][] = [
  [{ DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: '/nonexistent' }, 'there is no Electron in /nonexistent'],
  ...(process.platform === 'linux' ? [[{}, 'there is no display'] as [NodeJS.ProcessEnv, string]] : []),
];

it.each(reasons)('opens the app in the browser and says why: %j', async (env, why) => {
  const { said, url } = await start(env);
  expect(said).toContain(`Electron is not used: ${why}. Opening in the browser.\n`);
  const entry = await fetch(url, { redirect: 'manual' });
  const cookie = entry.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const page = await fetch(new URL('/', url), { headers: { cookie } });
  expect(await page.text()).toContain('<title>Filterscope</title>');
  expect(readdirSync(data)).toContain('logs');
});
