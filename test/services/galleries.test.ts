// The library: saved from a run, listed, renamed, exported, removed and restored; damage is told.
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { media } from '../../src-main/contract/media';
import { openApp, type TestApp } from '../support/app';

const elsewhere = mkdtempSync(join(tmpdir(), 'filterscope-elsewhere-'));
const RUN = 'shipped-conv2-whitened';
let chosen: string | null = elsewhere;
const shown: string[] = [];
const trashed: string[] = [];
const abilities = {
  name: 'electron' as const,
  chooseFolder: () => Promise.resolve(chosen),
  keepDataIn: (folder: string) => join(folder, 'Filterscope'),
  showInFolder: (path: string) => void shown.push(path),
  trash: (path: string) => {
    trashed.push(path);
    rmSync(path, { recursive: true });
    return Promise.resolve();
  },
};
let it: TestApp;
beforeAll(async () => {
  it = await openApp({ abilities });
});
afterAll(async () => {
  await it.remove();
  rmSync(elsewhere, { recursive: true });
});

const save = (title: string) => it.call('galleries.save', { run: RUN, title, display: 'contrast' });

test('a gallery is saved from a run, listed with its numbers, and opened', async () => {
  const changed = it.next('galleries.changed');
  const saved = await save('Strokes and corners');
  await changed;
  expect(saved).toMatchObject({ units: 64, layer: 'conv2', method: 'whitened', damage: [] });
  expect(saved.medianRatio).toBeGreaterThan(0.8);
  expect(saved).toMatchObject({ bestOf: { windows: 30_000 }, whole: false });
  expect(await it.call('galleries.list')).toEqual([saved]);
  const gallery = await it.call('galleries.open', { id: saved.id });
  expect(gallery.units).toHaveLength(64);
  expect(gallery.frames?.steps.at(-1)).toBe(256);
});

test('its pictures are served by any display, and asked for again only when it changed', async () => {
  const { id } = await save('Pictures');
  const response = await it.media(media.gallerySheet(id, 'signed'));
  const sheet = decode(new Uint8Array(await response.arrayBuffer()));
  expect([sheet.width, sheet.height]).toEqual([16 * 14, 4 * 14]);
  const etag = response.headers.get('etag') ?? '';
  const again = await it.app.media(
    new Request(`http://127.0.0.1/${media.gallerySheet(id, 'signed')}`, {
      headers: { 'if-none-match': etag },
    }),
  );
  expect(again.status).toBe(304);
  expect((await it.media(media.galleryUnit(id, 7, 'contrast', 3))).status).toBe(200);
  expect((await it.media(media.galleryUnit(id, 99))).status).toBe(404);
  expect((await it.media(`media/gallery/${id}/7.png?display=loud`)).status).toBe(400);
});

test('two galleries of one title stand side by side; a new title keeps the pictures whole', async () => {
  const [first, second] = [await save('Twice'), await save('Twice')];
  expect(first.id).not.toBe(second.id);
  const renamed = await it.call('galleries.rename', { id: second.id, title: 'Once' });
  expect(renamed).toMatchObject({ id: second.id, title: 'Once', damage: [] });
});

test('removed and restored it is what it was', async () => {
  const saved = await save('Undo');
  await it.call('galleries.remove', { id: saved.id });
  expect((await it.call('galleries.list')).some(({ id }) => id === saved.id)).toBe(false);
  expect(await it.call('galleries.restore', { id: saved.id })).toEqual(saved);
});

test('what stays removed goes to the trash of the system at the next start', async () => {
  const saved = await save('Gone');
  await it.call('galleries.remove', { id: saved.id });
  const next = await openApp({ dataFolder: it.dataFolder, abilities });
  await expect.poll(() => trashed.length).toBe(1);
  await next.quit();
  await expect(it.call('galleries.restore', { id: saved.id })).rejects.toThrow(/restored/);
});

test('damage is told, with what is wrong', async () => {
  const { id } = await save('Damaged');
  writeFileSync(join(it.dataFolder, 'galleries', id, 'sheet.png'), 'no picture');
  const found = (await it.call('galleries.list')).find((one) => one.id === id);
  expect(found?.damage).toEqual([expect.stringContaining('sheet.png')]);
});

test.each([
  ['sheet', 'image/png'],
  ['zip', 'application/zip'],
  ['apng', 'image/apng'],
  ['html', 'text/html'],
] as const)('it is exported as %s, to be downloaded', async (format, type) => {
  const [first] = await it.call('galleries.list');
  const { url } = await it.call('galleries.export', { id: first?.id ?? '', format });
  const response = await it.media(url);
  expect(response.headers.get('content-type')).toBe(type);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (format === 'zip')
    expect(Object.keys(unzipSync(bytes)).some((name) => name.endsWith('gallery.json'))).toBe(true);
  else expect(bytes.length).toBeGreaterThan(1000);
});

test('it is saved into a chosen folder, and opened from there by a copy', async () => {
  const name = await it.call('galleries.saveToFolder', { run: RUN, title: 'Far away', display: 'ink' });
  expect(readdirSync(elsewhere)).toEqual([name]);
  chosen = join(elsewhere, name ?? '');
  const opened = await it.call('galleries.openFolder');
  expect(opened).toMatchObject({ title: 'Far away', damage: [] });
  chosen = null;
  expect(await it.call('galleries.openFolder')).toBeNull();
});

test('a folder that is no gallery is refused and nothing is copied', async () => {
  const before = readdirSync(join(it.dataFolder, 'galleries')).length;
  chosen = mkdtempSync(join(elsewhere, 'empty-'));
  await expect(it.call('galleries.openFolder')).rejects.toThrow(/gallery.json/);
  expect(readdirSync(join(it.dataFolder, 'galleries')).length).toBe(before);
});

test('it is shown in its folder; an id that is a path names nothing', async () => {
  const { id } = await save('Shown');
  await it.call('galleries.showInFolder', { id });
  expect(shown).toEqual([join(it.dataFolder, 'galleries', id)]);
  cpSync(join(it.dataFolder, 'galleries', id), join(it.dataFolder, 'outside'), { recursive: true });
  for (const path of ['../outside', '..', '.', `${id}/units`, '/etc']) {
    await expect(it.call('galleries.open', { id: path })).rejects.toThrow();
    await expect(it.call('galleries.remove', { id: path })).rejects.toThrow();
    await expect(it.call('galleries.restore', { id: path })).rejects.toThrow();
  }
  expect(existsSync(join(it.dataFolder, 'outside'))).toBe(true);
});

test('another folder for all data is chosen in a dialog, which can be dismissed', async () => {
  chosen = elsewhere;
  expect(await it.call('app.chooseDataFolder')).toBe(join(elsewhere, 'Filterscope'));
  chosen = null;
  expect(await it.call('app.chooseDataFolder')).toBeNull();
});
