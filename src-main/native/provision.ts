// Puts libtensorflow and tfjs-node's addon in place, once: from the user's cache, else from the first provider that serves.
import { copyFile, link, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { check, lock } from 'proper-lockfile';
import { explain, UserError } from '../contract/errors';
import { npmArchive } from './npm-archive';
import { run, type Provider, type Report } from './provider';
import { ADDON, LIBRARIES, locateSite, type Site } from './site';
import { readStamp, writeStamp } from './stamp';
import { vendor } from './vendor';
import { wheel } from './wheel';

/** In the order in which they are tried, the fastest library first. */
export const PROVIDERS: readonly Provider[] = [wheel, vendor, npmArchive];

/** Milliseconds after which the lock of a process that no longer renews it is taken for a dead one's. */
const STALE = 20_000;

const TRIAL = 'process.stdout.write(require(process.argv[1]).TF_Version)';

/** Loads the addon in a process of its own and gives its library's version. Throws a UserError when it does not load. */
async function trial(entry: string): Promise<string> {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', TF_CPP_MIN_LOG_LEVEL: '2' };
  const help = 'Report it with the output of `filterscope doctor`.';
  return run(process.execPath, ['-e', TRIAL, join(entry, ADDON)], help, { env });
}

export interface ProvisionOptions {
  readonly site?: Site;
  readonly providers?: readonly Provider[];
  /** Loads what an entry holds and says its version; throws when it does not load. */
  readonly load?: (entry: string) => Promise<string>;
}

/** Hard-links (or copies, across file systems) the files of a whole entry into the package. */
async function install(entry: string, packageFolder: string): Promise<void> {
  const stamp = readStamp(entry);
  if (stamp === null) throw new Error('The cache entry is not whole.');
  const paths = Object.keys(stamp.files);
  // what another provider may have left
  for (const folder of [LIBRARIES, dirname(ADDON)]) {
    await rm(join(packageFolder, folder), { recursive: true, force: true });
  }
  for (const path of paths) {
    const target = join(packageFolder, path);
    await mkdir(dirname(target), { recursive: true });
    await link(join(entry, path), target).catch(() => copyFile(join(entry, path), target));
  }
  await mkdir(join(packageFolder, 'deps'), { recursive: true });
  await writeStamp(packageFolder, stamp, paths);
}

/** Paths of all files below a folder, relative to it. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** Lets one provider fill its entry in a staging folder, and renames it into the cache when whole. */
async function fetchEntry(
  provider: Provider,
  site: Site,
  target: string,
  report: Report,
  load: (entry: string) => Promise<string>,
): Promise<void> {
  const staging = await mkdtemp(join(site.cacheFolder, 'staging-'));
  const entry = join(staging, 'entry');
  try {
    await mkdir(join(entry, 'deps'), { recursive: true });
    await provider.fill({ site, staging, entry, report });
    const tensorflow = await load(entry);
    await writeStamp(entry, { provider: provider.name, tensorflow }, await filesBelow(entry));
    await rm(target, { recursive: true, force: true });
    await rename(entry, target);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** What a killed process left in the cache. */
async function sweep(cacheFolder: string): Promise<void> {
  for (const name of await readdir(cacheFolder)) {
    if (name.startsWith('staging-')) await rm(join(cacheFolder, name), { recursive: true, force: true });
  }
}

/** Finds a whole entry in the cache, or makes one by the first provider that serves. Gives its folder and origin. */
async function findEntry(
  site: Site,
  { providers = PROVIDERS, load = trial }: ProvisionOptions,
  report: Report,
): Promise<{ entry: string; from: 'cache' | Provider['name'] }> {
  const able = providers.flatMap((provider) => {
    const name = provider.entryName(site.machine);
    return name === null ? [] : [{ provider, entry: join(site.cacheFolder, name) }];
  });
  const cached = able.find(({ entry }) => readStamp(entry) !== null);
  if (cached !== undefined) return { entry: cached.entry, from: 'cache' };
  await sweep(site.cacheFolder);
  const refusals: string[] = [];
  for (const { provider, entry } of able) {
    try {
      await fetchEntry(provider, site, entry, report, load);
      return { entry, from: provider.name };
    } catch (error) {
      const refusal = `${provider.name}: ${explain(error)}`;
      refusals.push(refusal);
      report(refusal);
    }
  }
  if (refusals.length === 0) {
    throw new UserError(
      `There is no TensorFlow library for ${site.machine}.`,
      'Use Linux (x64, arm64), macOS (arm64, x64) or Windows (x64).',
    );
  }
  throw new UserError(
    `TensorFlow could not be put in place.\n${refusals.join('\n')}\n`,
    'Follow one of these hints and start again.',
  );
}

/**
 * Makes sure that tfjs-node can load: nothing to do when it is in place, else from the cache that all clones share, else
 * from a provider. Safe to kill at any moment and to run twice at once. Throws a UserError with each provider's reason
 * and what would help.
 */
export async function ensureTensorflow(
  report: Report = () => undefined,
  options: ProvisionOptions = {},
): Promise<'in place' | 'cache' | Provider['name']> {
  const { site = locateSite() } = options;
  if (readStamp(site.packageFolder) !== null) return 'in place';
  if (site.packaged) {
    throw new UserError('The installed app lacks its TensorFlow library.', 'Install it again.');
  }
  try {
    await mkdir(site.cacheFolder, { recursive: true });
  } catch (cause) {
    throw new UserError(
      `The cache folder ${site.cacheFolder} cannot be made.`,
      'Name another one in FILTERSCOPE_CACHE.',
      { cause },
    );
  }
  if (await check(site.cacheFolder, { stale: STALE })) {
    report('Another start holds the cache: waiting until it ends (up to 20 s where it was killed)');
  }
  const release = await lock(site.cacheFolder, {
    stale: STALE,
    retries: { retries: 3600, minTimeout: 500, maxTimeout: 1000 },
    // after the machine slept another process may have taken over: then a step below fails, and says so
    onCompromised: () => undefined,
  });
  try {
    if (readStamp(site.packageFolder) !== null) return 'in place';
    const { entry, from } = await findEntry(site, options, report);
    await install(entry, site.packageFolder);
    return from;
  } finally {
    await release().catch(() => undefined);
  }
}
