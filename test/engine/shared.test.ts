// Work that several ask for at once is done once; one who lets go does not take it from the others.
import { expect, test } from 'vitest';
import { Shared } from '../../src-main/engine/shared';
import { step, type Watch } from '../../src-main/evidence/watch';

/** Work of `turns` steps that counts how often it was begun. */
function counting(turns: number): { begun: () => number; make: (watch: Watch) => Promise<number> } {
  let begun = 0;
  return {
    begun: () => begun,
    make: async (watch) => {
      begun++;
      for (let i = 0; i < turns; i++) await step(watch, (i + 1) / turns);
      return 7;
    },
  };
}
const same = (value: number): number => value;

test('two who ask for the same are told of one work', async () => {
  const shared = new Shared<number>(2);
  const { begun, make } = counting(10);
  const told: number[][] = [[], []];
  const results = await Promise.all(
    told.map((shares) => shared.use('a', { progress: (share) => shares.push(share) }, make, same)),
  );
  expect(results).toEqual([7, 7]);
  expect(begun()).toBe(1);
  for (const shares of told) expect(shares.at(-1)).toBe(1);
  expect(await shared.use('a', {}, make, same)).toBe(7);
  expect(begun()).toBe(1);
});

test('where none is kept, two at once are told of one work and the next has it done anew', async () => {
  const shared = new Shared<number>(0);
  const { begun, make } = counting(10);
  await Promise.all([shared.use('a', {}, make, same), shared.use('a', {}, make, same)]);
  expect(begun()).toBe(1);
  expect(await shared.use('a', {}, make, same)).toBe(7);
  expect(begun()).toBe(2);
});

test('one who lets go is free at once, and the work goes on for the other', async () => {
  const shared = new Shared<number>(2);
  const { begun, make } = counting(50);
  const ender = new AbortController();
  const gone = shared.use('a', { signal: ender.signal }, make, same);
  const stays = shared.use('a', {}, make, same);
  ender.abort();
  await expect(gone).rejects.toThrow(/abort/);
  expect(await stays).toBe(7);
  expect(begun()).toBe(1);
});

test('when the last lets go the work ends, and whoever asks then has it begun anew', async () => {
  const shared = new Shared<number>(2);
  const { begun, make } = counting(1000);
  const ender = new AbortController();
  const gone = shared.use('a', { signal: ender.signal }, make, same);
  ender.abort();
  const later = shared.use('a', {}, counting(1).make, same);
  await expect(gone).rejects.toThrow(/abort/);
  expect(await later).toBe(7);
  expect(begun()).toBe(1);
});
