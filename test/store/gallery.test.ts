// A gallery on disk: whole or not at all, readable by anyone, honest about damage.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src-main/contract/errors';
import { show, showAll } from '../../src-main/pictures/display';
import { decodePng } from '../../src-main/pictures/sheet';
import { readFrames, readGallery, readPictures, writeGallery } from '../../src-main/store/gallery';
import { inspectGallery } from '../../src-main/store/inspection';
import { galleryContent } from '../support/gallery';

const below = mkdtempSync(join(tmpdir(), 'filterscope-gallery-'));
let made = 0;
const fresh = async (content = galleryContent()): Promise<string> => {
  const folder = join(below, `g${made++}`);
  await writeGallery(folder, content);
  return folder;
};
afterAll(() => rm(below, { recursive: true }));

describe('a gallery', () => {
  test('is read back with everything that was said of it', async () => {
    const content = galleryContent();
    const folder = await fresh(content);
    const gallery = await readGallery(folder);
    expect(gallery).toMatchObject(content.about);
    expect(gallery.display).toBe('contrast');
    expect(Object.keys(gallery.files).sort()).toEqual([
      'curves.csv',
      'frames.png',
      'sheet.png',
      ...['000', '003', '012'].flatMap((unit) => [`units/${unit}.npy`, `units/${unit}.png`]),
    ]);
    const { images, missing } = await readPictures(folder, gallery);
    expect(images).toEqual(content.images);
    expect(missing).toEqual([]);
    expect(readFileSync(join(folder, 'curves.csv'), 'utf8')).toBe('step,0,3,12\n0,1,2,3\n5,2,3,4\n');
  });

  test.each([1, 3])('keeps pictures of %i channels at native size, a dead one black', async (channels) => {
    const content = galleryContent({ channels });
    const folder = await fresh(content);
    const size = 8 * channels;
    const first = decodePng(await readFile(join(folder, 'units', '000.png')));
    expect(first).toEqual(show(content.images.subarray(0, size), content.about.picture, 'contrast'));
    const dead = decodePng(await readFile(join(folder, 'units', '012.png')));
    expect(new Set(dead.data)).toEqual(new Set([0]));
  });

  test('keeps the way there as frames, the kept pictures last', async () => {
    const content = galleryContent();
    const folder = await fresh(content);
    const frames = await readFrames(folder, await readGallery(folder));
    expect(frames.map(({ step }) => step)).toEqual([0, 5, 10]);
    const last = showAll(content.images, content.about.picture, 'contrast', (i) => i < 2);
    expect(frames.at(-1)?.pictures).toEqual(last);
  });

  test('is never written over another, and leaves nothing behind when it cannot be written', async () => {
    const folder = await fresh();
    const before = readdirSync(below).sort();
    await expect(writeGallery(folder, galleryContent())).rejects.toThrow(UserError);
    expect(readdirSync(below).sort()).toEqual(before);
  });

  test('its .npy files are what numpy reads', async () => {
    const content = galleryContent({ channels: 3 });
    const folder = await fresh(content);
    const file = join(folder, 'units', '003.npy');
    const bytes = readFileSync(file);
    expect(bytes.subarray(0, 8)).toEqual(Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0]));
    const header = bytes.toString('latin1', 10, 10 + bytes.readUInt16LE(8));
    expect(header).toBe(
      `${"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4, 3,), }".padEnd(header.length - 1)}\n`,
    );
    expect((10 + header.length) % 64).toBe(0);
    const code =
      'import sys,numpy;a=numpy.load(sys.argv[1]);print(a.shape,a.dtype,*[repr(float(v)) for v in a.ravel()])';
    const said = spawnSync(process.env['FILTERSCOPE_PYTHON'] ?? 'python3', ['-c', code, file], {
      encoding: 'utf8',
    });
    if (said.status !== 0) {
      process.stderr.write('numpy is not installed: the layout alone was checked.\n');
      return;
    }
    const [, shape, type, ...values] = /^(\(.*\)) (\S+) (.*)$/.exec(said.stdout.trim()) ?? [];
    expect([shape, type]).toEqual(['(2, 4, 3)', 'float32']);
    expect(values[0]?.split(' ').map(Number)).toEqual([...content.images.subarray(24, 48)]);
  });
});

test('a gallery from before the range was kept is read: its range is not known', async () => {
  const folder = await fresh();
  const path = join(folder, 'gallery.json');
  const old = JSON.parse(await readFile(path, 'utf8')) as { model: Record<string, unknown> };
  const { range, input, ...model } = old.model;
  expect([range, input]).toEqual(['0..1', { height: 28, width: 28, channels: 1 }]);
  await writeFile(path, JSON.stringify({ ...old, model }));
  expect((await readGallery(folder)).model).toMatchObject({ range: null, input: null });
});

describe('a damaged gallery', () => {
  test('is reported part by part, and the rest still opens', async () => {
    const folder = await fresh();
    await truncate(join(folder, 'units', '003.npy'), 100);
    await rm(join(folder, 'curves.csv'));
    const { gallery, damage, whole } = await inspectGallery(folder);
    expect([...damage].sort()).toEqual(['curves.csv is missing.', 'units/003.npy is not as it was saved.']);
    expect(whole).toContain('units/003.png');
    expect(whole).toHaveLength(7);
    const { images, missing } = await readPictures(folder, gallery as NonNullable<typeof gallery>);
    expect(missing).toEqual([3]);
    expect(images.subarray(0, 8)).toEqual(galleryContent().images.subarray(0, 8));
  });

  test('whose gallery.json is damaged says where, and which pictures are there', async () => {
    const folder = await fresh();
    const path = join(folder, 'gallery.json');
    const json = JSON.parse(readFileSync(path, 'utf8')) as { units: { state: string }[] };
    (json.units[1] as { state: string }).state = 'splendid';
    await writeFile(path, JSON.stringify(json));
    await expect(readGallery(folder)).rejects.toThrow('damaged at units.1.state');
    const { gallery, whole } = await inspectGallery(folder);
    expect(gallery).toBeNull();
    expect(whole).toHaveLength(9);
  });

  test('that names files outside itself does not reach them', async () => {
    const folder = await fresh();
    const path = join(folder, 'gallery.json');
    const json = JSON.parse(readFileSync(path, 'utf8')) as { files: Record<string, string> };
    json.files['../outside'] = 'ab'.repeat(32);
    await writeFile(path, JSON.stringify(json));
    expect((await inspectGallery(folder)).damage).toEqual(['../outside lies outside the gallery.']);
  });

  test('of a newer format is refused as such, and another folder as none', async () => {
    const folder = join(below, 'newer');
    await mkdir(folder);
    await expect(inspectGallery(folder)).rejects.toThrow('no gallery.json');
    await writeFile(join(folder, 'gallery.json'), '{"schemaVersion": 2}');
    await expect(readGallery(folder)).rejects.toThrow('newer Filterscope (format 2)');
  });

  test('without frames says so when they are asked for', async () => {
    const folder = await fresh({ ...galleryContent(), frames: [] });
    await expect(readFrames(folder, await readGallery(folder))).rejects.toThrow('keeps no frames');
  });
});
