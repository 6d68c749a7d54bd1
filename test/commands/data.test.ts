// Data of one's own on the command line: folders of pictures and NumPy arrays, for pictures, training and the answer.
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cardSchema } from '../../src-main/contract/card';
import { readGallery } from '../../src-main/store/gallery';
import { cli } from '../support/cli';

const cwd = mkdtempSync(join(tmpdir(), 'filterscope-data-'));
afterAll(() => rm(cwd, { recursive: true }));
process.env['FILTERSCOPE_CACHE'] = join(cwd, 'cache');
const run = (...args: string[]) => cli(args, { cwd });
const fixtures = join(import.meta.dirname, '../datasets/fixtures');
const pictures = join(fixtures, 'pictures');
const rgb = join(import.meta.dirname, '../network/formats/fixtures/rgb/model.keras');

test('A colour model is visualised from a folder of pictures, in colour and with the best real response', async () => {
  const { code, stdout, stderr } = await run(
    'visualize',
    rgb,
    'out',
    '--layer',
    'conv2',
    '--steps',
    '30',
    '--data',
    pictures,
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toContain('Every tenth picture, 3, is kept for testing');
  expect(stdout).toContain('sampled real windows');
  const gallery = await readGallery(join(cwd, 'out'));
  expect(gallery.dataset?.name).toBe('pictures');
  expect(gallery.picture.channels).toBe(3);
  expect(gallery.units.filter(({ bestReal }) => bestReal !== null)).toHaveLength(8);
  const shown = await run('gallery', 'show', 'out');
  for (const { bestWindow } of gallery.units) {
    const { file, top, left } = bestWindow ?? { file: null, top: -1, left: -1 };
    expect(file).toMatch(/^(across|down|slanted)\/\d\d\.(png|jpg|webp)$/);
    expect(shown.stdout).toContain(`${file}, row ${top}, column ${left}`);
  }
});

test('The same from an archive of arrays, by a relative path', async () => {
  const archive = join(fixtures, 'arrays', 'keras.npz');
  const found = await cli(
    [
      'visualize',
      rgb,
      join(cwd, 'arrays'),
      '--layer',
      'conv1',
      '--steps',
      '10',
      '--data',
      'keras.npz',
      '--json',
    ],
    {
      cwd: join(archive, '..'),
    },
  );
  expect(found.stderr).toBe('');
  expect(found.code).toBe(0);
  const { dataset, units } = await readGallery(join(cwd, 'arrays'));
  expect(dataset?.name).toBe('keras.npz');
  // rows of an array have no files: they are known by their numbers
  expect(units[0]?.bestWindow).toMatchObject({ file: null });
});

test('A network is trained on a folder of colour pictures, with its classes, and its start is known to the answer', async () => {
  const small = ['--filters', '4,6', '--hidden', '24', '--rate', '0.003', '--kernel', '3'];
  const trained = await run(
    'train',
    'stripes',
    '--data',
    pictures,
    '--image-size',
    '16',
    '--steps',
    '120',
    '--batch',
    '20',
    ...small,
  );
  expect(trained.stderr).toBe('');
  expect(trained.code).toBe(0);
  const card = cardSchema.parse(JSON.parse(readFileSync(join(cwd, 'stripes', 'card.json'), 'utf8')));
  expect(card.classes).toEqual(['across', 'down', 'slanted']);
  expect(card.test?.images).toBe(3);
  const answered = await run('answer', 'stripes', 'stripes.html', '--data', pictures, '--units', '3');
  expect(answered.code).toBe(0);
  expect(existsSync(join(cwd, 'stripes.html'))).toBe(true);
}, 300_000);

test('What cannot be is said in a sentence, and ends with 1', async () => {
  const flat = await run('train', 'x', '--data', join(pictures, 'down'), '--steps', '1');
  expect([flat.code, flat.stderr]).toEqual([1, expect.stringContaining('down has no labels')]);
  const odd = await run(
    'visualize',
    rgb,
    'x',
    '--layer',
    'conv1',
    '--data',
    join(fixtures, 'odd', 'objects.npy'),
  );
  expect([odd.code, odd.stderr]).toEqual([1, expect.stringContaining('never unpickled')]);
  const gone = await run('visualize', rgb, 'x', '--layer', 'conv1', '--data', 'nowhere');
  expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining('There is no dataset "nowhere"')]);
});
