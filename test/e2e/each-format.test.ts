// Every kind of model file dropped on the window, as a user has it: what is said of it, pictures of a range of units whose scores the
// engine finds again in them; and in words what cannot be read.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { zipSync } from 'fflate';
import type { CDPSession, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SHEET_COLUMNS } from '../../src-main/contract/media';
import { displaySchema } from '../../src-main/contract/method';
import type { Run } from '../../src-main/contract/run';
import { realScores } from '../../src-main/evidence/real-scores';
import { openModel } from '../../src-main/network/formats/open';
import { showAll } from '../../src-main/pictures/display';
import { montage } from '../../src-main/pictures/sheet';
import { RunFiles } from '../../src-main/services/run-files';
import { turn } from '../../src-main/turn';
import { CHROMIUM, hasChromium, openInBrowser, type Opened } from '../support/browser';
import { drop } from '../support/drop';
import { fixtures } from '../network/formats/parity';

if (!hasChromium) process.stderr.write(`Skipped: no Chromium at ${CHROMIUM}; install it or set CHROMIUM.\n`);

const STEPS = 8;

interface Kind {
  readonly kind: string;
  /** What is dropped; the engine opens the first. */
  readonly files: readonly string[];
  /** What it is then called. */
  readonly name: string;
  readonly format: string;
  readonly input: string;
  readonly parameters: string;
  /** Layers with units. */
  readonly layers: number;
  /** Whether the file leaves the range of its pixels open. */
  readonly asks: boolean;
  /** A layer as the summary has it, and the units of it that are looked at. */
  readonly layer: readonly string[];
  readonly units: readonly [first: number, last: number];
}

const folder = mkdtempSync(join(tmpdir(), 'filterscope-formats-'));
const fixture = (...path: string[]): string => join(fixtures, ...path);

/** A file, or all of a folder, under another name. */
function copied(from: string, name: string): string {
  cpSync(from, join(folder, name), { recursive: true });
  return join(folder, name);
}

/** A folder as an archive that holds it. */
function zipped(from: string, name: string): string {
  const files = readdirSync(from).map((file) => [`${name}/${file}`, readFileSync(join(from, file))] as const);
  writeFileSync(join(folder, `${name}.zip`), zipSync(Object.fromEntries(files)));
  return join(folder, `${name}.zip`);
}

/** A folder of files of these contents. */
function made(name: string, files: Readonly<Record<string, string>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, path, '..'), { recursive: true });
    writeFileSync(join(folder, name, path), content);
  }
  return join(folder, name);
}

const RGB: Omit<Kind, 'kind' | 'files' | 'name' | 'format'> = {
  ...{ input: '12×12, colour', parameters: '853', layers: 3, asks: false },
  ...{ layer: ['conv2', 'conv', '8', '3×3', '7×7', '2', '3'], units: [2, 5] as const },
};

const KINDS: readonly Kind[] = [
  {
    ...RGB,
    kind: 'model.json with its weights beside it, as two files',
    files: ['model.json', 'group1-shard1of1.bin'].map((file) => fixture('rgb/tfjs', file)),
    ...{ name: 'dropped model', format: 'TensorFlow.js' },
  },
  {
    ...RGB,
    kind: 'a folder of TensorFlow.js',
    files: [copied(fixture('rgb/tfjs'), 'colours')],
    ...{ name: 'colours', format: 'TensorFlow.js' },
  },
  {
    ...RGB,
    kind: 'a zip of TensorFlow.js',
    files: [zipped(fixture('rgb/tfjs'), 'packed colours')],
    ...{ name: 'packed colours', format: 'TensorFlow.js' },
  },
  {
    kind: 'a folder of a TensorFlow.js graph',
    files: [copied(fixture('graph-residual/model'), 'graph')],
    ...{ name: 'graph', format: 'TensorFlow.js', input: '12×12, colour', parameters: '666', layers: 6 },
    layer: ['StatefulPartitionedCall/residual/bn_a/FusedBatchNormV3', 'conv', '6', '12×12', '5×5', '1', '0'],
    ...{ asks: true, units: [0, 3] },
  },
  {
    kind: 'a zip of a TensorFlow.js graph',
    files: [zipped(fixture('graph-separable/model'), 'packed graph')],
    ...{
      name: 'packed graph',
      format: 'TensorFlow.js',
      input: '12×12, colour',
      parameters: '346',
      layers: 6,
    },
    layer: [
      'StatefulPartitionedCall/separable/separable/separable_conv2d/depthwise',
      'depthwise',
      '12',
      '6×6',
      '5×5',
      '2',
      '1',
    ],
    ...{ asks: true, units: [2, 3] },
  },
  {
    kind: 'an .h5 of Keras 2',
    files: [copied(fixture('plain/keras2.h5'), 'plain.h5')],
    ...{ name: 'plain', format: 'Keras HDF5', input: '12×12, grey', parameters: '1\u202f147', layers: 4 },
    layer: ['conv2', 'conv', '6', '4×4', '10×10', '2', '2.5'],
    ...{ asks: true, units: [1, 3] },
  },
  {
    kind: 'an .h5 of Keras 3',
    files: [copied(fixture('residual/keras3.h5'), 'residual.h5')],
    ...{ name: 'residual', format: 'Keras HDF5', input: '12×12, colour', parameters: '671', layers: 6 },
    layer: ['conv_b', 'conv', '8', '6×6', 'whole image', '–', '–'],
    ...{ asks: true, units: [3, 6] },
  },
  {
    kind: 'a .keras file',
    files: [copied(fixture('separable/model.keras'), 'separable.keras')],
    ...{ name: 'separable', format: 'Keras', input: '12×12, colour', parameters: '338', layers: 6 },
    layer: ['separable/depthwise', 'depthwise', '12', '6×6', '5×5', '2', '1'],
    ...{ asks: true, units: [2, 3] },
  },
  {
    kind: 'an ONNX file',
    files: [copied(fixture('onnx-plain/model.onnx'), 'plain.onnx')],
    ...{ name: 'plain', format: 'ONNX', input: '12×12, colour', parameters: '1\u202f125', layers: 7 },
    layer: ['last/Gemm', 'dense, output', '3', '–', 'whole image', '–', '–'],
    ...{ asks: true, units: [0, 1] },
  },
  {
    kind: 'an ONNX file with its weights beside it',
    // the weights first: what is opened does not depend on the order
    files: [fixture('onnx-mobile/dynamo.onnx'), fixture('onnx-mobile/dynamo.onnx.data')],
    ...{ name: 'dynamo', format: 'ONNX', input: '12×12, colour', parameters: '1\u202f485', layers: 7 },
    layer: ['node_conv2d_2', 'depthwise', '16', '6×6', '9×9', '2', '0'],
    ...{ asks: true, units: [5, 8] },
  },
];

const REFUSED: readonly { kind: string; file: () => string; says: readonly (string | RegExp)[] }[] = [
  {
    kind: 'a SavedModel',
    file: () =>
      made('exported', {
        'saved_model.pb': 'graph',
        'fingerprint.pb': 'print',
        'variables/variables.index': 'index',
        'variables/variables.data-00000-of-00001': 'data',
      }),
    says: ['exported is a TensorFlow SavedModel.', 'tensorflowjs_converter --input_format=tf_saved_model'],
  },
  {
    kind: 'an .h5 of weights alone',
    file: () => fixture('odd/only.weights.h5'),
    says: [/only\.weights\.h5 .*weights/, /model\.save\(/],
  },
  {
    kind: 'a pickle of PyTorch',
    file: () => {
      writeFileSync(join(folder, 'net.pt'), Buffer.from('80028a0a6cfc9c46f9206aa85019', 'hex'));
      return join(folder, 'net.pt');
    },
    says: ['net.pt is a Python pickle, which may hold code.', 'torch.onnx.export('],
  },
  {
    kind: 'an archive of PyTorch’s weights',
    file: () => zipped(made('weights', { 'data.pkl': 'pickle', version: '3' }), 'weights'),
    says: ['weights.zip is a PyTorch pickle', 'torch.onnx.export('],
  },
  {
    kind: 'a TorchScript archive',
    file: () => zipped(made('script', { 'constants.pkl': 'pickle', 'data.pkl': 'pickle' }), 'script'),
    says: ['script.zip is a TorchScript archive, which holds code.', 'torch.onnx.export('],
  },
  {
    kind: 'a checkpoint',
    file: () =>
      made('training', {
        checkpoint: 'model_checkpoint_path: "step-1"',
        'step-1.index': 'index',
        'step-1.data-00000-of-00001': 'data',
      }),
    says: ['training is a TensorFlow checkpoint: weights without their model.', 'model.save("model.keras")'],
  },
  {
    kind: 'an empty folder',
    file: () => {
      mkdirSync(join(folder, 'nothing'));
      return join(folder, 'nothing');
    },
    says: ['The folder nothing is empty.', 'the folder that holds it'],
  },
];

/** The sheet behind the first tile and the display that it was made by, as an expression in the page. */
const SHEET = `(async () => {
  const address = getComputedStyle(document.querySelector('[role=option] .pixels')).backgroundImage.slice(5, -2);
  return {
    display: new URL(address).searchParams.get('display'),
    bytes: [...new Uint8Array(await (await fetch(address)).arrayBuffer())],
  };
})()`;

describe.skipIf(!hasChromium)('dropped on the window,', () => {
  let opened: Opened;
  let page: Page;
  let cdp: CDPSession;
  const dialog = (): Locator => page.getByRole('dialog');
  const name = (): Locator => page.getByRole('banner').locator('.name');
  const tile = (unit: number): Locator => page.getByRole('option', { name: new RegExp(`^Unit ${unit} `) });

  /** Keeps a picture of the page for whoever asks by FILTERSCOPE_SHOTS. */
  async function shot(of: string): Promise<void> {
    const to = process.env['FILTERSCOPE_SHOTS'];
    if (to !== undefined) await page.screenshot({ path: join(to, `${of.replaceAll(/\W+/g, '-')}.png`) });
  }

  /** The run that was finished and kept since the last time: its pictures show up before they are on the disk. */
  const seen = new Set<string>();
  async function kept(): Promise<{ files: RunFiles; run: Run | undefined }> {
    const files = new RunFiles(join(opened.data, 'runs'));
    const find = async (): Promise<Run | undefined> =>
      (await files.readAll(() => undefined))
        .map(({ run }) => run)
        .find(({ id, state }) => state === 'finished' && !seen.has(id));
    await expect.poll(find).toBeDefined();
    const run = await find();
    if (run !== undefined) seen.add(run.id);
    return { files, run };
  }

  beforeAll(async () => {
    opened = await openInBrowser();
    ({ page } = opened);
    cdp = await page.context().newCDPSession(page);
    await opened.show('filters');
    await tile(0).waitFor();
  });
  afterAll(async () => {
    await opened.close();
    rmSync(folder, { recursive: true });
  });

  test.each(KINDS)('$kind is summed up, and its pictures answer as they say', async (kind) => {
    await drop(page, cdp, ...[...kind.files].reverse());
    await expect.poll(() => name().textContent()).toBe(kind.name);
    if (!kind.asks) await name().click();
    await dialog().waitFor();
    const facts = await dialog().locator('dl > div').allTextContents();
    expect(facts.slice(0, 3)).toEqual([
      `Format${kind.format}`,
      `Input${kind.input}`,
      `Parameters${kind.parameters}`,
    ]);
    const rows = await page.evaluate<string[][]>(
      `[...document.querySelectorAll('dialog tr')].map((row) => [...row.children].map((cell) => cell.textContent.trim()))`,
    );
    expect(rows).toHaveLength(1 + kind.layers);
    expect(rows).toContainEqual(kind.layer);
    expect(
      await dialog()
        .getByRole('region', { name: /^Not supported$|^Odd/ })
        .count(),
    ).toBe(0);
    await shot(`summary ${kind.kind}`);
    if (kind.asks) await dialog().getByRole('button', { name: 'Keep 0 to 1' }).click();
    else await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });

    const [layer = '', , count] = kind.layer;
    const [first, last] = kind.units;
    await page.getByRole('radio', { name: `${layer}, ${count} units` }).check({ force: true });
    await page.getByRole('button', { name: /steps$/ }).click();
    await page.getByRole('textbox', { name: 'Steps' }).fill(String(STEPS));
    await page.keyboard.press('Escape');
    await page.getByRole('textbox', { name: /^Units: / }).fill(`${first}-${last}`);
    const units = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    await page.getByRole('button', { name: `Run ${units.length} units` }).click();
    for (const unit of units) {
      await tile(unit)
        .and(page.getByRole('option', { name: /, (exact|converged|close|climbing)$/ }))
        .waitFor();
    }
    await shot(`pictures ${kind.kind}`);

    // the pictures that were kept, as numbers, and the model opened anew from the file that was dropped
    const { files, run } = await kept();
    if (run?.kind !== 'visualize' || run.picture === null) throw new Error('The run was not kept.');
    expect(run.request).toMatchObject({ layer, units });
    const { height, width, channels } = run.picture;
    const images = await files.readFrame(
      run.id,
      run.frames.length - 1,
      units.length * height * width * channels,
    );
    const network = await openModel(kind.files[0] ?? '');
    const scores = await realScores(network, layer, { values: images, count: units.length }, turn);
    network.dispose();
    for (const [i, unit] of units.entries()) {
      const score = scores.values[i * scores.units + unit] ?? NaN;
      expect(run.units[i]?.score).toBeCloseTo(score, 3);
      const said = ((await tile(unit).getAttribute('aria-label')) ?? '').split(/ |,/)[2] ?? '';
      expect(Math.abs(Number(said.replace('−', '-')) - score)).toBeLessThan(0.006);
    }

    // what is on the screen is those pictures, once the sheet of the last frame is there
    const picture = run.picture;
    await expect
      .poll(async () => {
        const { display, bytes } = await page.evaluate<{ display: string; bytes: number[] }>(SHEET);
        const all = showAll(images, picture, displaySchema.parse(display));
        const { data, ...size } = montage(all, { columns: SHEET_COLUMNS, gap: 0 });
        const shown = decode(Uint8Array.from(bytes));
        expect(shown).toMatchObject(size);
        return Buffer.from(data).equals(shown.data as Uint8Array);
      })
      .toBe(true);
    await page.getByRole('textbox', { name: /^Units: / }).fill('');
  });

  test.each(REFUSED)(
    '$kind is refused with how to convert it, and the open model stays',
    async ({ kind, file, says }) => {
      const before = await name().textContent();
      await drop(page, cdp, file());
      const alert = page.getByRole('alert');
      for (const words of says) await alert.getByText(words).waitFor();
      await shot(`refused ${kind}`);
      await alert.getByRole('button', { name: 'Dismiss' }).click();
      expect(await name().textContent()).toBe(before);
      expect(await page.getByRole('option').count()).toBeGreaterThan(0);
    },
  );

  test('nothing was said in the console', () => {
    // a refusal is an answer that says so
    const refusal = /^4\d\d \S+\/(models\.openFiles|evidence\.\w+)$/;
    expect(opened.complaints.filter((line) => !refusal.test(line))).toEqual([]);
  });
});
