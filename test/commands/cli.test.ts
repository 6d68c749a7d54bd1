// The command line as it ships: what it makes, what it says, how it ends.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { methodSchema } from '../../src-main/contract/method';
import { shippedModel } from '../../src-main/resources';
import { writeGallery } from '../../src-main/store/gallery';
import { cli } from '../support/cli';
import { galleryContent } from '../support/gallery';

const cwd = mkdtempSync(join(tmpdir(), 'filterscope-cli-'));
afterAll(() => rm(cwd, { recursive: true }));
const run = (...args: string[]) => cli(args, { cwd });
const small = ['--filters', '4,6', '--hidden', '24', '--rate', '0.002'];

describe('help', () => {
  test.each([
    ['train'],
    ['visualize'],
    ['question'],
    ['gallery', 'export'],
    ['convert'],
    ['doctor'],
    ['demo'],
  ])('%s %s has an example', async (...words) => {
    const { code, stdout } = await run(...words, '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples?:\s+filterscope/);
  });

  test('visualize names every method there is', async () => {
    const { stdout } = await run('visualize', '--help');
    for (const { shape } of methodSchema.options) expect(stdout).toContain(shape.name.value);
  });

  test('documents the exit codes', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('Exit codes: 0 done, 1 it failed, 2 wrong use, 130 ended by Ctrl-C');
  });
});

describe('wrong use ends with 2 and a sentence, work that fails with 1, neither with a stack', () => {
  const model = shippedModel();
  test.each([
    [2, /unknown command/, ['draw']],
    [2, /missing required argument/, ['train']],
    [2, /Use a whole number from 1 to/, ['train', 'x', '--steps', '0']],
    [2, /^--rate: .* See --help/, ['train', 'x', '--rate', '7']],
    [2, /Use two numbers like 32,64/, ['train', 'x', '--filters', '3']],
    [2, /1 of the four data files is named/, ['train', 'x', '--test-images', 'a']],
    [
      2,
      /no method "magic". Choose one of whitened, plain/,
      ['visualize', model, 'x', '--layer', 'conv1', '--method', 'magic'],
    ],
    [2, /"a" names no units/, ['visualize', model, 'x', '--layer', 'conv1', '--units', 'a']],
    [2, /no repair "x"/, ['question', model, 'x', '--repair', 'x']],
    [2, /Allowed choices are sheet, zip, apng, html/, ['gallery', 'export', 'g', '--format', 'gif']],
    [1, /no layer "nope" with units. Choose one of conv1/, ['visualize', model, 'x', '--layer', 'nope']],
    [
      1,
      /conv1 has no unit 99. Choose units from 0 to 31/,
      ['visualize', model, 'x', '--layer', 'conv1', '--units', '99'],
    ],
    [1, /no gallery.json/, ['gallery', 'show', 'nowhere']],
  ] as [number, RegExp, string[]][])('%i %s', async (expected, sentence, args) => {
    const { code, stdout, stderr } = await run(...args);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect([code, stdout]).toEqual([expected, '']);
    expect(existsSync(join(cwd, 'x'))).toBe(false);
  });

  test('--verbose shows the stack', async () => {
    const { stderr } = await run('gallery', 'show', 'nowhere', '--verbose');
    expect(stderr).toMatch(/^\s+at /m);
  });
});

describe('train', () => {
  test('saves a model with its card and snapshots, and it visualises', async () => {
    const { code, stdout } = await run('train', 'model', ...small, '--steps', '101', '--snapshots', '0,50');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^step 0, training accuracy 0\.\d\d, loss/m);
    expect(stdout).toMatch(/^step 100, training accuracy/m);
    expect(stdout).toMatch(/Test accuracy \d\d\.\d\d % of 10000 images after 101 steps/);
    expect(readdirSync(join(cwd, 'model')).sort()).toEqual([
      'card.json',
      'model.json',
      'snapshots',
      'weights.bin',
    ]);
    expect(readdirSync(join(cwd, 'model', 'snapshots')).sort()).toEqual(['0', '50']);
    expect(existsSync(join(cwd, 'model.training'))).toBe(false);
    const drawn = await run('visualize', 'model', 'early', '--layer', 'conv2', '--steps', '16', '--json');
    expect(drawn.code).toBe(0);
    expect(JSON.parse(drawn.stdout)).toMatchObject({ folder: 'early', layer: 'conv2', units: 6 });
    const again = await run('train', 'model', ...small);
    expect([again.code, again.stderr.trim()]).toEqual([
      1,
      'model exists already. Choose another folder, or remove that one first.',
    ]);
  });

  test('ended by Ctrl-C it keeps what is done, and the same command goes on', async () => {
    const args = ['train', 'stopped', ...small, '--steps', '301'];
    const first = await cli(args, {
      cwd,
      onOutput: (said, kill) => {
        if (said.includes('step 100')) kill('SIGINT');
      },
    });
    expect(first.code).toBe(130);
    expect(first.stdout).toMatch(/Stopped after \d+ steps; the same command goes on from there/);
    expect(existsSync(join(cwd, 'stopped'))).toBe(false);
    const rest = await run(...args);
    expect(rest.code).toBe(0);
    expect(rest.stdout).not.toContain('step 0,');
    expect(rest.stdout).toContain('step 300,');
  });
});

test('work that keeps nothing by halves ends by Ctrl-C as well, without an error', async () => {
  const ended = await cli(['answer', shippedModel(), 'answer.html'], {
    cwd,
    onOutput: (said, kill) => {
      if (said.includes('%')) kill('SIGINT');
    },
  });
  expect(ended.code).toBe(130);
  expect(ended.stderr.trim().split('\n').at(-1)).toBe('Stopping; what is finished is kept.');
  expect(existsSync(join(cwd, 'answer.html'))).toBe(false);
});

describe('visualize and question', () => {
  test('save what they say they save', async () => {
    const seen = await run(
      'visualize',
      shippedModel(),
      'strokes',
      '--layer',
      'conv2',
      '--units',
      '3,7-8',
      '--steps',
      '32',
    );
    expect(seen.code).toBe(0);
    expect(seen.stdout).toMatch(/conv2\s+whitened\s+3 units; budget/);
    expect(readdirSync(join(cwd, 'strokes', 'units')).filter((name) => name.endsWith('.npy'))).toEqual([
      '003.npy',
      '007.npy',
      '008.npy',
    ]);
    const asked = await run('question', shippedModel(), 'asked', '--layer', 'conv1');
    expect(asked.code).toBe(0);
    expect(readdirSync(join(cwd, 'asked')).sort()).toEqual(['TF_vis_3x3.png', 'all.png', 'curves.csv']);
    const sheet = readFileSync(join(cwd, 'asked', 'TF_vis_3x3.png'));
    expect([sheet.readUInt32BE(16), sheet.readUInt32BE(20)]).toEqual([94, 94]);
  });
});

describe('gallery', () => {
  beforeAll(async () => {
    mkdirSync(join(cwd, 'library'));
    await writeGallery(join(cwd, 'library', 'whole'), galleryContent());
    await writeGallery(join(cwd, 'library', 'damaged'), galleryContent());
    await truncate(join(cwd, 'library', 'damaged', 'units', '003.npy'), 99);
  });

  test('lists and shows', async () => {
    const listed = await run('gallery', 'list', 'library', '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { folder: join('library', 'damaged'), units: 3 },
      { folder: join('library', 'whole'), layer: 'conv2', method: 'whitened', units: 3 },
    ]);
    const { stdout } = await run('gallery', 'show', 'library/whole');
    expect(stdout).toMatch(/^ {2}12 {2}dead/m);
    expect(stdout).toContain('sees 2 × 4 px');
  });

  test('verifies: a damaged one fails, naming what is damaged and what still opens', async () => {
    expect(await run('gallery', 'verify', 'library/whole')).toMatchObject({ code: 0 });
    const { code, stderr } = await run('gallery', 'verify', 'library/damaged');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^units\/003\.npy is not as it was saved\. 8 parts still open: /);
  });

  test('exports every format under its own name, never over a file', async () => {
    for (const format of ['sheet', 'zip', 'apng', 'html']) {
      expect(await run('gallery', 'export', 'library/whole', '--format', format)).toMatchObject({ code: 0 });
    }
    const made = readdirSync(cwd).filter((name) => name.startsWith('conv2-whitened'));
    expect(made.sort()).toEqual([
      'conv2-whitened-frames.png',
      'conv2-whitened.html',
      'conv2-whitened.png',
      'conv2-whitened.zip',
    ]);
    const again = await run('gallery', 'export', 'library/whole');
    expect(again.stderr).toContain('conv2-whitened.png exists already');
  });
});
