// Puts libtensorflow and tfjs-node's addon in place: from this checkout, the user's cache, or the pinned wheel.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { lock } from 'proper-lockfile';
import { UserError } from '../contract/errors';
import { PINS, type WheelPin } from './pins';
import { ADDON, LIBRARIES, locateSite, type Site } from './site';

/** Says what provisioning does, a line at a time, with bytes where something is fetched. */
export type Report = (line: string, bytes?: { done: number; total: number }) => void;

const STAMP = join('deps', 'filterscope.json');

/** Sizes of the files that belong together, by path; written last, so a killed start leaves none. */
type Sizes = Record<string, number>;

/** True when every file that the folder's stamp names is there with its size. Costs a few `stat` calls. */
export function isWhole(folder: string): boolean {
  try {
    const sizes = JSON.parse(readFileSync(join(folder, STAMP), 'utf8')) as Sizes;
    return Object.entries(sizes).every(([path, size]) => statSync(join(folder, path)).size === size);
  } catch {
    return false;
  }
}

async function writeStamp(folder: string, paths: readonly string[]): Promise<void> {
  const sizes: Sizes = {};
  for (const path of paths) sizes[path] = (await stat(join(folder, path))).size;
  await writeFile(join(folder, `${STAMP}.new`), JSON.stringify(sizes, null, 1));
  await rename(join(folder, `${STAMP}.new`), join(folder, STAMP));
}

/** Runs a program to its end; throws a UserError with the last line it wrote to stderr. */
async function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  remedy: string,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
    child.on('error', () => {
      reject(new UserError(`${program} could not be started.`, remedy));
    });
    child.on('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new UserError(`${program} failed: ${said.trim().split('\n').at(-1) ?? 'no reason given'}`, remedy),
        );
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

/** Headers of the C API that the addon is compiled against, as paths in the wheel. */
const HEADERS = ['c/', 'core/platform/ctstring', 'tsl/', 'compiler/xla/tsl/c/'].map(
  (p) => `tensorflow/include/tensorflow/${p}`,
);
const OTHER_HEADERS = ['tensorflow/include/tsl/platform/', 'tensorflow/include/xla/tsl/c/'];

const UNPACK = `import sys, zipfile, json
z = zipfile.ZipFile(sys.argv[1])
z.extractall(sys.argv[2], [n for n in z.namelist() if n.startswith(tuple(json.loads(sys.argv[3])))])`;

/** Fetches the pinned wheel (pip checks its sha256), unpacks what is needed and compiles the addon into `entry`. */
async function buildFromWheel(
  pin: WheelPin,
  staging: string,
  entry: string,
  site: Site,
  report: Report,
): Promise<void> {
  const env = { ...process.env, TMPDIR: staging };
  const python = process.env['FILTERSCOPE_PYTHON'] ?? 'python3';
  const requirements = join(staging, 'requirements.txt');
  await writeFile(requirements, `${pin.project}==${pin.version} --hash=sha256:${pin.sha256}\n`);
  const wheels = join(staging, 'wheel');
  const timer = setInterval(() => {
    void bytesBelow(staging).then((done) => {
      report(`Fetching TensorFlow ${pin.version}`, {
        done: Math.min(done, pin.bytes || done),
        total: pin.bytes,
      });
    });
  }, 500);
  const pip = `-m pip download --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.11 --platform ${pin.platform} --require-hashes -r`;
  try {
    const remedy = 'Install Python 3 with pip and check that packages can be fetched, then start again.';
    await run(python, [...pip.split(' '), requirements, '-d', wheels], env, remedy);
  } finally {
    clearInterval(timer);
  }
  report('Unpacking the library');
  const [wheel] = await readdir(wheels);
  const wanted = [...pin.libraries.map((library) => `tensorflow/${library}`), ...HEADERS, ...OTHER_HEADERS];
  const unpacked = join(staging, 'unpacked');
  await run(
    python,
    ['-c', UNPACK, join(wheels, wheel ?? ''), unpacked, JSON.stringify(wanted)],
    env,
    'Free some disk space and start again.',
  );
  for (const library of pin.libraries) {
    await mkdir(join(entry, LIBRARIES), { recursive: true });
    await rename(join(unpacked, 'tensorflow', library), join(entry, LIBRARIES, library));
  }
  report('Compiling the addon');
  await mkdir(dirname(join(entry, ADDON)), { recursive: true });
  const nodeApi = dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json'));
  const mac = process.platform === 'darwin';
  await run(
    process.env['CXX'] ?? 'c++',
    [
      '-std=c++17',
      '-O2',
      '-fPIC',
      '-shared',
      '-DNAPI_VERSION=8',
      `-I${join(nodeApi, 'include')}`,
      `-I${join(unpacked, 'tensorflow', 'include')}`,
      `-I${site.packageFolder}`,
      '-o',
      join(entry, ADDON),
      join(site.packageFolder, 'binding', 'tfjs_backend.cc'),
      join(site.packageFolder, 'binding', 'tfjs_binding.cc'),
      ...pin.libraries.map((library) => join(entry, LIBRARIES, library)),
      ...(mac
        ? ['-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path/../../deps/lib']
        : ['-Wl,-rpath,$ORIGIN/../../deps/lib']),
    ],
    env,
    'Install a C++ compiler (g++ or clang) and start again.',
  );
  await writeStamp(entry, [ADDON, ...pin.libraries.map((library) => join(LIBRARIES, library))]);
}

/** Hard-links (or copies, across file systems) the files of a whole cache entry into the package. */
async function install(entry: string, packageFolder: string): Promise<void> {
  const paths = Object.keys(JSON.parse(readFileSync(join(entry, STAMP), 'utf8')) as Sizes);
  await rm(join(packageFolder, STAMP), { force: true });
  for (const path of paths) {
    const target = join(packageFolder, path);
    await mkdir(dirname(target), { recursive: true });
    await rm(`${target}.new`, { force: true });
    await link(join(entry, path), `${target}.new`).catch(() => copyFile(join(entry, path), `${target}.new`));
    await rename(`${target}.new`, target);
  }
  await writeStamp(packageFolder, paths);
}

/**
 * Makes sure that tfjs-node can load: nothing to do when it is in place, else from the cache that all clones
 * share, else from the pinned wheel. Safe to kill and to run twice at once.
 * Throws a UserError that says what failed and what would help.
 */
export async function ensureTensorflow(
  report: Report = () => undefined,
): Promise<'in place' | 'cache' | 'wheel'> {
  const site = locateSite();
  if (isWhole(site.packageFolder)) return 'in place';
  const pin = PINS.wheels[site.machine];
  if (pin === undefined) {
    throw new UserError(
      `There is no pinned TensorFlow library for ${site.machine}.`,
      'Use Linux (x64, arm64) or macOS (arm64).',
    );
  }
  mkdirSync(site.cacheFolder, { recursive: true });
  const release = await lock(site.cacheFolder, {
    stale: 20_000,
    retries: { retries: 600, minTimeout: 500, maxTimeout: 1000 },
  });
  try {
    const entry = join(site.cacheFolder, `tensorflow-${pin.version}-${site.machine}`);
    const cached = isWhole(entry);
    if (!cached) {
      for (const name of await readdir(site.cacheFolder)) {
        if (name.startsWith('staging-'))
          await rm(join(site.cacheFolder, name), { recursive: true, force: true });
      }
      const staging = await mkdtemp(join(site.cacheFolder, 'staging-'));
      try {
        await buildFromWheel(pin, staging, join(staging, 'entry'), site, report);
        if (existsSync(entry)) await rm(entry, { recursive: true });
        await rename(join(staging, 'entry'), entry);
      } finally {
        await rm(staging, { recursive: true, force: true });
      }
    }
    await install(entry, site.packageFolder);
    return cached ? 'cache' : 'wheel';
  } finally {
    await release();
  }
}
