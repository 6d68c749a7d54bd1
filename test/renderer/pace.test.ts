// Events reach the page in their order, frames at the pace of the eye, everything else at once.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Sent } from '../../src-main/contract/wire';
import { paced } from '../../src-renderer/pace';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const event = (name: 'run.frame' | 'run.changed' | 'galleries.changed', data: unknown): Sent =>
  ({ name, data }) as unknown as Sent;

it('hands frames on together, ten times a second', () => {
  const handed: number[][] = [];
  const take = paced((events) => handed.push(events.map(({ data }) => data as unknown as number)));
  for (let i = 0; i < 30; i++) {
    take(event('run.frame', i));
    vi.advanceTimersByTime(20);
  }
  vi.runAllTimers();
  expect(handed.flat()).toEqual(Array.from({ length: 30 }, (_, i) => i));
  expect(handed.length).toBeLessThanOrEqual(8);
});

it('hands on what is no frame at once, with the frames that came before it', () => {
  const handed: string[][] = [];
  const take = paced((events) => handed.push(events.map(({ name }) => name)));
  take(event('run.frame', 0));
  vi.advanceTimersByTime(0);
  take(event('run.frame', 1));
  vi.advanceTimersByTime(10);
  take(event('run.changed', {}));
  vi.advanceTimersByTime(0);
  expect(handed).toEqual([['run.frame'], ['run.frame', 'run.changed']]);
});
