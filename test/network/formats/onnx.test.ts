// Models that PyTorch exported: every node computes what ONNX Runtime computed.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../src-main/network/formats/open';
import { compute, fixtures, references, worstEitherWay, type Reference } from './parity';

describe.each(readdirSync(fixtures).filter((name) => name.startsWith('onnx-')))('%s', (name) => {
  const folder = join(fixtures, name);
  const [image, ...nodes] = references(folder) as [Reference, ...Reference[]];

  it('every node', async () => {
    const network = await openModel(join(folder, 'model.onnx'), { scaling: '0..1' });
    expect(network.unsupported).toEqual([]);
    let greatest = 0;
    for (const node of nodes) {
      // transposed and folded nodes are none of their own
      if (!network.nodes.some((own) => own.name === node.name)) continue;
      const found = compute(network, image, node.name);
      // a node may stand as the file has it, or with its channels last
      const difference = worstEitherWay(found, node);
      expect(difference, node.name).toBeLessThan(1e-4);
      greatest = Math.max(greatest, difference);
    }
    if (process.env.PARITY !== undefined) console.log('onnx', name, greatest);
    network.dispose();
  });

  it('the other exporter, its weights in a file of their own', async () => {
    const network = await openModel(join(folder, 'dynamo.onnx'), { scaling: '0..1' });
    expect(network.unsupported).toEqual([]);
    const last = network.nodes.at(-1)?.name ?? '';
    const found = compute(network, image, last);
    const expected = nodes.at(-1) as Reference;
    expect(worstEitherWay(found, expected)).toBeLessThan(1e-4);
    network.dispose();
  });
});
