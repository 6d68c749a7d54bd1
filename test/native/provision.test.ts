// Provisioning: providers in order, each with its reason; killed, doubled or wrong, it ends whole or not at all.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { UserError } from '../../src-main/contract/errors';
import { npmArchive } from '../../src-main/native/npm-archive';
import { run, type Provider, type Workplace } from '../../src-main/native/provider';
import { ensureTensorflow } from '../../src-main/native/provision';
import { ADDON, LIBRARIES, locateSite, type Site } from '../../src-main/native/site';
import { readStamp } from '../../src-main/native/stamp';
import { wheel } from '../../src-main/native/wheel';

const below = mkdtempSync(join(tmpdir(), 'filterscope-native-'));
afterAll(() => rm(below, { recursive: true, force: true }));
afterEach(() => {
  vi.unstubAllEnvs();
});

let made = 0;
/** A machine with an empty package and an empty cache, or with the cache of another clone. */
function freshSite(cacheFolder?: string): Site {
  const root = join(below, `site${made++}`);
  const packageFolder = join(root, 'tfjs-node');
  mkdirSync(packageFolder, { recursive: true });
  return {
    packageFolder,
    cacheFolder: cacheFolder ?? join(root, 'cache'),
    packaged: false,
    machine: 'linux-x64',
  };
}

const library = join(LIBRARIES, 'libtensorflow.so.2');
const load = (): Promise<string> => Promise.resolve('2.0.0');

function put(entry: string, path: string, content: string): void {
  mkdirSync(dirname(join(entry, path)), { recursive: true });
  writeFileSync(join(entry, path), content);
}

/** A provider that has the two files at hand. */
function serving(
  name: Provider['name'],
  fill: Provider['fill'] = () => Promise.resolve(),
): Provider & { filled: number } {
  const provider = {
    name,
    filled: 0,
    entryName: () => `${name}-1`,
    fill: async (place: Workplace) => {
      provider.filled++;
      await fill(place);
      put(place.entry, ADDON, 'addon');
      put(place.entry, library, 'library');
      put(place.staging, 'archive', 'only needed on the way');
    },
  };
  return provider;
}
const refusing = (name: Provider['name'], why: string): Provider =>
  serving(name, () => Promise.reject(new UserError(why, 'Do this.')));

const inPackage = ({ packageFolder }: Site): string[] =>
  [ADDON, library].filter((path) => existsSync(join(packageFolder, path)));

describe('TensorFlow is put in place', () => {
  test('once: afterwards it is in place, and another clone takes it from the cache as the same file', async () => {
    const site = freshSite();
    const provider = serving('wheel');
    const options = { providers: [provider], load };
    expect(await ensureTensorflow(undefined, { site, ...options })).toBe('wheel');
    expect(await ensureTensorflow(undefined, { site, ...options })).toBe('in place');
    const clone = freshSite(site.cacheFolder);
    expect(await ensureTensorflow(undefined, { site: clone, ...options })).toBe('cache');
    expect(provider.filled).toBe(1);
    expect(readStamp(clone.packageFolder)).toEqual({
      provider: 'wheel',
      tensorflow: '2.0.0',
      files: { [ADDON]: 5, [library]: 7 },
    });
    const inode = (folder: string): number => statSync(join(folder, library)).ino;
    expect(inode(clone.packageFolder)).toBe(inode(site.packageFolder));
  });

  test('by the first provider that serves; those before it say in one line why not, and what would help', async () => {
    const site = freshSite();
    const said: string[] = [];
    const providers = [refusing('wheel', 'There is no compiler.'), serving('npm'), serving('vendor')];
    const from = await ensureTensorflow((line) => said.push(line), { site, providers, load });
    expect(from).toBe('npm');
    expect(said).toEqual(['wheel: There is no compiler. Do this.']);
  });

  test('or not at all, with every reason; nothing is left on the disk', async () => {
    const site = freshSite();
    const providers = [refusing('wheel', 'No pip.'), refusing('npm', 'No npm.')];
    const failing = ensureTensorflow(undefined, { site, providers, load });
    await expect(failing).rejects.toThrow(/wheel: No pip\. Do this\.\nnpm: No npm\. Do this\./);
    expect(inPackage(site)).toEqual([]);
    expect(readdirSync(site.cacheFolder)).toEqual([]);
  });

  test('only when it loads: a library that does not is refused like any other', async () => {
    const site = freshSite();
    const providers = [serving('wheel'), serving('npm')];
    const loading = vi.fn(load).mockRejectedValueOnce(new UserError('It needs a newer GLIBC.', 'Update.'));
    expect(await ensureTensorflow(undefined, { site, providers, load: loading })).toBe('npm');
    expect(readdirSync(site.cacheFolder)).toEqual(['npm-1']);
  });

  test('with only what is needed kept', async () => {
    const site = freshSite();
    await ensureTensorflow(undefined, { site, providers: [serving('wheel')], load });
    const kept = readdirSync(site.cacheFolder, { recursive: true, withFileTypes: true });
    expect(
      kept
        .filter((entry) => entry.isFile())
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['libtensorflow.so.2', 'provisioned.json', 'tfjs_binding.node']);
  });

  test('again when a file was cut short, in the package or in the cache', async () => {
    const site = freshSite();
    const provider = serving('wheel');
    const options = { site, providers: [provider], load };
    await ensureTensorflow(undefined, options);
    await rm(join(site.packageFolder, ADDON));
    expect(await ensureTensorflow(undefined, options)).toBe('cache');
    truncateSync(join(site.packageFolder, library), 3); // the cache has the same file
    expect(await ensureTensorflow(undefined, options)).toBe('wheel');
    expect(readFileSync(join(site.packageFolder, library), 'utf8')).toBe('library');
  });

  test('never into an installed app, which is read-only', async () => {
    const site = { ...freshSite(), packaged: true };
    await expect(ensureTensorflow(undefined, { site, providers: [serving('wheel')], load })).rejects.toThrow(
      'installed app lacks',
    );
  });

  test('nowhere that has no library, and it says which machines have one', async () => {
    const site = { ...freshSite(), machine: 'sunos-sparc' };
    await expect(ensureTensorflow(undefined, { site })).rejects.toThrow(
      'no TensorFlow library for sunos-sparc',
    );
  });

  test('in no cache folder that cannot be made, which it names', async () => {
    await writeFile(join(below, 'a-file'), '');
    const site = freshSite(join(below, 'a-file', 'cache'));
    await expect(ensureTensorflow(undefined, { site })).rejects.toThrow('cannot be made');
  });
});

describe('killed and doubled', () => {
  test('what a killed start left is swept away, and its lock does not hold for ever', async () => {
    const site = freshSite();
    put(site.cacheFolder, join('staging-dead', 'wheel', 'half'), 'half of it');
    put(site.cacheFolder, join('wheel-1', ADDON), 'an entry without its stamp');
    const lockFolder = `${site.cacheFolder}.lock`;
    mkdirSync(lockFolder);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(lockFolder, longAgo, longAgo);
    expect(await ensureTensorflow(undefined, { site, providers: [serving('wheel')], load })).toBe('wheel');
    expect(readdirSync(site.cacheFolder)).toEqual(['wheel-1']);
    expect(inPackage(site)).toHaveLength(2);
  });

  test('two at once: one fetches, the other says that it waits and takes what is there', async () => {
    const site = freshSite();
    const clone = freshSite(site.cacheFolder);
    const said: string[] = [];
    let second: Promise<string> | undefined;
    const slow = serving('wheel', async () => {
      second = ensureTensorflow((line) => said.push(line), { site: clone, providers: [slow], load });
      await vi.waitFor(() => {
        expect(said).toHaveLength(1);
      });
    });
    expect(await ensureTensorflow(undefined, { site, providers: [slow], load })).toBe('wheel');
    expect(await second).toBe('cache');
    expect(said).toEqual([expect.stringContaining('Another start holds the cache')]);
    expect(slow.filled).toBe(1);
    expect([inPackage(site), inPackage(clone)].flat()).toHaveLength(4);
  });
});

describe('an archive', () => {
  const place = (site: Site, said: string[] = []): Workplace => {
    const staging = mkdtempSync(join(below, 'staging-'));
    return { site, staging, entry: join(staging, 'entry'), report: (line) => said.push(line) };
  };
  /** A program on the PATH that does what the shell script says. */
  const program = (name: string, script: string): string => {
    const folder = mkdtempSync(join(below, 'bin-'));
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return join(folder, name);
  };

  test('that is not the pinned wheel is refused, whatever pip says of it', async () => {
    // pip's last argument is the folder to fetch into
    const pip = program(
      'python3',
      'for last; do :; done; case "$*" in *download*) mkdir -p "$last"; echo other > "$last/x.whl";; esac',
    );
    vi.stubEnv('FILTERSCOPE_PYTHON', pip);
    vi.stubEnv('CXX', program('c++', 'exit 0'));
    await expect(wheel.fill(place(freshSite()))).rejects.toThrow(/x\.whl has the sha256 .* was expected/);
  });

  test('that pip itself refuses is called not the pinned one, in a sentence', async () => {
    const pip = program(
      'python3',
      'case "$*" in *download*) echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES" >&2; exit 1;; esac',
    );
    vi.stubEnv('FILTERSCOPE_PYTHON', pip);
    vi.stubEnv('CXX', program('c++', 'exit 0'));
    await expect(wheel.fill(place(freshSite()))).rejects.toThrow('is not the pinned one');
  });

  test('whose own script fails is refused with what it said, not with where', async () => {
    const script = program(
      'vendor',
      `echo "Error: no such host" >&2; echo "Emitted 'error' event at:" >&2; echo "    at emit (file.js:1)" >&2; exit 1`,
    );
    await expect(run(script, [], 'Look.')).rejects.toThrow('vendor failed: Error: no such host.');
  });

  test('that is not the pinned npm archive is refused', async () => {
    const npm = program('npm', 'for last; do :; done; echo other > "$last/x.tgz"');
    vi.stubEnv('PATH', `${dirname(npm)}:${process.env['PATH'] ?? ''}`);
    await expect(npmArchive.fill(place(freshSite()))).rejects.toThrow(
      /x\.tgz has the sha512 .* was expected/,
    );
  });

  test('is not even fetched where the compiler or pip is missing', async () => {
    vi.stubEnv('CXX', '/nowhere/c++');
    await expect(wheel.fill(place(freshSite()))).rejects.toThrow('/nowhere/c++ could not be started');
    vi.stubEnv('CXX', program('c++', 'exit 0'));
    vi.stubEnv('FILTERSCOPE_PYTHON', program('python3', 'echo "No module named pip" >&2; exit 1'));
    const said: string[] = [];
    await expect(wheel.fill(place(freshSite(), said))).rejects.toThrow('No module named pip');
    expect(said).toEqual([]);
  });
});

test('the TensorFlow that these tests run on is in place, with its version', () => {
  const stamp = readStamp(locateSite().packageFolder);
  expect(stamp?.tensorflow).toMatch(/^\d+\.\d+\.\d+$/);
  expect(Object.keys(stamp?.files ?? {})).toContain(ADDON);
});
