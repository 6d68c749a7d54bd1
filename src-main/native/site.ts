// Where the native part belongs on this machine: the tfjs-node package, the cache folder, the platform.
import envPaths from 'env-paths';
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { explain, UserError } from '../contract/errors';

/** One machine's answer to "where": everything that provisioning reads or writes lies under these two folders. */
export interface Site {
  /** Root of the @tensorflow/tfjs-node package, outside any asar. */
  readonly packageFolder: string;
  /** The user's cache folder, shared by all clones. */
  readonly cacheFolder: string;
  /** True inside an installed app, whose files are read-only and complete. */
  readonly packaged: boolean;
  /** As `process.platform` and `process.arch` say it: 'linux-x64'. */
  readonly machine: string;
}

/** What the folder for data is called in the one that the user chose. */
const NAME = 'Filterscope';

/** The addon and the folder of libraries it is linked to, inside a tfjs-node package or a cache entry. */
export const ADDON = join('lib', 'napi-v8', 'tfjs_binding.node');
export const LIBRARIES = join('deps', 'lib');

export interface AppFolders {
  readonly cache: string;
  readonly data: string;
  /** The folder that the user chose for the data where it is not there, such as on a drive that is not: `data` stands in for it. */
  readonly missing: string | null;
}

const systemFolders = () => envPaths('filterscope', { suffix: '' });
/** In the system's folder for the app's data: the path of the one that the user chose instead. */
const chosenNote = (): string => join(systemFolders().data, 'data-folder');

function chosenFolder(): string | null {
  try {
    return readFileSync(chosenNote(), 'utf8');
  } catch {
    return null;
  }
}

/** A folder that the environment names; an empty name is none. */
function folderIn(env: NodeJS.ProcessEnv, name: string): string | null {
  const folder = env[name];
  return folder === undefined || folder === '' ? null : folder;
}

/**
 * The folders that the operating system gives the app. FILTERSCOPE_CACHE and FILTERSCOPE_DATA override them, the choice of the
 * user the one for data.
 */
export function appFolders(env: NodeJS.ProcessEnv = process.env): AppFolders {
  const { cache, data } = systemFolders();
  const chosen = chosenFolder();
  const isThere = chosen !== null && existsSync(chosen);
  const named = folderIn(env, 'FILTERSCOPE_DATA');
  return {
    cache: folderIn(env, 'FILTERSCOPE_CACHE') ?? cache,
    data: named ?? (isThere ? chosen : data),
    missing: named !== null || isThere ? null : chosen,
  };
}

/**
 * Has the app keep its data below `folder` from its next start on, and gives the path. Throws a UserError where it is named
 * by FILTERSCOPE_DATA, or where nothing can be written.
 */
export function chooseDataFolder(folder: string, env: NodeJS.ProcessEnv = process.env): string {
  if (folderIn(env, 'FILTERSCOPE_DATA') !== null) {
    throw new UserError(
      'The data folder is named by the environment variable FILTERSCOPE_DATA.',
      'Change it there, or start Filterscope without it.',
    );
  }
  const data = basename(folder) === NAME ? folder : join(folder, NAME);
  try {
    mkdirSync(data, { recursive: true });
    accessSync(data, constants.W_OK);
    mkdirSync(dirname(chosenNote()), { recursive: true });
    writeFileAtomic.sync(chosenNote(), data);
  } catch (error) {
    throw new UserError(`Nothing can be kept in ${data}: ${explain(error)}`, 'Choose another folder.');
  }
  return data;
}

/**
 * Finds tfjs-node from this very file, so that it works in a checkout, in a bundle and in an installed app.
 * In the latter the package is listed in app.asar, but a library can only be loaded from the unpacked copy.
 */
export function locateSite(env: NodeJS.ProcessEnv = process.env): Site {
  const listed = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json'));
  const packageFolder = listed.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');
  return {
    packageFolder,
    cacheFolder: appFolders(env).cache,
    packaged: /app\.asar\.unpacked[\\/]/.test(packageFolder),
    machine: `${process.platform}-${process.arch}`,
  };
}
