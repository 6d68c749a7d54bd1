// What the engine works out ahead of a click: only while nobody waits for anything else, and no longer than it is wanted.
import { expect, test } from 'vitest';
import type { JobContext } from '../../src-main/engine/job';
import { prepare } from '../../src-main/engine/prepare';
import { withNetwork } from '../../src-main/engine/networks';
import { withLayerData } from '../../src-main/engine/real';
import { shippedModel } from '../../src-main/resources';

const input = { model: { path: shippedModel(), range: null, size: null }, dataset: 'mnist' } as const;
const context = (signal: AbortSignal, busy: () => boolean): JobContext<'prepare'> => ({
  ...{ signal, busy, progress: () => undefined, gate: () => Promise.resolve() },
});
/** How many event-loop turns a layer's data take: none where they were made before. */
const turnsFor = (layer: string): Promise<number> =>
  withNetwork(input.model, async (network) => {
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    await withLayerData('mnist', network, layer, () => undefined);
    clearInterval(counting);
    return turns;
  });

test('stands back while the engine is busy, and ends when it is cancelled', async () => {
  const controller = new AbortController();
  let asked = 0;
  const busy = (): boolean => {
    if (++asked === 3) controller.abort();
    return true;
  };
  expect(await prepare(input, context(controller.signal, busy))).toBeNull();
  expect(asked).toBe(3);
  expect(await turnsFor('conv1')).toBeGreaterThan(0);
});

test('leaves nothing to work out of the convolutions’ real data', async () => {
  await prepare(
    input,
    context(new AbortController().signal, () => false),
  );
  expect(await turnsFor('conv2')).toBe(0);
});
