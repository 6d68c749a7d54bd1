// Where the native part belongs on this machine: the tfjs-node package, the cache folder, the platform.
import envPaths from 'env-paths';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

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

/** The addon and the folder of libraries it is linked to, inside a tfjs-node package or a cache entry. */
export const ADDON = join('lib', 'napi-v8', 'tfjs_binding.node');
export const LIBRARIES = join('deps', 'lib');

/** The folders that the operating system gives the app: FILTERSCOPE_CACHE and FILTERSCOPE_DATA override them. */
export function appFolders(env: NodeJS.ProcessEnv = process.env): { cache: string; data: string } {
  const paths = envPaths('filterscope', { suffix: '' });
  return { cache: env['FILTERSCOPE_CACHE'] ?? paths.cache, data: env['FILTERSCOPE_DATA'] ?? paths.data };
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
