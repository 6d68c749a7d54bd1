// What a gallery is exported as opens on its own.
import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeApng } from 'fast-png';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodePng } from '../../src-main/pictures/sheet';
import { exportGallery, fileName } from '../../src-main/store/export';
import { writeGallery } from '../../src-main/store/gallery';
import { galleryContent } from '../support/gallery';

const below = mkdtempSync(join(tmpdir(), 'filterscope-export-'));
const folder = join(below, 'gallery');
beforeAll(() => writeGallery(folder, galleryContent({ title: 'conv2 · <whitened>' })));
afterAll(() => rm(below, { recursive: true }));

describe('a gallery exported', () => {
  test('as sheet is the saved sheet, and another at another zoom or display', async () => {
    const { name, bytes, type } = await exportGallery(folder, 'sheet');
    expect([name, type]).toEqual(['conv2-whitened.png', 'image/png']);
    expect(Buffer.from(bytes)).toEqual(await readFile(join(folder, 'sheet.png')));
    const large = decodePng((await exportGallery(folder, 'sheet', { zoom: 3 })).bytes);
    expect([large.width, large.height]).toEqual([3 * (12 + 2) + 2, 6 + 4]);
    const ink = decodePng((await exportGallery(folder, 'sheet', { display: 'ink' })).bytes);
    expect([...ink.data]).not.toEqual([...decodePng(bytes).data]);
  });

  test('as zip holds every file, below one folder', async () => {
    const { name, bytes } = await exportGallery(folder, 'zip');
    expect(name).toBe('conv2-whitened.zip');
    const files = unzipSync(bytes);
    expect(Object.keys(files)).toHaveLength(10);
    for (const [path, content] of Object.entries(files)) {
      expect(Buffer.from(content)).toEqual(await readFile(join(folder, path.replace('conv2-whitened', ''))));
    }
  });

  test('as animation has the frames and rests on the last', async () => {
    const { name, bytes, type } = await exportGallery(folder, 'apng');
    expect([name, type]).toEqual(['conv2-whitened-frames.png', 'image/apng']);
    const { frames } = decodeApng(bytes, { checkCrc: true });
    expect(frames.map(({ delayNumber }) => delayNumber)).toEqual([120, 120, 2000]);
    const sheet = decodePng(await readFile(join(folder, 'sheet.png')));
    expect([...(frames.at(-1)?.data ?? [])]).toEqual([...sheet.data]);
  });

  test('as page holds its pictures and numbers, fetches nothing and escapes what others named', async () => {
    const { name, bytes } = await exportGallery(folder, 'html');
    const page = Buffer.from(bytes).toString();
    expect(name).toBe('conv2-whitened.html');
    expect(page.match(/<img [^>]*src="data:image\/png;base64,/g)).toHaveLength(3);
    expect(page).toContain('a &lt;model&gt;');
    expect(page).toContain('<h1>conv2 · &lt;whitened&gt;</h1>');
    expect(page).toContain('<dd>4.50</dd>');
    expect(page).not.toMatch(/https?:|<script/);
  });
});

test('a file name has no character that a file system refuses', () => {
  expect(fileName('a/b\\c: "x"?*')).toBe('a-b-c-x');
  expect(fileName('Фильтры № 3')).toBe('Фильтры-3');
  expect(fileName('…')).toBe('gallery');
});
