// What can be wrong with each kind of file, one thing at a time: it is refused in words, or what is right of it opens.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it, test } from 'vitest';
import { UserError } from '../../../src-main/contract/errors';
import { openModel } from '../../../src-main/network/formats/open';
import { encodeTfjsLayers, encodeTfjsModel } from '../../../src-main/network/formats/tfjs-layers';
import { QUESTION_LAYERS, QUESTION_WEIGHTS } from '../models';
import { CONV, KERNEL, onnxBytes } from './onnx-bytes';
import { fixtures } from './parity';

const scratch = mkdtempSync(join(tmpdir(), 'filterscope-broken-'));
let made = 0;
type Files = Readonly<Record<string, string | Uint8Array>>;

/** A folder of its own with these files. */
function folderOf(files: Files): string {
  const folder = join(scratch, String(made++));
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}
const fileOf = (name: string, content: string | Uint8Array, beside: Files = {}): string =>
  join(folderOf({ ...beside, [name]: content }), name);

async function refusal(path: string): Promise<string> {
  const error: unknown = await openModel(path, { inputSize: 16 }).then(
    (network) => {
      network.dispose();
      return null;
    },
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).remedy).not.toBe('');
  return (error as UserError).message;
}

const at = (...parts: string[]): Buffer => readFileSync(join(fixtures, ...parts));
/** Of each kind of file, one, with the files that belong to it; what is broken is the first. */
const KINDS: readonly (readonly [string, string, Buffer, Files])[] = [
  ['.keras', 'model.keras', at('nested', 'model.keras'), {}],
  ['.h5 of Keras 2', 'model.h5', at('separable', 'keras2.h5'), {}],
  ['.h5 of Keras 3', 'model.h5', at('residual', 'keras3.h5'), {}],
  ['ONNX', 'model.onnx', at('onnx-mobile', 'model.onnx'), {}],
  [
    'weights beside an ONNX file',
    'dynamo.onnx.data',
    at('onnx-decoder', 'dynamo.onnx.data'),
    { 'dynamo.onnx': at('onnx-decoder', 'dynamo.onnx') },
  ],
  [
    'model.json',
    'model.json',
    at('plain', 'tfjs', 'model.json'),
    { 'group1-shard1of1.bin': at('plain', 'tfjs', 'group1-shard1of1.bin') },
  ],
  [
    'a shard of weights',
    'group1-shard1of1.bin',
    at('plain', 'tfjs', 'group1-shard1of1.bin'),
    { 'model.json': at('plain', 'tfjs', 'model.json') },
  ],
  [
    'a GraphModel',
    'model.json',
    at('graph-separable', 'model', 'model.json'),
    { 'group1-shard1of1.bin': at('graph-separable', 'model', 'group1-shard1of1.bin') },
  ],
  [
    'a zip',
    'model.zip',
    Buffer.from(
      zipSync({
        'm/model.json': at('plain', 'tfjs', 'model.json'),
        'm/group1-shard1of1.bin': at('plain', 'tfjs', 'group1-shard1of1.bin'),
      }),
    ),
    {},
  ],
];
/** The file by which a model is opened. */
const entry = (folder: string): string => {
  const names = readdirSync(folder);
  return join(folder, names.find((name) => /\.(keras|h5|onnx|json|zip)$/.test(name)) ?? '');
};

describe.each(KINDS)('%s', (_, name, bytes, beside) => {
  it('opens whole', async () => {
    const network = await openModel(entry(folderOf({ ...beside, [name]: bytes })), { inputSize: 16 });
    expect(network.nodes.length).toBeGreaterThan(3);
    network.dispose();
  });

  it('is refused wherever it is cut', async () => {
    // an HDF5 file is read by a thread that is started for each
    const parts = name.endsWith('.h5') ? 6 : 24;
    const places = [
      0,
      1,
      4,
      8,
      16,
      bytes.length - 1,
      ...Array.from({ length: parts }, (__, i) => Math.floor((bytes.length * (i + 0.5)) / parts)),
    ];
    for (const place of places) {
      const said = await refusal(entry(folderOf({ ...beside, [name]: bytes.subarray(0, place) })));
      expect(said, `cut after ${place}`).not.toBe('');
    }
  });

  it('is refused with another magic number', async () => {
    if (/\.(bin|data)$/.test(name)) return;
    const other = Buffer.from(bytes);
    other.write('MZ\x90\0', 0, 'latin1');
    await refusal(entry(folderOf({ ...beside, [name]: other })));
  });
});

describe('Lengths that lie', () => {
  test('an ONNX weight with fewer numbers than its shape, or more', async () => {
    for (const size of [0, 4, 68, 76]) {
      const bytes = onnxBytes([CONV], [{ ...KERNEL, bytes: Buffer.alloc(size) }], 'conv');
      await refusal(fileOf('model.onnx', bytes));
    }
  });

  test('a scale of another size than what it scales: what comes before it opens', async () => {
    const norm = { op: 'LayerNormalization', inputs: ['conv', 'scale'], output: 'norm' };
    const scale = { name: 'scale', dims: [5], bytes: Buffer.alloc(20, 63) };
    const network = await openModel(fileOf('model.onnx', onnxBytes([CONV, norm], [KERNEL, scale], 'norm')));
    expect(network.unsupported).toMatchObject([
      { name: 'norm', reason: expect.stringContaining('5 values') as string },
    ]);
    network.dispose();
  });

  test('an ONNX weight beyond the end of the file beside it', async () => {
    for (const [offset, length] of [
      ['0', '999999999999'],
      ['999999999999', '72'],
      ['-72', '72'],
      ['8', '72'],
    ] as const) {
      const kernel = { ...KERNEL, external: { location: 'w.bin', offset, length } };
      await refusal(fileOf('model.onnx', onnxBytes([CONV], [kernel], 'conv'), { 'w.bin': KERNEL.bytes }));
    }
  });

  test('a manifest that describes more than there is, or less', async () => {
    const { json, bin } = encodeTfjsLayers(QUESTION_LAYERS, QUESTION_WEIGHTS);
    for (const weights of [bin.subarray(4), Buffer.concat([bin, bin]), Buffer.alloc(0)])
      expect(await refusal(fileOf('model.json', json, { 'weights.bin': weights }))).toContain('describes');
  });

  test('an HDF5 file that claims to be longer than it is', async () => {
    const bytes = Buffer.from(at('separable', 'keras2.h5'));
    // the superblock's end-of-file address
    bytes.writeBigUInt64LE(2n ** 62n, 40);
    await refusal(fileOf('model.h5', bytes));
  });

  test('a configuration that wants other weights than there are', async () => {
    const files = unzipSync(at('plain', 'model.keras'));
    const config = strFromU8(files['config.json'] ?? new Uint8Array());
    files['config.json'] = strToU8(config.replaceAll(/"units": \d+/g, '"units": 4096'));
    expect(await refusal(fileOf('model.keras', zipSync(files)))).toMatch(
      /Weight dense\/kernel is of shape .*; the layer needs/,
    );
  });
});

describe('Shapes that overflow', () => {
  test.each([
    [2 ** 31, 2 ** 31, 1, 1],
    [2 ** 52, 2 ** 52],
    [0, 1, 3, 3],
  ])('of an ONNX weight: %i×%i…', async (...dims) => {
    await refusal(fileOf('model.onnx', onnxBytes([CONV], [{ ...KERNEL, dims }], 'conv')));
  });

  test('of a weight in a manifest', async () => {
    const { json, bin } = encodeTfjsLayers(QUESTION_LAYERS, QUESTION_WEIGHTS);
    const lying = json.replace(/"shape":\[5,5,1,\d+\]/, '"shape":[2147483647,2147483647,9,9]');
    expect(lying).not.toBe(json);
    await refusal(fileOf('model.json', lying, { 'weights.bin': bin }));
  });

  test.each(['1e15', '999999999', '-3', '1.5', '0'])('of the image: a side of %s', async (side) => {
    const files = unzipSync(at('plain', 'model.keras'));
    const config = strFromU8(files['config.json'] ?? new Uint8Array());
    const lying = config.replaceAll('[null, 12, 12, 1]', `[null, ${side}, 12, 1]`);
    expect(lying).not.toBe(config);
    files['config.json'] = strToU8(lying);
    await refusal(fileOf('model.keras', zipSync(files)));
  });
});

describe('Paths that lead elsewhere are not followed', () => {
  const outside = fileOf('outside.bin', KERNEL.bytes);
  const paths = ['../outside.bin', outside, '..', '/etc/passwd', 'C:\\Windows\\win.ini', '..\\outside.bin'];

  test.each(paths)('by an ONNX file: %s', async (location) => {
    const bytes = onnxBytes(
      [CONV],
      [{ ...KERNEL, external: { location, offset: '0', length: '72' } }],
      'conv',
    );
    expect(await refusal(fileOf('model.onnx', bytes))).toContain('is missing');
  });

  test.each(paths)('by a model.json: %s', async (path) => {
    const { json, bin } = encodeTfjsLayers(QUESTION_LAYERS, QUESTION_WEIGHTS);
    const model = JSON.parse(json) as { weightsManifest: { paths: string[] }[] };
    for (const group of model.weightsManifest) group.paths = [path];
    expect(await refusal(fileOf('model.json', JSON.stringify(model), { 'weights.bin': bin }))).toContain(
      'paths',
    );
  });

  test.each(['../model.json', '/model.json', 'a/../../model.json'])('by a zip: %s', async (name) => {
    const { json, bin } = encodeTfjsLayers(QUESTION_LAYERS, QUESTION_WEIGHTS);
    await refusal(fileOf('model.zip', zipSync({ [name]: strToU8(json), 'weights.bin': bin })));
  });
});

describe('Graphs that go round, are endless or empty', () => {
  const relu = (from: string, output: string) => ({ op: 'Relu', inputs: [from], output });

  test('a circle of ONNX nodes', async () => {
    const network = await openModel(
      fileOf('model.onnx', onnxBytes([CONV, relu('b', 'a'), relu('a', 'b')], [KERNEL], 'b')),
    ).catch((error: unknown) => error);
    // what does not stand in it may open
    if (network instanceof Error) expect(network).toBeInstanceOf(UserError);
    else expect(network).toMatchObject({ unsupported: [expect.anything()] });
  });

  test('a node that takes its own output', async () => {
    await refusal(
      fileOf('model.onnx', onnxBytes([{ ...CONV, inputs: ['conv', 'kernel'] }], [KERNEL], 'conv')),
    );
  });

  test('10,000 ONNX nodes in a row', async () => {
    const row = Array.from({ length: 10_000 }, (_, i) => relu(i === 0 ? 'conv' : `r${i - 1}`, `r${i}`));
    expect(await refusal(fileOf('model.onnx', onnxBytes([CONV, ...row], [KERNEL], 'r9999')))).toContain(
      'more than',
    );
  });

  test('names that are special in JavaScript', async () => {
    const nodes = [
      { ...CONV, output: '__proto__' },
      relu('__proto__', 'constructor'),
      relu('constructor', 'toString'),
    ];
    const network = await openModel(fileOf('model.onnx', onnxBytes(nodes, [KERNEL], 'toString')));
    expect(network.nodes.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['__proto__', 'constructor', 'toString']),
    );
    network.dispose();
    const files = unzipSync(at('plain', 'model.keras'));
    const config = strFromU8(files['config.json'] ?? new Uint8Array());
    files['config.json'] = strToU8(
      config.replace('{', '{"__proto__": {"class_name": "Lambda", "units": 3}, '),
    );
    const keras = await openModel(fileOf('model.keras', zipSync(files)));
    expect(({} as Record<string, unknown>)['units']).toBeUndefined();
    keras.dispose();
  });

  test.each<[string, Files]>([
    ['an empty folder', {}],
    ['an empty zip', { 'model.zip': zipSync({}) }],
    ['an empty object', { 'model.json': '{}' }],
    ['no text at all', { 'model.json': '' }],
    [
      'a model without layers',
      {
        'model.json': encodeTfjsModel({ class_name: 'Sequential', config: { name: 'm', layers: [] } }, [])
          .json,
        'weights.bin': '',
      },
    ],
    ['an ONNX file without nodes', { 'model.onnx': onnxBytes([], [KERNEL], 'image') }],
    ['an empty HDF5 file', { 'model.h5': '' }],
  ])('%s', async (_, files) => {
    const folder = folderOf(files);
    await refusal(Object.keys(files).length === 0 ? folder : entry(folder));
  });
});

describe('What holds weights, or code, and no model, is named with how to convert it', () => {
  const pickle = Buffer.from('\x80\x04\x95', 'latin1');
  // version 1, and a graph of nothing
  const saved = Buffer.from([8, 1, 18, 0]);
  test.each<[string, Files, string | null, RegExp, RegExp]>([
    [
      'a SavedModel',
      { 'saved_model.pb': saved, 'fingerprint.pb': pickle },
      null,
      /is a TensorFlow SavedModel/,
      /tensorflowjs_converter/,
    ],
    ['its graph alone', { 'saved_model.pb': saved }, 'saved_model.pb', /TensorFlow graph/, /tf2onnx/],
    [
      'a checkpoint',
      { checkpoint: 'x', 'ckpt.index': 'x' },
      null,
      /weights without their model/,
      /model\.save/,
    ],
    [
      'a state_dict',
      { 'weights.pth': zipSync({ 'archive/data.pkl': pickle, 'archive/data/0': pickle }) },
      'weights.pth',
      /PyTorch pickle/,
      /torch\.onnx\.export/,
    ],
    [
      'TorchScript',
      { 'model.pt': zipSync({ 'm/code/m.py': pickle, 'm/constants.pkl': pickle }) },
      'model.pt',
      /TorchScript/,
      /torch\.onnx\.export/,
    ],
    ['a pickle', { 'model.pkl': pickle }, 'model.pkl', /Python pickle/, /torch\.onnx\.export/],
    [
      'safetensors',
      { 'model.safetensors': Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{"a":1}')]) },
      'model.safetensors',
      /weights without their model/,
      /torch\.onnx\.export/,
    ],
    [
      'what torch.export saves',
      { 'model.pt2': zipSync({ 'm/archive_format': strToU8('pt2'), 'm/models/model.json': strToU8('{}') }) },
      'model.pt2',
      /a program of torch\.export/,
      /torch\.onnx\.export/,
    ],
    [
      'a Keras model’s layers as JSON',
      { 'model.json': '{"module": "keras", "class_name": "Sequential", "config": {}}' },
      'model.json',
      /the layers of a Keras model without their weights/,
      /model\.save/,
    ],
    [
      'OpenVINO',
      { 'model.xml': '<?xml version="1.0"?>\n<net name="Model0" version="11">' },
      'model.xml',
      /an OpenVINO model/,
      /ONNX/,
    ],
    ['ONNX Runtime’s own', { 'model.ort': '\x10\0\0\0ORTM....' }, 'model.ort', /for a device/, /\.onnx/],
    [
      'a part of a checkpoint',
      { 'm.ckpt.index': 'x' },
      'm.ckpt.index',
      /TensorFlow checkpoint/,
      /model\.save/,
    ],
    ['Core ML', { 'model.mlmodel': '\x08\x04' }, 'model.mlmodel', /a Core ML model/, /\.onnx/],
    ['Caffe', { 'net.caffemodel': '\n\x04net' }, 'net.caffemodel', /a Caffe model/, /\.onnx/],
    ['Darknet', { 'yolo.weights': '\0\0\0\0' }, 'yolo.weights', /a Darknet model/, /\.onnx/],
    ['PaddlePaddle', { 'm.pdmodel': '\n\xfa' }, 'm.pdmodel', /a PaddlePaddle model/, /paddle2onnx/],
    ['ncnn', { 'm.param': '7767517\n' }, 'm.param', /an ncnn model/, /\.onnx/],
    ['TensorRT', { 'm.engine': 'ptrt' }, 'm.engine', /a TensorRT engine/, /\.onnx/],
    ['MATLAB', { 'net.mat': 'MATLAB 5.0 MAT-file' }, 'net.mat', /a MATLAB file/, /exportONNXNetwork/],
  ])('%s', async (_, files, name, what, how) => {
    const folder = folderOf(files);
    const error: unknown = await openModel(name === null ? folder : join(folder, name)).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(UserError);
    const { message, remedy } = error as UserError;
    expect(message).toMatch(what);
    expect(remedy).toMatch(how);
  });
});
