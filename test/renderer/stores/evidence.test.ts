// The store of evidence asks the engine once for each thing, keeps what failed apart, and tries further starts only when told.
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test, vi } from 'vitest';
import { useBridge } from '../../../src-renderer/bridge';
import { useEvidence } from '../../../src-renderer/stores/evidence';

const asked: string[] = [];
let fails = false;

beforeEach(() => {
  setActivePinia(createPinia());
  asked.length = 0;
  fails = false;
  useBridge({
    call: (name, input) => {
      // the name by which it would be cancelled is another each time
      asked.push(`${name} ${JSON.stringify({ ...input, ask: undefined })}`);
      const error = { message: 'This run has no pictures.', remedy: 'Wait for its first frame.' };
      return Promise.resolve((fails ? { ok: false, error } : { ok: true, value: null }) as never);
    },
    on: () => () => undefined,
  });
});

test('a picture is taken apart once, however often it is looked at', async () => {
  const evidence = useEvidence();
  expect(evidence.decomposition('r', 3).state).toBe('loading');
  expect(evidence.decomposition('r', 3).state).toBe('loading');
  await vi.waitFor(() => {
    expect(evidence.decomposition('r', 3)).toEqual({ state: 'ready', value: null });
  });
  evidence.decomposition('r', 4);
  await vi.waitFor(() => {
    expect(asked).toEqual([
      'evidence.decomposition {"run":"r","unit":3}',
      'evidence.decomposition {"run":"r","unit":4}',
    ]);
  });
});

test('what failed says why, and can be asked for once more', async () => {
  const evidence = useEvidence();
  fails = true;
  evidence.throughTraining('m', 'conv2');
  await vi.waitFor(() => {
    expect(evidence.throughTraining('m', 'conv2')).toMatchObject({
      state: 'failed',
      error: { message: 'This run has no pictures.', remedy: 'Wait for its first frame.' },
    });
  });
  fails = false;
  const failed = evidence.throughTraining('m', 'conv2');
  if (failed.state === 'failed') failed.retry();
  await vi.waitFor(() => {
    expect(evidence.throughTraining('m', 'conv2')).toEqual({ state: 'ready', value: null });
  });
});

test('further starts cost time, so they are tried only when told', async () => {
  const evidence = useEvidence();
  expect(evidence.facets('r', 3).state).toBe('idle');
  expect(asked).toEqual([]);
  await evidence.tryStarts('r', 3);
  expect(asked).toEqual(['evidence.facets {"run":"r","unit":3}']);
  expect(evidence.facets('r', 3).state).toBe('ready');
});
