// Files that are broken or mean harm: each is refused in words, quickly, and the process goes on.
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src-main/contract/errors';
import { openModel } from '../../../src-main/network/formats/open';
import { encodeTfjsLayers, encodeTfjsModel } from '../../../src-main/network/formats/tfjs-layers';
import { QUESTION_LAYERS, QUESTION_WEIGHTS, weight } from '../models';
import { fuzz, seedOf, type Seed } from './fuzzing';
import { fixtures } from './parity';

const CASES = Number(process.env.FILTERSCOPE_FUZZ ?? 60);
const folder = mkdtempSync(join(tmpdir(), 'filterscope-hostile-'));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

async function refusal(path: string): Promise<UserError> {
  const error: unknown = await openModel(path).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).remedy).not.toBe('');
  return error as UserError;
}

describe('What is no model is recognised', () => {
  const pickle = Buffer.from('\x80\x02}q\x00.', 'latin1');
  const cases: [string, string, Uint8Array, RegExp][] = [
    ['an empty file', 'empty.keras', Buffer.alloc(0), /is empty/],
    ['a picture', 'cat.png', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), /no model of a known format/],
    ['a pickle', 'model.pkl', pickle, /Python pickle/],
    ['TorchScript', 'model.pt', zipSync({ 'm/constants.pkl': pickle, 'm/data.pkl': pickle }), /TorchScript/],
    ['a PyTorch archive', 'model.pth', zipSync({ 'm/data.pkl': pickle }), /PyTorch pickle/],
    ['a SavedModel in a zip', 'saved.zip', zipSync({ 'saved_model.pb': pickle }), /SavedModel/],
    ['TensorFlow Lite', 'model.tflite', Buffer.from('\x1c\0\0\0TFL3....', 'latin1'), /TensorFlow Lite/],
    ['noise named ONNX', 'noise.onnx', Buffer.from('not a model at all'), /damaged ONNX/],
    [
      'a zip that climbs out',
      'climb.zip',
      zipSync({ '../model.json': Buffer.from('{}') }),
      /damaged archive/,
    ],
  ];
  it.each(cases)('%s', async (_, name, content, reason) => {
    expect((await refusal(file(name, content))).message).toMatch(reason);
  });

  it('weights without their model', async () => {
    expect((await refusal(join(fixtures, 'odd', 'only.weights.h5'))).message).toContain(
      'weights without their model',
    );
  });
});

describe('Layers that are not supported', () => {
  it.each(['lambda.keras', 'lambda.h5'])('%s: code is named and never run', async (name) => {
    const network = await openModel(join(fixtures, 'odd', name));
    const [first] = network.unsupported;
    expect(first).toMatchObject({
      name: 'twice',
      kind: 'Lambda',
      after: ['conv'],
      reason: 'it holds code, which is not run',
    });
    expect(network.nodes.map((node) => node.name)).toContain('conv');
    network.dispose();
  });

  it('a recurrent layer is named with its place', async () => {
    const network = await openModel(join(fixtures, 'odd', 'recurrent.keras'));
    expect(network.unsupported).toMatchObject([{ name: 'lstm', kind: 'LSTM', after: ['rows'] }]);
    network.dispose();
  });

  it('weights that are no numbers are warned of by name', async () => {
    const network = await openModel(join(fixtures, 'odd', 'nan.keras'));
    expect(network.warnings).toEqual(['Weight conv/kernel has 1 of 18 values that are no numbers.']);
    network.dispose();
  });
});

it('an HDF5 file that sends its reader round in circles is given up', async () => {
  expect((await refusal(join(fixtures, 'odd', 'endless.h5'))).message).toContain('does not end');
});

describe('Models that mean harm', () => {
  const { json, bin } = encodeTfjsLayers(QUESTION_LAYERS, QUESTION_WEIGHTS);
  const layersOf = (count: number): unknown[] => [
    QUESTION_LAYERS[0],
    ...Array.from({ length: count }, (_, i) => ({
      class_name: 'Activation',
      config: { name: `a${i}`, activation: 'relu' },
    })),
  ];
  const small = [weight('conv1/kernel', [5, 5, 1, 4]), weight('conv1/bias', [4])];
  const node = (name: string, from: string): unknown => ({
    class_name: 'Activation',
    name,
    config: { name, activation: 'relu' },
    inbound_nodes: [[[from, 0, 0, {}]]],
  });
  const zip = (model: { json: string; bin: Buffer }): Uint8Array =>
    zipSync({ 'model/model.json': Buffer.from(model.json), 'model/weights.bin': model.bin });

  it('a zip of a good model opens', async () => {
    const network = await openModel(file('good.zip', zip({ json, bin })));
    expect(network.input).toEqual([28, 28, 1]);
    network.dispose();
  });

  it('10,000 layers', async () => {
    const path = file('deep.zip', zip(encodeTfjsLayers(layersOf(10_000), small)));
    expect((await refusal(path)).message).toContain('more than');
  });

  it('a circle', async () => {
    const input = {
      class_name: 'InputLayer',
      name: 'in',
      config: { name: 'in', batch_input_shape: [null, 8, 8, 1] },
      inbound_nodes: [],
    };
    const config = {
      name: 'm',
      layers: [input, node('a', 'b'), node('b', 'a')],
      input_layers: [['in', 0, 0]],
      output_layers: [['b', 0, 0]],
    };
    const path = file('circle.zip', zip(encodeTfjsModel({ class_name: 'Functional', config }, [])));
    expect((await refusal(path)).message).toContain('circle');
  });

  it('models nested without end', async () => {
    let config: unknown = { class_name: 'Sequential', config: { name: 'm', layers: [] } };
    for (let i = 0; i < 200; i++)
      config = { class_name: 'Sequential', config: { name: `m${i}`, layers: [config] } };
    const path = file('nested.zip', zip(encodeTfjsModel(config, [])));
    expect((await refusal(path)).message).toContain('nested too deeply');
  });

  it('shapes that overflow', async () => {
    const huge = layersOf(0);
    huge.push({ class_name: 'UpSampling2D', config: { name: 'up', size: [100000, 100000] } });
    const network = await openModel(file('huge.zip', zip(encodeTfjsLayers(huge, small))));
    expect(network.unsupported[0]?.reason).toContain('too large');
    network.dispose();
  });

  it('names that are special in JavaScript', async () => {
    const odd = json.replaceAll('"conv1', '"__proto__').replaceAll('"pool1"', '"constructor"');
    const network = await openModel(file('proto.zip', zip({ json: odd, bin })));
    expect(network.nodes.map(({ name }) => name)).toContain('__proto__');
    expect(({} as Record<string, unknown>).filters).toBeUndefined();
    network.dispose();
  });

  it('a zip bomb', async () => {
    const bomb = zipSync({ 'model.json': new Uint8Array(20e6), 'weights.bin': new Uint8Array(20e6) });
    // the archive's own record says that the files are small
    const lying = Buffer.from(bomb);
    for (
      let at = lying.indexOf('PK\x01\x02', 0, 'latin1');
      at >= 0;
      at = lying.indexOf('PK\x01\x02', at + 4, 'latin1')
    ) {
      lying.writeUInt32LE(100, at + 24);
    }
    expect((await refusal(file('bomb.zip', lying))).message).toContain('damaged archive');
    expect((await refusal(file('honest.zip', bomb))).message).toContain('not JSON');
    const large = zipSync({ 'model.json': new Uint8Array(1e8), 'weights.bin': new Uint8Array(1e8) });
    expect((await refusal(file('large.zip', large))).message).toContain('claims to hold 200 MB');
  });
});

describe(`${CASES} seeded mutations of each kind of file, every fixture of it in turn, are opened or refused in words`, () => {
  const paths = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).sort();
  const seeds = (name: RegExp, ...beside: string[]): Seed[] =>
    paths.filter((path) => name.test(path)).map((path) => seedOf(fixtures, path, beside));
  const layers = seeds(/tfjs[^/\\]*[/\\]model\.json$/, 'group1-shard1of1.bin');
  const zipped = layers.map(({ name, files }): Seed => {
    const bytes = zipSync(Object.fromEntries(files.map((file) => [file.name, file.bytes])));
    return { name: `${name} in a zip`, files: [{ name: 'model.zip', bytes: Buffer.from(bytes) }] };
  });
  const kinds: [string, Seed[]][] = [
    ['.keras', seeds(/\.keras$/)],
    ['.h5 of Keras 2', seeds(/keras2\.h5$/)],
    // that file takes all the patience there is: a test of its own opens it
    ['.h5 of Keras 3', seeds(/(?<!keras2|endless)\.h5$/)],
    ['model.json', layers],
    ['GraphModel', seeds(/graph-\w+[/\\]model[/\\]model\.json$/, 'group1-shard1of1.bin')],
    ['ONNX', seeds(/model\.onnx$/)],
    ['ONNX beside its weights', seeds(/dynamo\.onnx$/, 'dynamo.onnx.data')],
    ['zip', zipped],
  ];
  it.each(kinds)('%s', { timeout: Math.max(600_000, CASES * 5000) }, async (kind, models) => {
    const before = process.memoryUsage.rss();
    const outcome = await fuzz(models, 1, CASES);
    if (CASES > 60) console.log(kind, models.length, { ...outcome, failures: outcome.failures.length });
    expect(outcome.failures).toEqual([]);
    expect(outcome.opened + outcome.refused).toBe(CASES);
    if (CASES > 60) expect(outcome.slowest, outcome.slowestCase).toBeLessThan(2000);
    expect(outcome.memory - before).toBeLessThan(1e9);
  });
});
