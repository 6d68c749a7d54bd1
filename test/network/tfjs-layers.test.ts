// LayersModel folders: what is saved loads elsewhere, and what is broken is refused with reasons.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rank, Tensor } from '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src-main/contract/errors';
import { tf } from '../../src-main/native/tensorflow';
import { forward } from '../../src-main/network/forward';
import { convertModel } from '../../src-main/network/formats/convert';
import { openModel } from '../../src-main/network/formats/open';
import { unitLayers } from '../../src-main/network/network';
import { encodeTfjsLayers } from '../../src-main/network/formats/tfjs-layers';
import { toFloat16 } from '../../src-main/network/formats/weights';
import { folderOf, layersModel, QUESTION_LAYERS, QUESTION_WEIGHTS } from './models';

const { json, bin } = encodeTfjsLayers(QUESTION_LAYERS, QUESTION_WEIGHTS);

it('A saved model loads in tf.loadLayersModel and gives the same', async () => {
  const path = join(layersModel(QUESTION_LAYERS, QUESTION_WEIGHTS), 'model.json');
  const network = await openModel(path);
  const theirs = await tf.loadLayersModel(`file://${path}`);
  const x = tf.randomUniform<Rank.R4>([3, 28, 28, 1], 0, 1, 'float32', 1);
  const ours = forward(network, x, 'classes/softmax').reshape([3, 10]);
  expect((theirs.predict(x) as Tensor).sub(ours).abs().max().dataSync()[0]).toBeLessThan(1e-5);
  expect(network.parameters).toBe(theirs.countParams());
  network.dispose();
});

it('Half precision takes half the space, loads in tf.loadLayersModel, and rounds to 11 bits', async () => {
  const half = encodeTfjsLayers(QUESTION_LAYERS, QUESTION_WEIGHTS, 'float16');
  expect(half.bin.length * 2).toBe(bin.length);
  const folder = folderOf({ 'model.json': half.json, 'weights.bin': half.bin });
  const theirs = await tf.loadLayersModel(`file://${join(folder, 'model.json')}`);
  theirs.getWeights().forEach((weight, i) => {
    const exact = QUESTION_WEIGHTS[i]?.data as Float32Array;
    weight.dataSync<'float32'>().forEach((value, at) => {
      const wanted = exact[at] as number;
      expect(Math.abs(value - wanted)).toBeLessThanOrEqual(Math.max(2 ** -25, Math.abs(wanted) * 2 ** -11));
    });
  });
  const network = await openModel(join(folder, 'model.json'));
  const x = tf.randomUniform<Rank.R4>([3, 28, 28, 1], 0, 1, 'float32', 1);
  const ours = forward(network, x, 'classes/softmax').reshape([3, 10]);
  expect((theirs.predict(x) as Tensor).sub(ours).abs().max().dataSync()[0]).toBeLessThan(1e-5);
  network.dispose();
});

it('Halves are the nearest, ties to even, from the least to beyond the greatest', () => {
  const values = Float32Array.of(
    0,
    -0,
    1,
    -2,
    1 + 2 ** -11,
    1 + 3 * 2 ** -11,
    65504,
    65520,
    2 ** -24,
    2 ** -26,
    NaN,
  );
  const expected = [0, 0x8000, 0x3c00, 0xc000, 0x3c00, 0x3c02, 0x7bff, 0x7c00, 1, 0, 0x7e00];
  expect([...new Uint16Array(toFloat16(values).buffer)]).toEqual(expected);
});

it('The same files have the same fingerprint, others another', async () => {
  const open = async (content: Record<string, string | Uint8Array>): Promise<string> => {
    const network = await openModel(join(folderOf(content), 'model.json'));
    network.dispose();
    return network.sha256;
  };
  const one = await open({ 'model.json': json, 'weights.bin': bin });
  expect(await open({ 'model.json': json, 'weights.bin': bin })).toBe(one);
  const other = Buffer.from(bin);
  other[0] = (other[0] ?? 0) ^ 1;
  expect(await open({ 'model.json': json, 'weights.bin': other })).not.toBe(one);
});

describe('A broken file is refused with a reason', () => {
  const cases: [string, Record<string, string | Uint8Array>, RegExp][] = [
    ['an empty folder', {}, /no file or folder model\.json/],
    ['an empty model.json', { 'model.json': '' }, /is empty/],
    [
      'a model.json cut in half',
      { 'model.json': json.slice(0, json.length >> 1), 'weights.bin': bin },
      /not JSON/,
    ],
    ['another JSON', { 'model.json': '{"a": 1}' }, /no model that can be opened/],
    ['weights cut short', { 'model.json': json, 'weights.bin': bin.subarray(0, 1000) }, /take 1000 bytes/],
    ['weights too long', { 'model.json': json, 'weights.bin': Buffer.concat([bin, bin]) }, /describes/],
    [
      'a path out of the folder',
      { 'model.json': json.replace('"weights.bin"', '"../weights.bin"'), 'weights.bin': bin },
      /weightsManifest/,
    ],
    [
      'a lying shape',
      { 'model.json': json.replace('"shape":[5,5,1,4]', '"shape":[5,5,4,1]'), 'weights.bin': bin },
      /conv1\/kernel is of shape 5×5×4×1; the layer needs 5×5×1×4/,
    ],
    [
      'an overflowing shape',
      {
        'model.json': json.replace('"shape":[5,5,1,4]', '"shape":[99999999,99999999,4,1]'),
        'weights.bin': bin,
      },
      /conv1\/kernel has the shape 99999999×/,
    ],
    [
      'a missing weight',
      { 'model.json': json.replace('"conv2/bias"', '"conv3/bias"'), 'weights.bin': bin },
      /conv2\/bias is missing/,
    ],
  ];
  it.each(cases)('%s', async (_, files, reason) => {
    const error: unknown = await openModel(join(folderOf(files), 'model.json')).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(reason);
    expect((error as UserError).remedy).not.toBe('');
  });

  it('a missing shard is named', async () => {
    const error: unknown = await openModel(join(folderOf({ 'model.json': json }), 'model.json')).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain('weights.bin');
  });
});

it('An unknown layer is named with its place, and the layers before it work', async () => {
  const files = { 'model.json': json.replace('"MaxPooling2D"', '"Telescope"'), 'weights.bin': bin };
  const network = await openModel(join(folderOf(files), 'model.json'));
  expect(network.unsupported).toEqual([{ name: 'pool1', kind: 'Telescope', after: ['conv1'], reason: null }]);
  expect(unitLayers(network).map(({ name }) => name)).toEqual(['conv1']);
  const whole = await openModel(layersModel(QUESTION_LAYERS, QUESTION_WEIGHTS));
  const x = tf.randomUniform<Rank.R4>([1, 28, 28, 1], 0, 1, 'float32', 1);
  const difference = forward(network, x, 'conv1/relu').sub(forward(whole, x, 'conv1/relu'));
  expect(difference.abs().max().dataSync()[0]).toBe(0);
  network.dispose();
  whole.dispose();
});

it('Keeps the bytes of the weights as they were', async () => {
  const folder = layersModel(QUESTION_LAYERS, QUESTION_WEIGHTS);
  expect(readFileSync(join(folder, 'weights.bin')).equals(bin)).toBe(true);
  expect(JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'))).toEqual(JSON.parse(json));
  await expect(openModel(join(folder, 'model.json'))).resolves.toMatchObject({ input: [28, 28, 1] });
});

it('What TensorFlow.js itself made enlarges as it does there', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [7, 9, 1] }),
      tf.layers.upSampling2d({ size: [2, 3], interpolation: 'bilinear' }),
      tf.layers.upSampling2d({ size: [3, 2] }),
    ],
  });
  const folder = folderOf({});
  await model.save(`file://${folder}`);
  const network = await openModel(folder, { scaling: '0..1' });
  const x = tf.randomUniform<Rank.R4>([2, 7, 9, 1], 0, 1, 'float32', 1);
  const ours = forward(network, x, network.nodes.at(-1)?.name ?? '');
  expect((model.predict(x) as Tensor).sub(ours).abs().max().dataSync()[0]).toBeLessThan(1e-6);
  const { reading } = await convertModel(folder, { precision: 'float32' });
  expect(reading.reason).toBeNull();
  expect(reading.difference).toBeLessThan(1e-6);
  network.dispose();
  model.dispose();
});
