// What the dataset readers promise.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src-main/contract/errors';
import { batches, openIdx, openMnist, sampleWindows } from '../../src-main/datasets/dataset';
import { readIdx } from '../../src-main/datasets/idx';

const folder = mkdtempSync(join(tmpdir(), 'idx-'));
const file = (bytes: Uint8Array): string => {
  const path = join(folder, `f${Math.random()}`);
  writeFileSync(path, bytes);
  return path;
};
const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]);

describe('IDX files', () => {
  it('are read plain and gzipped', () => {
    expect([...readIdx(file(labels), 1).data]).toEqual([7, 8, 9]);
    expect([...readIdx(file(gzipSync(labels)), 1).data]).toEqual([7, 8, 9]);
  });
  it('are refused when truncated, with both counts', () => {
    expect(() => readIdx(file(labels.subarray(0, 10)), 1)).toThrow('holds 2 values; its header says 3');
  });
  it('are refused when they hold something else', () => {
    expect(() => readIdx(file(labels), 3)).toThrow(
      'starts with 2049; an IDX file of 3 dimensions starts with 2051',
    );
    expect(() => readIdx(file(labels.subarray(0, 2)), 1)).toThrow('starts with -1');
  });
});

/** An IDX file of images of `height` × 2 pixels. */
const images = (count: number, height = 2): string =>
  file(
    Uint8Array.from([
      0,
      0,
      8,
      3,
      ...[count, height, 2].flatMap((n) => [0, 0, 0, n]),
      ...Array<number>(count * height * 2).fill(9),
    ]),
  );
const labelled = (...values: number[]): string =>
  file(Uint8Array.from([0, 0, 8, 1, 0, 0, 0, values.length, ...values]));

describe('a dataset of four IDX files', () => {
  const fitting = {
    trainImages: images(2),
    trainLabels: labelled(0, 9),
    testImages: images(1),
    testLabels: labelled(3),
  };
  it('is read when they fit together', () => {
    const { train, test, height, width } = openIdx('own', fitting);
    expect([train.count, test.count, height, width, ...(train.labels ?? [])]).toEqual([2, 1, 2, 2, 0, 9]);
  });
  it.each([
    ['another number of labels', { trainLabels: labelled(1) }, 'There are 2 images but 1 labels'],
    [
      'a label beyond the classes',
      { testLabels: labelled(10) },
      'A label is 10; the network has ten classes',
    ],
    ['test images of another size', { testImages: images(1, 3) }, 'Training images are 2×2, test images 3×2'],
    [
      'labels in place of images',
      { trainImages: labelled(1, 2) },
      'starts with 2049; an IDX file of 3 dimensions',
    ],
    ['a missing file', { testImages: join(folder, 'none') }, 'none cannot be read'],
    [
      'a header alone',
      { testImages: file(Uint8Array.from([0, 0, 8, 3, 0, 0])) },
      'ends within its header, after 6 bytes',
    ],
    ['a gzip file cut short', { testLabels: file(gzipSync(labels).subarray(0, 15)) }, 'damaged or cut short'],
  ])('is refused with %s, saying what was expected and found', (_, wrong, sentence) => {
    expect(() => openIdx('own', { ...fitting, ...wrong })).toThrow(sentence);
    expect(() => openIdx('own', { ...fitting, ...wrong })).toThrow(UserError);
  });
});

describe('MNIST', () => {
  it('has all 60,000 and 10,000 images', () => {
    const mnist = openMnist();
    expect([mnist.train.count, mnist.test.count, mnist.height, mnist.width]).toEqual([
      60_000, 10_000, 28, 28,
    ]);
    expect(new Set(mnist.train.labels).size).toBe(10);
  });
  it('gives the same sample of windows for the same seed, none of them blank', () => {
    const mnist = openMnist();
    const one = sampleWindows(mnist, { height: 5, width: 5 }, 50, 3);
    expect(sampleWindows(mnist, { height: 5, width: 5 }, 50, 3)).toEqual(one);
    for (let i = 0; i < 50; i++)
      expect(Math.max(...one.values.subarray(i * 25, i * 25 + 25))).toBeGreaterThanOrEqual(0.2);
  });
});

it('Batches show every image once an epoch, in an order of the seed', () => {
  const at = batches(10, 4, 1);
  const seen = [0, 1, 2, 3, 4].flatMap(at);
  expect([...seen.slice(0, 10)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([...seen.slice(10)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([0, 1, 2, 3, 4].flatMap(batches(10, 4, 2))).not.toEqual(seen);
});
