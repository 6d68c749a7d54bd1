// The PyPI wheel: TensorFlow's newest library, with the addon compiled against it. The fast way.
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { explain, UserError } from '../contract/errors';
import { PINS, type WheelPin } from './pins';
import { run, verify, watched, type Provider, type Workplace } from './provider';
import { ADDON, LIBRARIES } from './site';

/** Headers of the C API that the addon is compiled against, as paths in the wheel. */
const HEADERS = ['c/', 'core/platform/ctstring', 'tsl/', 'compiler/xla/tsl/c/']
  .map((path) => `tensorflow/include/tensorflow/${path}`)
  .concat('tensorflow/include/tsl/platform/', 'tensorflow/include/xla/tsl/c/');

const UNPACK = `import sys, zipfile, json
z = zipfile.ZipFile(sys.argv[1])
z.extractall(sys.argv[2], [n for n in z.namelist() if n.startswith(tuple(json.loads(sys.argv[3])))])`;

const PIP_HELP = 'Install Python 3 with pip and check that packages can be fetched.';
const COMPILER_HELP = 'Install a C++ compiler (g++ or clang).';
const compiler = (): string => process.env['CXX'] ?? 'c++';
const python = (): string => process.env['FILTERSCOPE_PYTHON'] ?? 'python3';

async function compile(pin: WheelPin, include: string, { entry, site }: Workplace): Promise<void> {
  await mkdir(dirname(join(entry, ADDON)), { recursive: true });
  const nodeApi = dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json'));
  const rpath =
    process.platform === 'darwin'
      ? ['-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path/../../deps/lib']
      : ['-Wl,-rpath,$ORIGIN/../../deps/lib'];
  await run(
    compiler(),
    [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'],
      ...[join(nodeApi, 'include'), include, site.packageFolder].map((folder) => `-I${folder}`),
      ...['-o', join(entry, ADDON)],
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(site.packageFolder, 'binding', file)),
      ...pin.libraries.map((library) => join(entry, LIBRARIES, library)),
      ...rpath,
    ],
    COMPILER_HELP,
  );
}

async function fill(place: Workplace): Promise<void> {
  const { site, staging, entry, report } = place;
  const pin = PINS.wheels[site.machine] as WheelPin;
  await run(compiler(), ['--version'], COMPILER_HELP);
  await run(python(), ['-m', 'pip', '--version'], PIP_HELP);
  const env = { ...process.env, TMPDIR: staging };
  const requirements = join(staging, 'requirements.txt');
  await writeFile(requirements, `${pin.project}==${pin.version} --hash=sha256:${pin.sha256}\n`);
  const fetched = join(staging, 'wheel');
  const pip =
    '-m pip download --disable-pip-version-check --no-cache-dir --no-deps --only-binary=:all: --python-version 3.11';
  const args = [
    ...pip.split(' '),
    '--platform',
    pin.platform,
    '--require-hashes',
    '-r',
    requirements,
    '-d',
    fetched,
  ];
  const fetching = run(python(), args, PIP_HELP, { env }).catch((error: unknown) => {
    if (!/hashes/i.test(explain(error))) throw error;
    throw new UserError(
      `The wheel that pip fetched has not the sha256 ${pin.sha256.slice(0, 12)}…, so it is not the pinned one.`,
      'Check the package mirror that this machine is set up with.',
      { cause: error },
    );
  });
  await watched(`Fetching TensorFlow ${pin.version}`, staging, pin.bytes, report, fetching);
  const [name = ''] = await readdir(fetched);
  await verify(join(fetched, name), 'sha256', 'hex', pin.sha256);
  const unpacked = join(staging, 'unpacked');
  const wanted = [...pin.libraries.map((library) => `tensorflow/${library}`), ...HEADERS];
  const total = pin.unpackedBytes;
  const unpacking = run(
    python(),
    ['-c', UNPACK, join(fetched, name), unpacked, JSON.stringify(wanted)],
    `Free ${Math.ceil(total / 1e8) / 10} GB of disk space.`,
  );
  await watched('Unpacking the library', unpacked, total, report, unpacking);
  await mkdir(join(entry, LIBRARIES), { recursive: true });
  for (const library of pin.libraries) {
    await rename(join(unpacked, 'tensorflow', library), join(entry, LIBRARIES, library));
  }
  report('Compiling the addon, some 30 s');
  await compile(pin, join(unpacked, 'tensorflow', 'include'), place);
}

export const wheel: Provider = {
  name: 'wheel',
  entryName: (machine) => {
    const pin = PINS.wheels[machine];
    return pin === undefined ? null : `wheel-${pin.version}-${machine}`;
  },
  fill,
};
