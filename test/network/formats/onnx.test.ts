// Models that PyTorch exported: every node computes what ONNX Runtime computed; and one by TensorFlow's exporter.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../src-main/network/formats/open';
import { unitLayers } from '../../../src-main/network/network';
import { folderOf } from '../models';
import { onnxBytes } from './onnx-bytes';
import { compute, fixtures, references, worstEitherWay, type Reference } from './parity';

const models = readdirSync(fixtures).filter((name) => name.startsWith('onnx-'));

describe.each([
  ['the older exporter', 'model.onnx', ''],
  ['the exporter of torch.export, its weights in a file of their own', 'dynamo.onnx', 'dynamo'],
])('Every node of %s', (_, file, values) => {
  it.each(models)('%s', async (name) => {
    const folder = join(fixtures, name);
    const [image, ...nodes] = references(join(folder, values)) as [Reference, ...Reference[]];
    const network = await openModel(join(folder, file), { scaling: '0..1' });
    expect(network.unsupported).toEqual([]);
    const own = new Set(network.nodes.map((node) => node.name));
    let greatest = 0;
    for (const node of nodes) {
      // turning the axes, or taking one of 1 out, is no node of its own: those after it hold what it gave
      if (!own.has(node.name) && /transpose|permute|squeeze|index/i.test(node.name)) continue;
      const found = compute(network, image, node.name);
      // a node may stand as the file has it, or with its channels last
      const difference = worstEitherWay(found, node);
      expect(difference, node.name).toBeLessThan(1e-4);
      greatest = Math.max(greatest, difference);
    }
    const output = compute(network, image, network.nodes.at(-1)?.name ?? '');
    expect(worstEitherWay(output, nodes.at(-1) as Reference)).toBeLessThan(1e-4);
    if (process.env.PARITY !== undefined) console.log(file, name, greatest);
    network.dispose();
  });
});

it('A Keras model of sequences by tf2onnx, its steps before its channels: the output', async () => {
  const folder = join(fixtures, 'tf2onnx-sequences');
  const [image, output] = references(folder) as [Reference, Reference];
  const network = await openModel(join(folder, 'model.onnx'), { scaling: '0..1' });
  expect(network.unsupported).toEqual([]);
  expect(unitLayers(network).length).toBeGreaterThan(6);
  const found = compute(network, image, network.nodes.at(-1)?.name ?? '');
  expect(worstEitherWay(found, output)).toBeLessThan(1e-6);
  network.dispose();
});

it('A constant that cannot be worked out is named where the image meets it; one that nothing takes is not', async () => {
  const bytes = (...values: number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);
  const model = onnxBytes(
    [
      { op: 'Conv', inputs: ['image', 'kernel'], output: 'conv' },
      { op: 'CumSum', inputs: ['numbers', 'axis'], output: 'sums' },
      { op: 'Neg', inputs: ['sums'], output: 'less' },
      { op: 'CumSum', inputs: ['numbers', 'axis'], output: 'idle' },
      { op: 'Add', inputs: ['conv', 'less'], output: 'added' },
      { op: 'Relu', inputs: ['added'], output: 'relu' },
    ],
    [
      { name: 'kernel', dims: [1, 3, 1, 1], bytes: bytes(1, 2, 3) },
      { name: 'numbers', dims: [4], bytes: bytes(1, 2, 3, 4) },
      { name: 'axis', dims: [], bytes: bytes(0) },
    ],
    'relu',
    [1, 3, 4, 4],
  );
  const network = await openModel(join(folderOf({ 'model.onnx': model }), 'model.onnx'), { scaling: '0..1' });
  expect(network.unsupported).toEqual([{ name: 'sums', kind: 'CumSum', reason: null, after: ['conv'] }]);
  expect(network.nodes.map(({ name }) => name)).toEqual(['input', 'conv']);
  network.dispose();
});
