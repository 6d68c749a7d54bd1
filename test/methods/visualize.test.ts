// What the climbing methods say of a unit that cannot be visualised: it has failed, and the others are as they were.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { methodSchema } from '../../src-main/contract/method';
import { visualize } from '../../src-main/methods/visualize';
import { openModel } from '../../src-main/network/formats/open';
import type { Network } from '../../src-main/network/network';
import { shippedModel } from '../../src-main/resources';

const folder = mkdtempSync(join(tmpdir(), 'filterscope-broken-'));
const BROKEN = 5;
let network: Network;

beforeAll(async () => {
  const weights = readFileSync(join(shippedModel(), 'weights.bin'));
  // one of the 25 weights of that filter; conv1 has 32
  weights.writeFloatLE(NaN, (12 * 32 + BROKEN) * 4);
  copyFileSync(join(shippedModel(), 'model.json'), join(folder, 'model.json'));
  writeFileSync(join(folder, 'weights.bin'), weights);
  network = await openModel(join(folder, 'model.json'));
});
afterAll(() => {
  network.dispose();
  rmSync(folder, { recursive: true });
});

test.each([
  { name: 'plain', steps: 4 },
  { name: 'box', steps: 4 },
  { name: 'fourier', steps: 4 },
] as const)('a filter with a weight that is no number fails by $name', async (wanted) => {
  const going = visualize({
    network,
    layer: 'conv1',
    units: [4, BROKEN],
    method: methodSchema.parse(wanted),
    seed: 0,
    windows: new Float32Array(0),
  });
  let next = await going.next();
  while (next.done !== true) next = await going.next();
  const [sound, broken] = next.value.units;
  expect(broken).toMatchObject({ unit: BROKEN, state: 'failed', score: null, certificate: null });
  expect(sound?.state).not.toBe('failed');
  expect(sound?.score).toEqual(expect.any(Number));
});
