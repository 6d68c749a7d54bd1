// The vendor's archive, fetched by tfjs-node's own script: the way on Windows, or wherever its storage can be reached.
import { cp, mkdir, readdir, rename, stat } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { UserError } from '../contract/errors';
import { PINS } from './pins';
import { run, watched, type Provider, type Workplace } from './provider';
import { ADDON, LIBRARIES } from './site';

const HELP = "Check that the vendor's storage can be reached, or name a mirror in TFJS_NODE_CDN_STORAGE.";

/**
 * Runs the script on a copy of the package, so that nothing half-made ever lies in the package itself. The vendor
 * publishes no checksums: what guards this archive is TLS, and that the addon loads.
 */
async function fill({ site, staging, entry, report }: Workplace): Promise<void> {
  const modules = dirname(dirname(site.packageFolder));
  const copy = join(staging, 'tfjs-node');
  await cp(site.packageFolder, copy, {
    recursive: true,
    filter: (path) =>
      !['deps', 'lib', 'dist', 'src'].includes(basename(path)) || dirname(path) !== site.packageFolder,
  });
  const env = {
    ...process.env,
    NODE_PATH: modules,
    PATH: [join(modules, '.bin'), process.env['PATH'] ?? ''].join(delimiter),
    ELECTRON_RUN_AS_NODE: '1',
  };
  const installing = run(process.execPath, [join('scripts', 'install.js')], HELP, { env, cwd: copy });
  const total = PINS.vendor.bytes;
  await watched(`Fetching TensorFlow ${PINS.vendor.version}`, join(copy, 'deps'), total, report, installing);
  const addon = join(copy, ADDON);
  if (!(await stat(addon).catch(() => null))) {
    throw new UserError("The vendor's storage gave no addon.", HELP);
  }
  await mkdir(join(entry, LIBRARIES), { recursive: true });
  await mkdir(dirname(join(entry, ADDON)), { recursive: true });
  // beside the addon: on Windows a library is looked for there
  for (const name of await readdir(dirname(addon))) {
    await cp(join(dirname(addon), name), join(entry, dirname(ADDON), name), { dereference: true });
  }
  if (process.platform === 'win32') return;
  for (const name of await readdir(join(copy, LIBRARIES))) {
    if (/\.(so|dylib)/.test(name)) await rename(join(copy, LIBRARIES, name), join(entry, LIBRARIES, name));
  }
}

export const vendor: Provider = {
  name: 'vendor',
  entryName: (machine) =>
    PINS.vendor.machines.includes(machine) ? `vendor-${PINS.vendor.version}-${machine}` : null,
  fill,
};
