// GraphModels that TensorFlow.js' converter froze and fused: the output is the one that Keras computed.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openModel } from '../../../src-main/network/formats/open';
import { unitLayers } from '../../../src-main/network/network';
import { compute, fixtures, references, worst, type Reference } from './parity';

it.each(readdirSync(fixtures).filter((name) => name.startsWith('graph-')))('%s', async (name) => {
  const folder = join(fixtures, name);
  const [image, output] = references(folder) as [Reference, Reference];
  const network = await openModel(join(folder, 'model'), { scaling: '0..1' });
  expect(network.unsupported).toEqual([]);
  expect(unitLayers(network).length).toBeGreaterThan(3);
  const found = compute(network, { ...image, shape: [] }, network.nodes.at(-1)?.name ?? '');
  const difference = worst(found, output.data);
  expect(difference).toBeLessThan(1e-4);
  if (process.env.PARITY !== undefined) console.log('graph', name, difference);
  network.dispose();
});
