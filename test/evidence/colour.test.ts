// A colour model and data of one's own: everything that MNIST gets, from a folder of pictures, labelled or not.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { methodSchema } from '../../src-main/contract/method';
import type { Dataset } from '../../src-main/datasets/dataset';
import { openSource, targetFor } from '../../src-main/datasets/own/source';
import { answer } from '../../src-main/evidence/answer';
import { decomposition } from '../../src-main/evidence/decomposition';
import { facets } from '../../src-main/evidence/facets';
import { priorLadder } from '../../src-main/evidence/prior-ladder';
import { realScores } from '../../src-main/evidence/real-scores';
import { scoresOf } from '../../src-main/evidence/real-space';
import { realWindows } from '../../src-main/evidence/real-windows';
import { cut, placed, scan } from '../../src-main/evidence/scan';
import { runEvidence } from '../../src-main/evidence/selectivity';
import { unitEvidence } from '../../src-main/evidence/unit';
import { visualize } from '../../src-main/methods/visualize';
import { tf } from '../../src-main/native/tensorflow';
import { openModel } from '../../src-main/network/formats/open';
import type { Network } from '../../src-main/network/network';
import { decodePng } from '../../src-main/pictures/sheet';
import { reportHtml } from '../../src-main/report/html';

const pictures = join(import.meta.dirname, '../datasets/fixtures/pictures');
let network: Network;
let labelled: Dataset;
let flat: Dataset;

beforeAll(async () => {
  process.env['FILTERSCOPE_CACHE'] = mkdtempSync(join(tmpdir(), 'filterscope-colour-'));
  network = await openModel(join(import.meta.dirname, '../network/formats/fixtures/rgb/model.keras'));
  const target = targetFor(network.input);
  labelled = await openSource(pictures, { target });
  flat = await openSource(join(pictures, 'slanted'), { target });
});
afterAll(() => {
  network.dispose();
});
const turn = (): Promise<void> => Promise.resolve();

describe.each(['conv1', 'conv2', 'classes'])('%s', (layer) => {
  test('has colour windows whose best and worst are where they are said to be', async () => {
    const found = await scan(network, layer, labelled);
    expect(found.images).toBe(33);
    const { images, files } = placed(found.best[1] ?? [], labelled);
    expect(files).toEqual(Array.from(images, (image) => labelled.train.files?.[image]));
    expect(files[0]).toMatch(/^(across|down|slanted)\/\d\d\.(png|jpg|webp)$/);
    for (const list of [found.best[1] ?? [], found.worst[1] ?? []]) {
      const windows = cut(found, list, labelled);
      expect(windows).toHaveLength(list.length * found.height * found.width * 3);
      scoresOf(
        network,
        layer,
        list.map(() => 1),
        windows,
      ).forEach((score, i) => {
        expect(score).toBeCloseTo(list[i]?.score ?? NaN, 3);
      });
    }
  });

  test('has whitened pictures in colour, judged as those of digits are', async () => {
    const windows = realWindows(labelled, network, layer);
    const scores = await realScores(network, layer, windows, turn);
    const method = methodSchema.parse({ name: 'whitened', steps: 40 });
    const run = visualize({ network, layer, units: [0, 1, 2], method, seed: 0, windows: windows.values });
    let next = await run.next();
    while (next.done !== true) next = await run.next();
    const { images, units, picture } = next.value;
    expect(picture.channels).toBe(3);
    const size = picture.height * picture.width * 3;
    expect(images).toHaveLength(3 * size);
    expect(
      Array.from({ length: size / 3 }, (_, i) => images[i * 3] !== images[i * 3 + 1]).filter(Boolean).length,
    ).toBeGreaterThan(0);
    const found = await scan(network, layer, labelled);
    const judged = runEvidence({
      ...{ network, layer, units, images, shape: picture, real: windows.values, others: [] },
      bestOf: (unit) => cut(found, found.best[unit] ?? [], labelled),
      among: { windows: 1000, all: false },
    });
    for (const value of [...judged.nearestReal, ...judged.distance, ...judged.commonBudget])
      expect(Number.isFinite(value)).toBe(true);
    expect(judged.responses).toHaveLength(9);
    const page = unitEvidence(network, layer, 1, found, scores, labelled);
    expect(page.classes).toEqual(['across', 'down', 'slanted']);
    expect(page.byLabel).toHaveLength(3);
    expect(page.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(windows.count);
    expect(page.selectivity).toBeGreaterThanOrEqual(0);
    const ladder = await priorLadder(network, layer, 1, windows.values, {});
    expect(decodePng(ladder.rungs[0]?.picture.png ?? new Uint8Array()).channels).toBe(3);
    const many = await facets(network, layer, 1, { ...method, radius: 3 } as never, windows.values, {});
    expect(many.facets.length).toBeGreaterThan(0);
  });
});

test('A unit of a colour model is explained by the layer below, on its colour picture', async () => {
  const found = await scan(network, 'conv2', labelled);
  const window = cut(found, (found.best[1] ?? []).slice(0, 1), labelled);
  expect(decomposition(network, 'conv2', 1, window)?.parts.length).toBeGreaterThan(0);
});

test('Where data has no labels, what needs them says so instead of making them up', async () => {
  const found = await scan(network, 'conv1', flat);
  const scores = await realScores(network, 'conv1', realWindows(flat, network, 'conv1'), turn);
  const page = unitEvidence(network, 'conv1', 0, found, scores, flat);
  expect(page.best.scores).toHaveLength(9);
  expect([page.classes, page.byLabel.length, page.answersTo.length, page.best.labels.length]).toEqual([
    [],
    0,
    0,
    0,
  ]);
  expect(page.selectivity).toBeNull();
});

test('The question is answered for a colour model from a folder of pictures', async () => {
  const known = { network, start: null, others: [], snapshots: [], steps: null, testAccuracy: null };
  const found = await answer({ ...known, dataset: labelled, seed: 0, most: 4 }, {});
  const html = reportHtml(found);
  expect(html).not.toMatch(/undefined|\[object/);
  expect(found.questions).toHaveLength(4);
  expect(found.dataset.name).toBe('pictures');
}, 300_000);

test('A model of another size is told apart from the data in one sentence', () => {
  expect(() => realWindows({ ...labelled, channels: 1 }, network, 'conv1')).toThrow(
    'The model takes 12×12×3 images',
  );
  expect(() => targetFor([12, 12, 4])).toThrow('images of 4 channels');
});

test('Colour evidence leaves no tensor behind', async () => {
  await scan(network, 'conv2', labelled);
  const before = tf.memory().numTensors;
  const found = await scan(network, 'conv2', labelled);
  cut(found, found.best[0] ?? [], labelled);
  expect(tf.memory().numTensors).toBe(before);
});
