// Published models, end to end: opened, every layer held to what their maker's own runtime computes, layers visualised.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { visualize } from '../../src-main/ascent/visualize';
import { methodSchema } from '../../src-main/contract/method';
import { appFolders } from '../../src-main/native/site';
import { openModel } from '../../src-main/network/formats/open';
import { nodeOf, unitLayers, type Network } from '../../src-main/network/network';
import { references } from '../network/formats/parity';
import { machine } from './machine';
import { compareLayers, tensorflowJs, type Computed } from '../network/formats/runtime-parity';
import { pythonWith } from './venv';

/** Units and steps of each layer's pictures. */
const UNITS = 2;
const STEPS = 16;
/** Difference in a layer, of its greatest value, that rounding explains. */
const ROUNDING = 1e-4;
const FIXTURES = join('test', 'network', 'formats', 'fixtures');

/** The folder of models: named by FILTERSCOPE_MODELS, or filled once in the cache folder. */
function modelsFolder(): string {
  const own = process.env['FILTERSCOPE_MODELS'];
  if (own !== undefined) return own;
  const folder = join(appFolders().cache, 'published-models');
  const whole = join(folder, 'whole.txt');
  const script = join(FIXTURES, 'make_published.py');
  const wanted = readFileSync(script, 'utf8');
  if (!existsSync(whole) || readFileSync(whole, 'utf8') !== wanted) {
    const python = pythonWith(join(FIXTURES, 'published-requirements.txt'), '1 GB');
    execFileSync(python, [script, folder], { stdio: ['ignore', 2, 2] });
    writeFileSync(whole, wanted);
  }
  return folder;
}

interface Tried {
  readonly name: string;
  readonly package: string;
  readonly format: string;
  readonly parameters: number;
  readonly megabytes: number;
  readonly opened: number;
  readonly compared: number;
  readonly unsupported: number;
  readonly worst: number;
  readonly worstAt: string;
  readonly pictures: { readonly layer: string; readonly seconds: number }[];
}

/** Pictures of the first, a middle and the last layer that has units. */
async function pictures(network: Network): Promise<Tried['pictures']> {
  const layers = unitLayers(network).map(({ name }) => name);
  const chosen = new Set([0, layers.length >> 1, layers.length - 1].map((i) => layers[i] as string));
  const method = methodSchema.options[3].parse({ name: 'fourier', steps: STEPS });
  const made: Tried['pictures'] = [];
  for (const layer of chosen) {
    const units = Array.from({ length: Math.min(UNITS, nodeOf(network, layer).shape[2]) }, (_, i) => i);
    const began = performance.now();
    const run = visualize({ network, layer, units, method, seed: 0, windows: new Float32Array(0) });
    let next = await run.next();
    while (next.done !== true) next = await run.next();
    const { images } = next.value;
    if (!images.every(Number.isFinite)) throw new Error(`${layer}: a picture is no number`);
    if (images.every((value) => value === images[0])) throw new Error(`${layer}: the pictures are blank`);
    made.push({ layer, seconds: (performance.now() - began) / 1000 });
  }
  return made;
}

async function tryModel(folder: string, name: string): Promise<Tried> {
  const path = join(folder, name);
  const about = JSON.parse(readFileSync(join(path, 'about.json'), 'utf8')) as Pick<
    Tried,
    'package' | 'format'
  >;
  const files = readdirSync(path).filter((file) => !/^(values|about)\./.test(file));
  const bytes = files.reduce((sum, file) => sum + statSync(join(path, file)).size, 0);
  const isTfjs = files.includes('model.json');
  const known: Computed[] = isTfjs ? [] : references(path);
  const [given] = known;
  const side = isTfjs ? 224 : Math.max(...(given?.shape.slice(-2) ?? [224]));
  const began = performance.now();
  const network = await openModel(isTfjs ? path : join(path, files[0] ?? ''), {
    inputSize: side,
    scaling: '0..1',
  });
  const opened = (performance.now() - began) / 1000;
  try {
    const [image, ...theirs] = isTfjs ? await tensorflowJs(path, network) : known;
    if (image === undefined) throw new Error('nothing to compare with');
    const { worst, worstAt, compared } = compareLayers(network, image, theirs);
    const { parameters, unsupported } = network;
    return {
      ...{ name, ...about, parameters, megabytes: bytes / 1e6, opened, compared, worst, worstAt },
      unsupported: unsupported.length,
      pictures: await pictures(network),
    };
  } finally {
    network.dispose();
  }
}

const count = (value: number): string =>
  value >= 1e6 ? `${(value / 1e6).toFixed(2)} M` : `${(value / 1e3).toFixed(0)} k`;

function row(tried: Tried): string {
  const seconds = tried.pictures.map((picture) => picture.seconds.toFixed(1)).join(', ');
  const cells = [
    ...[`${tried.name} (${tried.package})`, tried.format, count(tried.parameters)],
    ...[tried.megabytes.toFixed(1), tried.opened.toFixed(2), seconds, tried.compared],
    tried.worst.toExponential(1),
  ];
  return `| ${cells.join(' | ')} |`;
}

const folder = modelsFolder();
const wanted = process.argv.slice(2);
const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'about.json')));
const chosen = wanted.length === 0 ? names : names.filter((name) => wanted.includes(name));
// whatever the first kernels cost is no part of the first model's time
await openModel(join('resources', 'model')).then((network) => {
  network.dispose();
});
const all: Tried[] = [];
let failed = 0;
for (const name of chosen) {
  try {
    const tried = await tryModel(folder, name);
    all.push(tried);
    const bad = !(tried.worst < ROUNDING);
    if (bad) failed++;
    const times = tried.pictures
      .map(({ layer, seconds }) => `${layer.slice(-30)} ${seconds.toFixed(1)} s`)
      .join(', ');
    process.stderr.write(
      `${bad ? 'WRONG ' : ''}${name}: ${tried.format}, ${count(tried.parameters)} parameters, ${tried.megabytes.toFixed(1)} MB, opened in ${tried.opened.toFixed(2)} s, ${tried.compared} layers compared, worst ${tried.worst.toExponential(1)} at ${tried.worstAt.slice(-60)}, ${tried.unsupported} not supported; ${times}\n`,
    );
  } catch (error) {
    failed++;
    process.stderr.write(
      `FAILED ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  }
}
if (process.env['FILTERSCOPE_MODELS'] === undefined && wanted.length === 0 && failed === 0) {
  const { processors, load } = machine();
  const lines = [
    `Measured on ${new Date().toISOString().slice(0, 10)}: ${processors}, load ${load}. Pictures: ${UNITS} units, ${STEPS} steps of \`fourier\`.`,
    '',
    '| model (package) | format | parameters | MB | opened, s | pictures of the first, a middle and the last layer, s | layers compared | worst difference, of the layer’s greatest value |',
    '|---|---|---|---|---|---|---|---|',
    ...all.map(row),
  ];
  const [begin, end] = ['<!-- models -->', '<!-- /models -->'];
  const [head = '', rest = ''] = readFileSync('BENCHMARKS.md', 'utf8').split(begin);
  writeFileSync(
    'BENCHMARKS.md',
    `${head}${begin}\n\n${lines.join('\n')}\n\n${end}${rest.split(end)[1] ?? ''}`,
  );
}
process.stdout.write(`${all.length} of ${chosen.length} models tried, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
