// The store of the open model asks what real data say of a unit only where the choice of it comes to rest.
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ModelInfo } from '../../../src-main/contract/model';
import { useBridge } from '../../../src-renderer/bridge';
import { useModel } from '../../../src-renderer/stores/model';

const layer = (name: string, isOutput = false): ModelInfo['layers'][number] => ({
  ...{ name, kind: 'conv', units: 8, height: 8, width: 8, isOutput },
  ...{ receptiveField: { height: 5, width: 5 }, place: null },
});
const model: ModelInfo = {
  ...{ id: 'm', name: 'Model', sha256: 'a', input: { height: 12, width: 12, channels: 1 }, anySize: false },
  layers: [layer('first'), layer('second'), layer('third'), layer('fourth', true)],
  ...{ parameters: 1, format: null, scaling: { name: '0..1', source: 'found' } },
  ...{ unsupported: [], warnings: [], classes: [], testAccuracy: null, testImages: null },
  ...{ data: null, saved: true },
};
const asked: string[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  setActivePinia(createPinia());
  asked.length = 0;
  useBridge({
    call: (name, input) => {
      const { layer, unit } = (input ?? {}) as { layer?: string; unit?: number };
      asked.push(`${name} ${layer ?? ''} ${unit ?? ''}`);
      return Promise.resolve({ ok: true, value: { looked: 1 } } as never);
    },
    on: () => () => undefined,
  });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What a view does at each turn: it shows the evidence. */
async function look(store: ReturnType<typeof useModel>, ms: number): Promise<unknown> {
  store.restingEvidence();
  await vi.advanceTimersByTimeAsync(ms);
  store.restingEvidence();
  await vi.advanceTimersByTimeAsync(0);
  return store.restingEvidence();
}

test('layers and units that are stepped over ask nothing; where the choice rests is asked for once', async () => {
  const store = useModel();
  store.take(model);
  store.chooseLayer('first');
  for (const name of ['second', 'third', 'fourth']) {
    store.chooseLayer(name);
    expect(await look(store, 100)).toBe('loading');
  }
  store.chooseUnit(5);
  expect(await look(store, 100)).toBe('loading');
  expect(asked).toEqual([]);
  expect(await look(store, 300)).toEqual({ looked: 1 });
  expect(await look(store, 300)).toEqual({ looked: 1 });
  expect(asked).toEqual(['evidence.unit fourth 5']);
});

test('what is known of a unit is there at once when it is chosen again', async () => {
  const store = useModel();
  store.take(model);
  await look(store, 300);
  store.chooseUnit(1);
  store.chooseUnit(0);
  expect(store.restingEvidence()).toEqual({ looked: 1 });
  expect(asked).toEqual(['evidence.unit second 0']);
});
