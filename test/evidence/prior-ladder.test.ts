// The prior loosened in fine steps: each picture is about the best that there is at its radius, and the way has no jumps back.
import { afterAll, expect, test } from 'vitest';
import { visualize } from '../../src-main/ascent/visualize';
import { methodSchema } from '../../src-main/contract/method';
import { openMnist } from '../../src-main/datasets/dataset';
import { priorLadder, RADII } from '../../src-main/evidence/prior-ladder';
import { realWindows } from '../../src-main/evidence/real-windows';
import { openShipped } from '../support/networks';

const network = await openShipped();
const windows = realWindows(openMnist(), network, 'conv2').values;
afterAll(() => {
  network.dispose();
});

/** Response over the best real one, from noise at that radius. */
async function alone(unit: number, radius: number): Promise<number> {
  const method = methodSchema.options[0].parse({ name: 'whitened', radius, steps: 256 });
  const run = visualize({
    ...{ network, layer: 'conv2', units: [unit], method, seed: 3, windows },
    frameSteps: [],
  });
  let next = await run.next();
  while (next.done !== true) next = await run.next();
  const [found] = next.value.units;
  return (found?.score ?? NaN) / (found?.bestReal ?? NaN);
}

test('every rung answers as a search from noise at its radius does, more the looser the prior', async () => {
  const told: number[] = [];
  const { rungs, bestOf } = await priorLadder(network, 'conv2', 37, windows, {
    progress: (share) => told.push(share),
  });
  expect(bestOf).toEqual({ windows: 30_000, all: false });
  expect(rungs.map(({ radius }) => radius)).toEqual([...RADII, null]);
  expect(told).toEqual([...told].sort((a, b) => a - b));
  const within = rungs.slice(0, -1);
  within.forEach(({ ratio, gap }, i) => {
    expect(ratio).toBeGreaterThan(within[i - 1]?.ratio ?? 0);
    expect(gap).toBeLessThan(0.01);
  });
  for (const radius of [2.5, 7, 16]) {
    const rung = within.find((one) => one.radius === radius);
    expect((rung?.ratio ?? NaN) / (await alone(37, radius))).toBeGreaterThan(0.97);
  }
});

test('the last has no prior: it answers to noise, farther from real windows than any within it', async () => {
  const { rungs } = await priorLadder(network, 'conv2', 37, windows);
  const free = rungs.at(-1);
  expect(free?.radius).toBeNull();
  for (const { nearestReal } of rungs.slice(0, -1))
    expect(nearestReal).toBeGreaterThan(free?.nearestReal ?? 1);
});

test('it is ended when it is told to', async () => {
  const ender = new AbortController();
  const asked = priorLadder(network, 'conv2', 1, windows, {
    signal: ender.signal,
    progress: () => {
      ender.abort(new Error('enough'));
    },
  });
  await expect(asked).rejects.toThrow('enough');
});
