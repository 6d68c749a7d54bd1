// Data of one's own are read once for all who want them at one size, and no one's cancel is another's.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Dataset } from '../../src-main/datasets/dataset';
import { withDataset } from '../../src-main/engine/real';

const cache = mkdtempSync(join(tmpdir(), 'filterscope-real-'));
process.env['FILTERSCOPE_CACHE'] = cache;
afterAll(() => {
  rmSync(cache, { recursive: true });
});

const pictures = resolve(import.meta.dirname, '../datasets/fixtures/pictures');
const same = (dataset: Dataset): Dataset => dataset;

test('what a training reads at a side of its own is what the model then made is judged by', async () => {
  const read = await withDataset(pictures, null, same, { side: 10 });
  const { height, width, channels } = read;
  expect([height, width]).toEqual([10, 10]);
  expect(await withDataset(pictures, { height, width, channels }, same)).toBe(read);
  expect(await withDataset(pictures, null, same, { side: 10 })).toBe(read);
  expect(await withDataset(pictures, { height: 8, width: 8, channels }, same)).not.toBe(read);
});

test.each([
  ['at a size', { height: 9, width: 9, channels: 1 as const }, undefined],
  ['at a side', null, 11],
])('read %s by two, the first of whom lets go: the other has them', async (_, target, side) => {
  const ender = new AbortController();
  const gone = withDataset(pictures, target, same, { side, signal: ender.signal });
  const told: number[] = [];
  const stays = withDataset(pictures, target, same, { side, progress: ({ total }) => told.push(total) });
  ender.abort(new Error('let go'));
  await expect(gone).rejects.toThrow('let go');
  expect((await stays).train.count + (await stays).test.count).toBe(36);
  expect(told.at(-1)).toBe(36);
});

test('once data are there, a cancel is for the work with them to heed', async () => {
  const ender = new AbortController();
  const done = withDataset(
    pictures,
    null,
    async () => {
      ender.abort();
      await new Promise((settled) => setImmediate(settled));
      return 'kept a checkpoint';
    },
    { side: 12, signal: ender.signal },
  );
  expect(await done).toBe('kept a checkpoint');
});
