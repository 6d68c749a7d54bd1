// Slow calls on their way: told by their names, cancelled with those that wait for the same work.
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test, vi } from 'vitest';
import { useBridge } from '../../../src-renderer/bridge';
import { Cancelled, useAsks } from '../../../src-renderer/stores/asks';
import { useEvidence } from '../../../src-renderer/stores/evidence';

/** What the main side holds: how each call under way is ended. */
const calls = new Map<string, () => void>();

beforeEach(() => {
  setActivePinia(createPinia());
  calls.clear();
  useBridge({
    call: (name, input) => {
      const { ask = '' } = (input ?? {}) as { ask?: string };
      if (name === 'asks.cancel') {
        calls.get(ask)?.();
        return Promise.resolve({ ok: true, value: undefined } as never);
      }
      return new Promise((resolve) => {
        calls.set(ask, () => {
          resolve({ ok: false, error: { message: 'This was cancelled.', remedy: 'Ask.' } });
        });
      });
    },
    on: () => () => undefined,
  });
});

test('how far a call is stands by its key until it is over', async () => {
  const evidence = useEvidence();
  const asks = useAsks();
  expect(evidence.prior('m', 'conv2', 3).state).toBe('loading');
  await vi.waitFor(() => {
    expect(calls.size).toBe(1);
  });
  const answer = evidence.prior('m', 'conv2', 3);
  const key = answer.state === 'loading' ? (answer.asked ?? '') : '';
  asks.told({ ask: [...calls.keys()][0] ?? '', share: 0.5, doing: 'Climbing' });
  asks.told({ ask: 'of another window', share: 0.9, doing: 'Other' });
  expect(asks.running.get(key)).toMatchObject({ share: 0.5, doing: 'Climbing' });
  asks.cancel(key);
  await vi.waitFor(() => {
    expect(evidence.prior('m', 'conv2', 3).state).toBe('failed');
  });
  const failed = evidence.prior('m', 'conv2', 3);
  expect(failed.state === 'failed' && failed.error instanceof Cancelled).toBe(true);
  expect(asks.running.size).toBe(0);
  if (failed.state === 'failed') failed.retry();
  await vi.waitFor(() => {
    expect(calls.size).toBe(2);
  });
});

test('calls that wait for the same work are cancelled together, others go on', async () => {
  const asks = useAsks();
  const { call } = await import('../../../src-renderer/bridge');
  const ends = ['one', 'two', 'other'].map((key) =>
    asks
      .make(
        key,
        (ask) => call('question.answer', { model: 'm', ask }),
        key === 'other' ? 'alone' : 'together',
      )
      .catch((error: unknown) => error),
  );
  asks.cancel('two');
  expect(await ends[0]).toBeInstanceOf(Cancelled);
  expect(await ends[1]).toBeInstanceOf(Cancelled);
  expect([...asks.running.keys()]).toEqual(['other']);
});
