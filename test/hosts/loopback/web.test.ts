// The program of the loopback host: prints its address, opens a model, ends with its owner.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const PROGRAM = resolve(import.meta.dirname, '..', '..', '..', 'out', 'test', 'web.js');
const data = mkdtempSync(join(tmpdir(), 'filterscope-web-'));
let child: ChildProcess | null = null;

afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true, maxRetries: 5 });
});

/** Starts it and gives its first address. */
function start(): Promise<{ url: string; ended: Promise<number | null> }> {
  const started = spawn(process.execPath, [PROGRAM, '--no-open', '--data', data], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child = started;
  const ended = new Promise<number | null>((done) => started.on('exit', done));
  let said = '';
  return new Promise((done, fail) => {
    started.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const url = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(said)?.[0];
      if (url !== undefined) done({ url, ended });
    });
    void ended.then((code) => {
      fail(new Error(`ended with ${String(code)}`));
    });
  });
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('it prints its address, and ends with its engine when its owner goes', async () => {
  const { url, ended } = await start();
  expect((await fetch(url, { redirect: 'manual' })).status).toBe(302);
  const children = readFileSync(`/proc/${child?.pid ?? 0}/task/${child?.pid ?? 0}/children`, 'utf8');
  const engine = Number(children.trim().split(' ')[0]);
  expect(alive(engine)).toBe(true);
  child?.stdin?.end();
  expect(await ended).toBe(0);
  await expect.poll(() => alive(engine), { timeout: 10_000 }).toBe(false);
});
