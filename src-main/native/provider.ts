// What a provider of native TensorFlow is, and what all of them need: programs run, bytes counted, checksums compared.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../contract/errors';
import type { Site } from './site';

/** Says what provisioning does, a line at a time, with bytes where something is fetched. */
export type Report = (line: string, bytes?: { done: number; total: number }) => void;

export interface Workplace {
  readonly site: Site;
  /** An empty folder for whatever is only needed on the way; removed afterwards. */
  readonly staging: string;
  /** Where ADDON and the files of LIBRARIES go. */
  readonly entry: string;
  readonly report: Report;
}

/** One way to come by libtensorflow and tfjs-node's addon. */
export interface Provider {
  readonly name: 'wheel' | 'vendor' | 'npm';
  /** Name of its folder in the cache, with the version and the machine; null where it has nothing for this machine. */
  entryName(machine: string): string | null;
  /**
   * Fills the entry. Throws a UserError: why it does not serve here, and what would help. What it can know beforehand
   * it says before it fetches anything.
   */
  fill(place: Workplace): Promise<void>;
}

/** The line that says most of what a program wrote to stderr: the last that speaks of an error, else the last. */
function reason(said: string): string {
  const lines = said
    .trim()
    .split('\n')
    .filter((line) => !/^\s*at /.test(line)); // a stack says where, not why
  const telling =
    lines.findLast((line) => /error: |denied|refused|no space/i.test(line)) ??
    lines.findLast((line) => /error/i.test(line)) ??
    lines.at(-1) ??
    '';
  return telling.trim() === '' ? 'it gave no reason' : telling.trim().replace(/\.$/, '');
}

/** Runs a program to its end and gives what it wrote to stdout; throws a UserError with the reason on stderr. */
export async function run(
  program: string,
  args: readonly string[],
  remedy: string,
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let [wrote, said] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (wrote = (wrote + chunk.toString()).slice(-4000)));
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
    child.on('error', () => {
      reject(new UserError(`${program} could not be started.`, remedy));
    });
    child.on('close', (code) => {
      if (code === 0) resolve(wrote);
      else reject(new UserError(`${basename(program)} failed: ${reason(said)}.`, remedy));
    });
  });
}

/** Bytes of all files below a folder that may change while it is read. */
async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Reports the bytes that arrive below `folder` while `work` goes on. */
export async function watched<T>(
  line: string,
  folder: string,
  total: number,
  report: Report,
  work: Promise<T>,
): Promise<T> {
  report(line, { done: 0, total });
  const timer = setInterval(() => {
    void bytesBelow(folder).then((done) => {
      report(line, { done: Math.min(done, total), total });
    });
  }, 250);
  try {
    const result = await work;
    report(line, { done: total, total });
    return result;
  } finally {
    clearInterval(timer);
  }
}

/** Throws a UserError when a file is not the pinned one. */
export async function verify(
  file: string,
  algorithm: 'sha256' | 'sha512',
  encoding: 'hex' | 'base64',
  expected: string,
): Promise<void> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  const found = hash.digest(encoding);
  if (found !== expected) {
    throw new UserError(
      `${basename(file)} has the ${algorithm} ${found.slice(0, 12)}…; ${expected.slice(0, 12)}… was expected.`,
      'Check the package mirror that this machine is set up with.',
    );
  }
}
