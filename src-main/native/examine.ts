// What this machine has of all that the app stands on: the one list, for the terminal, the app and reports of faults.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { ADDON, appFolders, locateSite } from './site';
import { readStamp } from './stamp';

export interface Fact {
  readonly name: string;
  readonly value: string;
}

interface Outcome {
  /** null when the program could not be started. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program says and how it ends. */
function ask(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', () => {
      resolve({ code: null, stdout, stderr });
    });
    child.on('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

const versionIn = (manifest: string): string =>
  (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;

/** Loads the addon, so that TensorFlow prints its banner, and says its version. */
const LOAD = `const b = require(process.argv[1]); b.createTensor([1], b.TF_FLOAT, new Float32Array(1));
process.stdout.write(b.TF_Version)`;

/** What TensorFlow says of itself, in a process of its own: this one stays without it. */
export async function library(): Promise<Fact[]> {
  const { packageFolder } = locateSite();
  const stamp = readStamp(packageFolder);
  if (stamp === null) {
    return [{ name: 'TensorFlow', value: 'not in place yet; the first training or picture puts it there' }];
  }
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '0', ELECTRON_RUN_AS_NODE: '1' };
  const { code, stdout, stderr } = await ask(process.execPath, ['-e', LOAD, join(packageFolder, ADDON)], env);
  const instructions = /enable the following instructions: ([^,]+)/.exec(stderr)?.[1];
  const slow = stamp.provider === 'npm' ? '; slow: install a C++ compiler and empty the cache folder' : '';
  return [
    {
      name: 'TensorFlow',
      value: code === 0 ? `${stdout}, from ${stamp.provider}${slow}` : `does not load: ${stderr.trim()}`,
    },
    {
      name: 'oneDNN',
      value: stderr.includes('oneDNN custom operations are on')
        ? `on${instructions === undefined ? '' : `, with ${instructions}`}`
        : 'off',
    },
  ];
}

/** Whether Electron's own program is there; asking the package itself would fetch it. */
function electron(): string {
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if ('electron' in process.versions) return `running, ${process.versions['electron']}`;
  try {
    const manifest = createRequire(import.meta.url).resolve('electron/package.json');
    const version = versionIn(manifest);
    const folder = override ?? join(dirname(manifest), 'dist');
    return existsSync(folder) ? `${version}, found` : `${version}, its program is not fetched yet`;
  } catch {
    return 'not installed; the command line does without';
  }
}

/** Where a folder is, and whether it is there yet. */
const place = (folder: string): string => `${folder}${existsSync(folder) ? '' : ' (not made yet)'}`;

/** Reads the shipped model's card, if there is one. */
function shipped(model: string): string {
  try {
    const bytes = statSync(join(model, 'weights.bin')).size;
    const card = JSON.parse(readFileSync(join(model, 'card.json'), 'utf8')) as {
      test?: { accuracy?: number };
    };
    const accuracy = card.test?.accuracy;
    return `found, ${(bytes / 1e6).toFixed(1)} MB${accuracy === undefined ? '' : `, test accuracy ${(accuracy * 100).toFixed(2)} %`}`;
  } catch {
    return 'missing';
  }
}

/**
 * Everything that a report of a fault should say of the machine, in order. `model`: folder of the shipped model;
 * `tensorflow`: what is known of the library, from `library` or from the process that has it loaded.
 */
export async function examine(model: string, tensorflow: readonly Fact[]): Promise<Fact[]> {
  const { cache, data } = appFolders();
  const [compiler, pip] = await Promise.all([
    ask(process.env['CXX'] ?? 'c++', ['--version']),
    ask(process.env['FILTERSCOPE_PYTHON'] ?? 'python3', ['-m', 'pip', '--version']),
  ]);
  const first = ({ code, stdout }: Outcome): string =>
    code === 0 ? (stdout.split('\n')[0] ?? '').replace(/ from .*/, '') : 'not found';
  const tfjs = createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json');
  const threads = process.env['TF_NUM_INTRAOP_THREADS'];
  return [
    { name: 'Node', value: `${process.version} on ${process.platform} ${process.arch}` },
    { name: 'Memory', value: `${(totalmem() / 2 ** 30).toFixed(1)} GiB` },
    ...tensorflow,
    { name: 'Backend', value: `tensorflow, by tfjs-node ${versionIn(tfjs)}` },
    { name: 'Threads', value: threads ?? `${availableParallelism()}, one for each processor` },
    { name: 'C++ compiler', value: first(compiler) },
    { name: 'pip', value: first(pip) },
    { name: 'Electron', value: electron() },
    { name: 'Cache folder', value: place(cache) },
    { name: 'Data folder', value: place(data) },
    { name: 'Shipped model', value: shipped(model) },
  ];
}
