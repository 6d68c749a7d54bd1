// GraphModels that TensorFlow.js' converter froze and fused: every node computes what TensorFlow.js computes, the output what Keras did.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openModel } from '../../../src-main/network/formats/open';
import { unitLayers } from '../../../src-main/network/network';
import { folderOf, weight } from '../models';
import { compute, fixtures, references, worst, type Reference } from './parity';
import { compareLayers, tensorflowJs } from './runtime-parity';

it.each(readdirSync(fixtures).filter((name) => name.startsWith('graph-')))('%s', async (name) => {
  const folder = join(fixtures, name);
  const [image, output] = references(folder) as [Reference, Reference];
  const network = await openModel(join(folder, 'model'), { scaling: '0..1' });
  expect(network.unsupported).toEqual([]);
  expect(unitLayers(network).length).toBeGreaterThan(3);
  const found = compute(network, { ...image, shape: [] }, network.nodes.at(-1)?.name ?? '');
  const difference = worst(found, output.data);
  expect(difference).toBeLessThan(1e-4);
  // TensorFlow.js has no kernel for the hard swish that its converter fuses
  if (name === 'graph-mobile') {
    network.dispose();
    return;
  }
  const [noise, ...nodes] = await tensorflowJs(join(folder, 'model'), network);
  const inner = compareLayers(network, noise as Reference, nodes);
  expect(inner.compared).toBeGreaterThan(8);
  expect(inner.worst, inner.worstAt).toBeLessThan(1e-4);
  if (process.env.PARITY !== undefined) console.log('graph', name, difference, inner);
  network.dispose();
});

interface GraphNode {
  name: string;
  op: string;
  input?: string[];
  attr?: object;
}
const int = (i: number): object => ({ i: String(i) });
const ints = (...i: number[]): object => ({ list: { i: i.map(String) } });
const text = (s: string): object => ({ s: Buffer.from(s).toString('base64') });
const dims = (...sides: number[]): object => ({
  shape: { dim: sides.map((size) => ({ size: String(size) })) },
});
const T = { type: 'DT_FLOAT' };

/** A GraphModel's folder: an image, a convolution to four channels, and then the nodes given. */
function graph(input: number[], nodes: GraphNode[], constants: Record<string, number[]> = {}): string {
  const kernel = weight('kernel', [3, 3, 3, 4]);
  const given = Object.entries(constants);
  const specs = given.map(([name, values]) => ({ name, shape: [values.length], dtype: 'int32' }));
  const weights = [{ name: 'kernel', shape: kernel.shape, dtype: 'float32' }, ...specs];
  const bytes = [kernel.data, ...given.map(([, values]) => Int32Array.from(values))].map((part) =>
    Buffer.from(part.buffer),
  );
  const constantNodes = weights.map(({ name, dtype }) => ({
    ...{ name, op: 'Const' },
    attr: { dtype: { type: dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT' } },
  }));
  const image = { name: 'image', op: 'Placeholder', attr: { dtype: T, ...{ shape: dims(...input) } } };
  const topology = { node: [image, ...constantNodes, ...nodes], versions: { producer: 1 } };
  return folderOf({
    'model.json': JSON.stringify({
      ...{ format: 'graph-model', modelTopology: topology },
      weightsManifest: [{ paths: ['weights.bin'], weights }],
    }),
    'weights.bin': Buffer.concat(bytes),
  });
}

const conv = (input: string): GraphNode => ({
  ...{ name: 'conv', op: 'Conv2D', input: [input, 'kernel'] },
  attr: {
    T,
    strides: ints(1, 1, 1, 1),
    padding: text('SAME'),
    data_format: text('NHWC'),
    dilations: ints(1, 1, 1, 1),
  },
});
const last: GraphNode = { name: 'last', op: 'Relu', input: ['out'], attr: { T } };
const masks = (begin: number, end: number, shrink: number, made = 0, ellipsis = 0): object => ({
  ...{ begin_mask: int(begin), end_mask: int(end), shrink_axis_mask: int(shrink) },
  ...{ new_axis_mask: int(made), ellipsis_mask: int(ellipsis) },
});
const slice = (attr: object): GraphNode => ({
  ...{ name: 'out', op: 'StridedSlice', input: ['conv', 'begin', 'end', 'steps'] },
  attr: { T, Index: { type: 'DT_INT32' }, ...attr },
});

const CASES: readonly [string, number[], GraphNode[], Record<string, number[]>?][] = [
  [
    'a slice that drops a dimension',
    [1, 6, 6, 3],
    [conv('image'), slice(masks(1, 1, 4)), last],
    { begin: [0, 1, 2, 0], end: [0, 5, 3, 3], steps: [1, 2, 1, 1] },
  ],
  [
    'a slice with an ellipsis',
    [1, 6, 6, 3],
    [conv('image'), slice(masks(0, 0, 0, 0, 1)), last],
    { begin: [0, 1], end: [0, 3], steps: [1, 1] },
  ],
  [
    'a slice that makes a dimension',
    [1, 6, 6, 3],
    [conv('image'), slice(masks(1, 1, 2, 4)), last],
    { begin: [0, 2, 0], end: [0, 3, 0], steps: [1, 1, 1] },
  ],
  [
    'parts of equal size, the second taken',
    [1, 6, 6, 3],
    [
      conv('image'),
      { name: 'parts', op: 'Split', input: ['axis', 'conv'], attr: { T, num_split: int(2) } },
      { name: 'out', op: 'Sub', input: ['parts:1', 'parts'], attr: { T } },
      last,
    ],
    { axis: [3] },
  ],
  [
    'parts of given sizes',
    [1, 6, 6, 3],
    [
      conv('image'),
      { name: 'parts', op: 'SplitV', input: ['conv', 'sizes', 'axis'], attr: { T, num_split: int(2) } },
      { name: 'out', op: 'ConcatV2', input: ['parts:1', 'parts', 'axis'], attr: { T, N: int(2) } },
      last,
    ],
    { sizes: [1, 3], axis: [3] },
  ],
  [
    'planes taken apart and stacked',
    [1, 6, 6, 3],
    [
      conv('image'),
      { name: 'planes', op: 'Unpack', input: ['conv'], attr: { T, num: int(4), axis: int(3) } },
      { name: 'out', op: 'Pack', input: ['planes:2', 'planes:3'], attr: { T, N: int(2), axis: int(3) } },
      last,
    ],
  ],
  [
    'an image taken out of its batch and put back',
    [1, 6, 6, 3],
    [
      { name: 'one', op: 'Unpack', input: ['image'], attr: { T, num: int(1), axis: int(0) } },
      { name: 'again', op: 'ExpandDims', input: ['one', 'axis'], attr: { T } },
      conv('again'),
      { name: 'out', op: 'Abs', input: ['conv'], attr: { T } },
      last,
    ],
    { axis: [0] },
  ],
  [
    'channels to pixels',
    [1, 6, 6, 3],
    [
      conv('image'),
      {
        name: 'out',
        op: 'DepthToSpace',
        input: ['conv'],
        attr: { T, block_size: int(2), data_format: text('NHWC') },
      },
      last,
    ],
  ],
  [
    'channels first',
    [1, 3, 6, 6],
    [
      { name: 'turned', op: 'Transpose', input: ['image', 'order'], attr: { T } },
      conv('turned'),
      { name: 'out', op: 'Abs', input: ['conv'], attr: { T } },
      last,
    ],
    { order: [0, 2, 3, 1] },
  ],
];

it.each(CASES)('%s, as TensorFlow.js computes it', async (_, input, nodes, constants) => {
  const folder = graph(input, nodes, constants);
  const network = await openModel(folder);
  expect(network.unsupported).toEqual([]);
  expect(network.input).toEqual([6, 6, 3]);
  const [image, ...values] = await tensorflowJs(folder, network);
  expect(values.map(({ name }) => name)).toContain('last');
  const { worst: difference } = compareLayers(network, image as Reference, values);
  expect(difference).toBeLessThan(1e-6);
  network.dispose();
});

it('Layers before a while loop still work, and the loop is named', async () => {
  const loop: GraphNode[] = [
    { name: 'loop/enter', op: 'Enter', input: ['conv'], attr: { T } },
    { name: 'loop/merge', op: 'Merge', input: ['loop/enter', 'loop/next'], attr: { T } },
    { name: 'loop/next', op: 'NextIteration', input: ['loop/merge'], attr: { T } },
  ];
  const network = await openModel(graph([1, 6, 6, 3], [conv('image'), ...loop]));
  expect(network.unsupported.map(({ kind }) => kind)).toEqual(['Enter', 'while loop']);
  expect(unitLayers(network).map(({ name }) => name)).toEqual(['conv']);
  network.dispose();
});

it('A sum of nothing is named, and layers before it still work', async () => {
  const nothing: GraphNode = { name: 'out', op: 'AddN', input: [], attr: { T, N: int(0) } };
  const network = await openModel(graph([1, 6, 6, 3], [conv('image'), nothing, last]));
  expect(network.unsupported).toMatchObject([{ name: 'out', kind: 'AddN', reason: 'it has no inputs' }]);
  expect(unitLayers(network).map(({ name }) => name)).toEqual(['conv']);
  network.dispose();
});
