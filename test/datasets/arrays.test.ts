// Images as NumPy arrays: read as NumPy wrote them, and refused where they are hostile.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src-main/contract/errors';
import type { Dataset } from '../../src-main/datasets/dataset';
import { openSource } from '../../src-main/datasets/own/source';
import { tf } from '../../src-main/native/tensorflow';

const fixtures = join(import.meta.dirname, 'fixtures');
const scratch = mkdtempSync(join(tmpdir(), 'filterscope-arrays-'));
const open = (name: string, target: Parameters<typeof openSource>[1]['target'] = null): Promise<Dataset> =>
  openSource(join(fixtures, 'arrays', name), { target });

/** Pictures and labels, in no order: as text, to be compared. */
const contents = ({ train, test }: Dataset, size: number): string[] =>
  [train, test]
    .flatMap(({ count, images, labels }) =>
      Array.from(
        { length: count },
        (_, i) => `${labels?.[i] ?? '-'}: ${images.subarray(i * size, (i + 1) * size).join()}`,
      ),
    )
    .sort();

describe('an archive as Keras has it', () => {
  test('is read with its test images, in a seeded order, with nothing changed', async () => {
    const found = await open('keras.npz');
    expect([found.train.count, found.test.count, found.height, found.width, found.channels]).toEqual([
      20, 10, 12, 12, 3,
    ]);
    expect(found.classes).toEqual(['0', '1', '2']);
    const raw = readFileSync(join(fixtures, 'arrays', 'pair', 'X.npy')).subarray(128);
    const pair = await open('pair/X.npy');
    const expected = Array.from(
      { length: 30 },
      (_, i) => `${i % 3}: ${raw.subarray(i * 144, (i + 1) * 144).join()}`,
    );
    expect(contents(pair, 144)).toEqual(expected.sort());
    expect(pair.test.count).toBe(3);
  });

  test.each(['compressed.npz', 'first.npz', 'floats.npz', 'signed.npz'])(
    'is the same saved as %s',
    async (name) => {
      const [own, other] = [await open('keras.npz'), await open(name)];
      if (name !== 'signed.npz') {
        expect(contents(other, 432)).toEqual(contents(own, 432));
        return;
      }
      // half precision keeps 11 bits of −1 … 1
      const sum = ({ train, test }: Dataset): number =>
        [...train.images, ...test.images].reduce((total, value) => total + value, 0);
      expect(sum(other) / sum(own)).toBeCloseTo(1, 2);
      expect(other.notes.join(' ')).toContain('−1 to 1'.replace('−', '-'));
    },
  );

  test('is brought to the size of a model, grey or in colour', async () => {
    const grey = await open('keras.npz', { height: 6, width: 8, channels: 1 });
    expect(grey.train.images).toHaveLength(20 * 48);
    const colour = await open('alone.npy', { height: 24, width: 24, channels: 3 });
    expect(colour.train.images.length + colour.test.images.length).toBe(30 * 1728);
    expect(colour.train.labels).toBeNull();
  });

  test('in a folder of arrays is found by the folder', async () => {
    const found = await open('pair');
    expect([found.train.count, found.test.count, found.channels]).toEqual([27, 3, 1]);
    expect(found.train.labels).not.toBeNull();
  });
});

const header = (shape: string, descr = '|u1', size?: number): Buffer => {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117) + '\n';
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 0, 0]);
  start.writeUInt16LE(size ?? text.length, 8);
  return Buffer.concat([start, Buffer.from(text, 'latin1')]);
};
const file = (name: string, bytes: Uint8Array): string => {
  const path = join(scratch, name);
  writeFileSync(path, bytes);
  return path;
};

describe('hostile arrays are refused with what is wrong', () => {
  test.each([
    ['objects.npy', 'a pickle), which are never unpickled'],
    ['columns.npy', 'Fortran order'],
    ['records.npy', 'records, not plain numbers'],
    ['standardised.npy', 'holds numbers from'],
    ['nan.npy', 'no numbers'],
    ['unnamed.npz', 'it has weights, bias'],
    ['mislabelled.npz', 'has the shape [7] for 30 images'],
    ['fractions.npz', 'holds the label 0.5'],
  ])('%s', async (name, sentence) => {
    const path = join(fixtures, 'odd', name);
    await expect(openSource(path, { target: null })).rejects.toThrow(sentence);
    await expect(openSource(path, { target: null })).rejects.toThrow(UserError);
  });

  test.each([
    ['empty.npy', Buffer.alloc(0), 'cut short'],
    ['words.npy', Buffer.from('this is no array at all'), 'is no .npy array'],
    ['short.npy', Buffer.concat([header('4, 8, 8'), Buffer.alloc(200)]), 'cut short'],
    ['long.npy', Buffer.concat([header('2, 8, 8'), Buffer.alloc(200)]), 'longer than its header says'],
    ['many.npy', header('99999999, 8, 8'), 'claims 99999999 images'],
    ['vast.npy', header('2, 99999999, 99999999'), 'claims the shape'],
    ['overflow.npy', header('9999999999999999999999, 8, 8'), 'claims the shape'],
    ['nothing.npy', header('0, 8, 8'), 'claims 0 images'],
    ['flat.npy', Buffer.concat([header('4, 64'), Buffer.alloc(256)]), 'has the shape [4, 64]'],
    ['text.npy', header('4,', '<U8'), 'numbers of type U8'],
    ['header.npy', header('4, 8, 8', '|u1', 9000), 'cut short'],
    ['code.npy', header("__import__('os').system('true'), 8"), 'without a shape'],
  ])('%s', async (name, bytes, sentence) => {
    await expect(openSource(file(name, bytes), { target: null })).rejects.toThrow(sentence);
  });

  test('archives that are damaged, are none, or hold less than they claim', async () => {
    const before = tf.memory().numTensors;
    const whole = readFileSync(join(fixtures, 'arrays', 'compressed.npz'));
    for (const share of [0, 0.1, 0.5, 0.99]) {
      const cut = file(`cut-${share}.npz`, whole.subarray(0, Math.floor(whole.length * share)));
      await expect(openSource(cut, { target: null })).rejects.toThrow(UserError);
    }
    const bomb = zipSync({ 'x.npy': [Buffer.concat([header('2, 8, 8'), Buffer.alloc(3e7)]), { level: 9 }] });
    await expect(openSource(file('bomb.npz', bomb), { target: null })).rejects.toThrow(
      'longer than its header',
    );
    const changed = Buffer.from(whole);
    for (let i = 200; i < 400; i++) changed[i] = 0x55;
    await expect(openSource(file('changed.npz', changed), { target: null })).rejects.toThrow(UserError);
    const text = zipSync({ 'x.npy': strToU8('nothing of the kind') });
    await expect(openSource(file('text.npz', text), { target: null })).rejects.toThrow('is no .npy array');
    expect(tf.memory().numTensors).toBe(before);
  });

  test('files of another kind', async () => {
    await expect(openSource(file('data.pkl', Buffer.alloc(9)), { target: null })).rejects.toThrow(
      'no data that can be read',
    );
  });
});
