// Keras models converted to TensorFlow.js: opened again they compute the same in every layer, and TensorFlow.js reads them.
import { existsSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Rank } from '@tensorflow/tfjs-node';
import { afterAll, expect, it } from 'vitest';
import { tf } from '../../../src-main/native/tensorflow';
import { forwardAll } from '../../../src-main/network/forward';
import type { Network } from '../../../src-main/network/network';
import { convertModel } from '../../../src-main/network/formats/convert';
import { openModel } from '../../../src-main/network/formats/open';
import { encodeTfjsModel, type Precision } from '../../../src-main/network/formats/tfjs-layers';
import { writeFolder } from '../../../src-main/store/folder';
import { fixtures, worst } from './parity';

const folder = mkdtempSync(join(tmpdir(), 'filterscope-convert-'));
afterAll(() => rm(folder, { recursive: true }));

const options = { scaling: '0..1', inputSize: 10 } as const;

async function converted(path: string, name: string, precision: Precision) {
  const to = join(folder, `${name}-${precision}`);
  const { json, bin, reading } = await convertModel(path, { precision });
  await writeFolder(
    to,
    new Map([
      ['model.json', Buffer.from(json)],
      ['weights.bin', bin],
    ]),
  );
  return { path: to, reading };
}

/** Every node's outputs for the same image of noise. */
function outputs(network: Network): Map<string, Float32Array> {
  const names = network.nodes.map(({ name }) => name);
  const values = tf.tidy(() => {
    const x = tf.randomUniform<Rank.R4>([1, ...network.input], 0, 1, 'float32', 7);
    return forwardAll(network, x, names).map((value) => value.dataSync<'float32'>());
  });
  return new Map(names.map((name, i) => [name, values[i] ?? new Float32Array(0)]));
}

const KINDS = ['model.keras', 'keras3.h5', 'keras2.h5', 'tfjs'];
const files = readdirSync(fixtures).flatMap((name) =>
  KINDS.map((kind) => [name, kind] as const).filter((parts) => existsSync(join(fixtures, ...parts))),
);

it.each(files)('%s/%s: every layer', async (name, kind) => {
  const from = join(fixtures, name, kind);
  const { path, reading } = await converted(from, `${name}-${kind}`, 'float32');
  const [before, after] = [await openModel(from, options), await openModel(path, options)];
  const [expected, found] = [outputs(before), outputs(after)];
  expect([...found.keys()]).toEqual([...expected.keys()]);
  for (const [layer, values] of expected) {
    expect(worst(found.get(layer) ?? new Float32Array(0), values), layer).toBeLessThan(1e-6);
  }
  // these hold no layer but those that TensorFlow.js has
  if (['anysize', 'inception', 'nested', 'plain'].includes(name))
    expect(reading.difference).toBeLessThan(1e-6);
  else if (reading.difference === null) expect(reading.reason).not.toBe('');
  before.dispose();
  after.dispose();
});

it('half precision takes half the space and rounds each weight to 11 bits', async () => {
  const from = join(fixtures, 'plain', 'model.keras');
  const whole = await converted(from, 'whole', 'float32');
  const half = await converted(from, 'half', 'float16');
  const bytes = ({ path }: { path: string }) => statSync(join(path, 'weights.bin')).size;
  expect(bytes(half)).toBe(bytes(whole) / 2);
  expect(half.reading.difference).toBeGreaterThan(0);
  expect(half.reading.difference).toBeLessThan(1e-2);
});

it('a layer with a slash in its name, and a layer of the same name in two models, keep their weights', async () => {
  const dense = (name: string) => ({ class_name: 'Dense', config: { name, units: 2, use_bias: false } });
  const inner = (name: string) => ({
    class_name: 'Sequential',
    config: {
      name,
      layers: [
        { class_name: 'InputLayer', config: { name: `${name}_in`, batch_input_shape: [null, 2] } },
        dense('same'),
      ],
    },
  });
  const layers = [
    { class_name: 'InputLayer', config: { name: 'in', batch_input_shape: [null, 2] } },
    ...[inner('first'), inner('second'), dense('conv1/bn'), dense('conv2/bn')],
  ];
  const weight = (name: string, from: number) => ({
    ...{ name, shape: [2, 2] },
    data: Float32Array.of(from, from + 1, from + 2, from + 4),
  });
  const { json, bin } = encodeTfjsModel({ class_name: 'Sequential', config: { name: 'slashes', layers } }, [
    ...[weight('first/same/kernel', 1), weight('second/same/kernel', 2)],
    ...[weight('conv1/bn/kernel', 3), weight('conv2/bn/kernel', 4)],
  ]);
  const from = join(folder, 'slashes');
  await writeFolder(
    from,
    new Map([
      ['model.json', Buffer.from(json)],
      ['weights.bin', bin],
    ]),
  );
  const { path } = await converted(from, 'slashes', 'float32');
  const [before, after] = [await openModel(from, options), await openModel(path, options)];
  const [expected, found] = [outputs(before), outputs(after)];
  const [first, last] = ['first/same', 'conv2/bn'].map((name) => expected.get(name));
  expect(first).not.toEqual(last);
  expect(found).toEqual(expected);
  before.dispose();
  after.dispose();
});

const graphs = readdirSync(fixtures).flatMap((name) =>
  ['model.onnx', 'dynamo.onnx', 'model']
    .filter(() => /^(onnx|graph)-/.test(name))
    .map((file) => join(name, file))
    .filter((path) => existsSync(join(fixtures, path))),
);
/** What TensorFlow.js has no layer for, by fixture. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  'onnx-residual': /"(a\/Conv|\w+)" is a convolution of 2 groups/,
  'graph-mobile': /the activation "hardSilu"/,
  'onnx-mobile': /the activation "hardSilu"/,
  'graph-sequences': /of the kind "prelu"/,
  'graph-separable': /"minimum" with a constant/,
  'onnx-sequence': /the activation "erf"|"(grouped|node_conv1d_3)" is a convolution of 2 groups/,
  'onnx-decoder': /padding with other than zeros/,
  'onnx-picks': /a slice of channels/,
  'onnx-inception': /the activation "softsign"|logSoftmax|absolute|min/,
};

it.each(graphs)('%s: the output, or the operation that there is no layer for', async (path) => {
  const from = join(fixtures, path);
  const refused = REFUSED[path.split(/[\\/]/)[0] ?? ''];
  if (refused !== undefined) {
    await expect(convertModel(from, { precision: 'float32' })).rejects.toThrow(refused);
    return;
  }
  const { path: to, reading } = await converted(from, path.replaceAll(/\W/g, '-'), 'float32');
  expect(reading.difference).toBeLessThan(1e-5);
  const [before, after] = [await openModel(from, options), await openModel(to, options)];
  const [expected, found] = [before, after].map((network) => [...outputs(network).values()].at(-1));
  expect(worst(found ?? new Float32Array(0), expected ?? new Float32Array(1))).toBeLessThan(1e-5);
  before.dispose();
  after.dispose();
});
