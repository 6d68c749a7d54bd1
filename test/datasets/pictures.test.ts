// Pictures as files: decoded as Pillow does, brought to one size, read from folders, refused where they are hostile.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src-main/contract/errors';
import { openSource } from '../../src-main/datasets/own/source';
import { decodePicture } from '../../src-main/datasets/own/picture-file';
import { pictureHeader } from '../../src-main/datasets/own/picture-header';
import { seededSample } from '../../src-main/datasets/own/sample';
import { tf } from '../../src-main/native/tensorflow';

const fixtures = join(import.meta.dirname, 'fixtures');
const formats = join(fixtures, 'formats');
const scratch = mkdtempSync(join(tmpdir(), 'filterscope-pictures-'));
beforeAll(() => {
  process.env['FILTERSCOPE_CACHE'] = join(scratch, 'cache');
});

const own = { height: 20, width: 26, channels: 3 } as const;
const decode = (name: string, target: Parameters<typeof decodePicture>[2] = own): Uint8Array =>
  decodePicture(readFileSync(join(formats, name)), name, target);
/** The numbers of an array of bytes: its header has 128 bytes. */
const numpy = (name: string): Uint8Array => readFileSync(join(formats, name)).subarray(128);
const farthest = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? NaN))), 0);
const meanDistance = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? NaN)), 0) / a.length;

describe('a picture file', () => {
  test.each(['colour.png', 'alpha.png', 'lossless.webp', 'alpha.webp'])(
    '%s is read to the last bit',
    (name) => {
      expect(farthest(decode(name), numpy('numbers.npy'))).toBe(0);
    },
  );

  test.each(['colour.jpg', 'progressive.jpg', 'lossy.webp', 'palette.png'])(
    '%s is read, as far as it kept',
    (name) => {
      expect(meanDistance(decode(name), numpy('numbers.npy'))).toBeLessThan(15);
    },
  );

  test('becomes grey as Pillow has it, and grey ones become three equal channels', () => {
    const grey = { ...own, channels: 1 } as const;
    for (const name of ['colour.png', 'grey.png', 'grey16.png'])
      expect(farthest(decode(name, grey), numpy('pillow-grey.npy'))).toBeLessThanOrEqual(1);
    expect(meanDistance(decode('grey.jpg', grey), numpy('pillow-grey.npy'))).toBeLessThan(5);
    const colours = decode('grey.png');
    for (let i = 0; i < colours.length; i += 3)
      expect([colours[i + 1], colours[i + 2]]).toEqual([colours[i], colours[i]]);
  });

  test.each([8, 30])('is cropped to the middle and scaled to %i as Pillow scales', (side) => {
    const found = decode('colour.png', { height: side, width: side, channels: 3 });
    expect(farthest(found, numpy(`pillow-${side}.npy`))).toBeLessThanOrEqual(2);
  });

  test('says its size and colours before it is decoded', () => {
    expect(pictureHeader(readFileSync(join(formats, 'grey.jpg')), '')).toMatchObject({
      height: 20,
      width: 26,
      colour: false,
    });
    expect(pictureHeader(readFileSync(join(formats, 'lossless.webp')), '')).toMatchObject({
      height: 20,
      width: 26,
    });
    expect(pictureHeader(readFileSync(join(formats, 'alpha.webp')), '')).toMatchObject({
      height: 20,
      width: 26,
    });
    expect(pictureHeader(readFileSync(join(formats, 'palette.png')), '')).toMatchObject({ colour: true });
  });

  test('that moves, is cut short anywhere or lies of its size is refused, and leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    expect(() => decode('moving.webp')).toThrow('moves');
    for (const name of ['colour.png', 'colour.jpg', 'progressive.jpg', 'lossy.webp', 'lossless.webp']) {
      const bytes = readFileSync(join(formats, name));
      for (const share of [0, 0.01, 0.05, 0.2, 0.5, 0.9]) {
        const cut = bytes.subarray(0, Math.floor(bytes.length * share));
        expect(() => decodePicture(cut, name, own), `${name} cut at ${share}`).toThrow(UserError);
      }
    }
    const huge = Buffer.from(readFileSync(join(formats, 'colour.png')));
    huge.writeUInt32BE(60_000, 16);
    huge.writeUInt32BE(60_000, 20);
    expect(() => decodePicture(huge, 'huge.png', own)).toThrow('60000×60000 pixels; at most 50 million');
    huge.writeUInt32BE(0, 16);
    expect(() => decodePicture(huge, 'none.png', own)).toThrow('has no pixels');
    expect(() => decodePicture(Buffer.from('GIF89a and more'), 'a.gif', own)).toThrow('no PNG, JPEG or WebP');
    expect(tf.memory().numTensors).toBe(before);
  });
});

const small = { height: 12, width: 12, channels: 3 } as const;
const copy = (name: string): string => {
  const to = join(scratch, name);
  cpSync(join(fixtures, 'pictures'), to, { recursive: true });
  return to;
};

describe('a folder of pictures', () => {
  test('with a sub-folder a class is labelled, and a tenth is kept for testing', async () => {
    const found = await openSource(join(fixtures, 'pictures'), { target: small });
    expect(found.classes).toEqual(['across', 'down', 'slanted']);
    expect([found.train.count, found.test.count, found.channels]).toEqual([33, 3, 3]);
    expect(found.train.images).toHaveLength(33 * 432);
    const counts = [0, 1, 2].map(
      (label) =>
        [...(found.train.labels ?? []), ...(found.test.labels ?? [])].filter((each) => each === label).length,
    );
    expect(counts).toEqual([12, 12, 12]);
    expect(found.notes).toEqual([expect.stringContaining('Every tenth picture, 3, is kept for testing')]);
    // stripes down the picture differ along rows more than along columns
    const down = found.train.labels?.indexOf(1) ?? -1;
    const image = found.train.images.subarray(down * 432, (down + 1) * 432);
    const change = (step: number): number =>
      image.reduce(
        (sum, value, i) => sum + (i + step < 432 ? Math.abs(value - (image[i + step] ?? 0)) : 0),
        0,
      );
    expect(change(3)).toBeGreaterThan(change(36));
  });

  test('takes any size of its own, is grey where a model is, and has the usual size where nobody asks', async () => {
    const folder = join(fixtures, 'pictures');
    const grey = await openSource(folder, { target: { height: 9, width: 14, channels: 1 } });
    expect([grey.height, grey.width, grey.channels, grey.train.images.length]).toEqual([9, 14, 1, 33 * 126]);
    const usual = await openSource(folder, { target: null });
    expect([usual.height, usual.width, usual.channels]).toEqual([32, 32, 3]);
    const asked = await openSource(folder, { target: null, side: 16 });
    expect([asked.height, asked.width]).toEqual([16, 16]);
  });

  test('without sub-folders has no labels, and none are made up', async () => {
    const found = await openSource(join(fixtures, 'pictures', 'down'), { target: small });
    expect([found.train.labels, found.test.labels, found.classes]).toEqual([null, null, []]);
    expect(found.train.count + found.test.count).toBe(12);
  });

  test('with train and val beside each other keeps them apart', async () => {
    const folder = join(scratch, 'parted');
    for (const part of ['train', 'val'])
      cpSync(join(fixtures, 'pictures'), join(folder, part), { recursive: true });
    rmSync(join(folder, 'val', 'slanted'), { recursive: true });
    const found = await openSource(folder, { target: small });
    expect([found.train.count, found.test.count, found.classes.length]).toEqual([36, 24, 3]);
    expect(found.notes).toEqual([]);
  });

  test('knows the file of every image, also where files are left out and when it comes from the cache', async () => {
    const folder = copy('named');
    writeFileSync(join(folder, 'across', '00.png'), 'no picture');
    const decoded = await openSource(folder, { target: small });
    for (const { train, test: held, classes } of [decoded, await openSource(folder, { target: small })]) {
      for (const { files = [], images, labels, count } of [train, held]) {
        expect(files).toHaveLength(count);
        files.forEach((file, i) => {
          const picture = decodePicture(readFileSync(join(folder, file)), file, small);
          expect(farthest(images.subarray(i * 432, (i + 1) * 432), picture), file).toBe(0);
          expect(file.split('/')[0]).toBe(classes[labels?.[i] ?? -1]);
        });
      }
    }
  });

  test('tells what it leaves out: damaged pictures, other files, hidden ones', async () => {
    const folder = copy('damaged');
    writeFileSync(join(folder, 'down', 'bad.png'), 'no picture');
    writeFileSync(join(folder, 'down', 'notes.txt'), 'text');
    writeFileSync(join(folder, 'down', '._00.png'), 'resource fork');
    mkdirSync(join(folder, 'empty'));
    const found = await openSource(folder, { target: small });
    expect(found.classes).toHaveLength(3);
    expect(found.train.count + found.test.count).toBe(36);
    expect(found.notes.join(' ')).toMatch(/1 of 37 pictures were left out; the first: .*bad\.png is no PNG/);
  });

  test('without any that can be read is refused with the reason', async () => {
    const folder = join(scratch, 'bad');
    mkdirSync(folder);
    await expect(openSource(folder, { target: small })).rejects.toThrow('no pictures in bad');
    writeFileSync(join(folder, 'a.png'), 'no picture');
    await expect(openSource(folder, { target: small })).rejects.toThrow('a.png is no PNG');
    await expect(openSource(join(scratch, 'gone'), { target: small })).rejects.toThrow(
      'There is no gone any more',
    );
  });

  test('tells how far it is, and stops when it is told to', async () => {
    const folder = copy('stopped');
    const told: [number, number][] = [];
    await openSource(folder, { target: small, progress: (done, total) => told.push([done, total]) });
    expect(told.at(-1)).toEqual([36, 36]);
    const reason = new Error('enough');
    const stop = openSource(copy('stopped-early'), { target: small, signal: AbortSignal.abort(reason) });
    await expect(stop).rejects.toBe(reason);
  });

  test('is decoded once: the second time it comes from the cache, and anew once a picture changes', async () => {
    const folder = copy('kept');
    const cache = process.env['FILTERSCOPE_CACHE'] ?? '';
    const names = (): string[] => readdirSync(join(cache, 'data'));
    const before = names().length;
    const first = await openSource(folder, { target: small });
    expect(names()).toHaveLength(before + 1);
    const decoded: number[] = [];
    const second = await openSource(folder, { target: small, progress: (done) => decoded.push(done) });
    expect(decoded).toEqual([]);
    expect(second.sha256).toBe(first.sha256);
    expect(second.classes).toEqual(first.classes);
    // another size is another thing
    await openSource(folder, { target: { ...small, channels: 1 } });
    expect(names()).toHaveLength(before + 2);
    cpSync(join(folder, 'down', '03.png'), join(folder, 'down', '00.png'));
    expect((await openSource(folder, { target: small })).sha256).not.toBe(first.sha256);
    // what was cut short in the cache is made anew
    for (const name of names()) writeFileSync(join(cache, 'data', name), 'cut');
    expect((await openSource(folder, { target: { ...small, channels: 1 } })).channels).toBe(1);
  });
});

test('A sample of too much is seeded, has nothing twice, and is all there is where that is little', () => {
  const found = seededSample(100_000, 500);
  expect(found).toEqual(seededSample(100_000, 500));
  expect(new Set(found).size).toBe(500);
  expect([...seededSample(10, 500)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
