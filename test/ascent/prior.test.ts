// The prior of the same windows is worked out once, and comes from the user's cache in the next session.
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { windowPrior } from '../../src-main/ascent/prior';
import { createRng } from '../../src-main/network/rng';

const cache = mkdtempSync(join(tmpdir(), 'filterscope-priors-'));
process.env['FILTERSCOPE_CACHE'] = cache;

test('a prior from the cache is the same, and one that is damaged there is worked out anew', () => {
  const rng = createRng(3);
  const windows = Float32Array.from({ length: 200 * 320 }, () => rng.uniform());
  const numbers = (): [Float32Array, Float32Array] => {
    // a copy: what was worked out is remembered with the very array
    const prior = windowPrior(windows.slice(), 320);
    const found: [Float32Array, Float32Array] = [
      prior.mean.dataSync<'float32'>().slice(),
      prior.axes.dataSync<'float32'>().slice(),
    ];
    prior.dispose();
    return found;
  };
  const first = numbers();
  const [name = ''] = readdirSync(join(cache, 'priors'));
  expect(numbers()).toEqual(first);
  writeFileSync(join(cache, 'priors', name), Buffer.alloc(32 + 320 * 8));
  expect(numbers()).toEqual(first);
  expect(readdirSync(join(cache, 'priors'))).toEqual([name]);
});
