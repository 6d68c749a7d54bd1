// Models that Keras and TensorFlow.js' converter wrote: every layer computes what it computed there.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../src-main/network/formats/open';
import { differences, fixtures } from './parity';

const KINDS = ['model.keras', 'keras3.h5', 'keras2.h5', 'tfjs'];
const names = readdirSync(fixtures);

describe.each(KINDS)('%s', (kind) => {
  const present = names.filter((name) => existsSync(join(fixtures, name, kind)));
  it.each(present)('%s: every layer', async (name) => {
    const folder = join(fixtures, name);
    const network = await openModel(join(folder, kind), { scaling: '0..1', inputSize: 10 });
    expect(network.unsupported).toEqual([]);
    const old = kind === 'keras2.h5' || kind === 'tfjs';
    const two = join(folder, 'keras2');
    const found = differences(network, old && existsSync(two) ? two : folder);
    for (const [layer, difference] of found) expect(difference, layer).toBeLessThan(1e-4);
    if (process.env.PARITY !== undefined) console.log(kind, name, Math.max(...found.values()));
    network.dispose();
  });
});

it('The range of the pixels is found behind layers that are there for training, and a pipeline', async () => {
  const network = await openModel(join(fixtures, 'adaptive', 'model.keras'));
  expect(network.scaling).toMatchObject({ name: '0..1', source: 'found' });
  network.dispose();
});
