// The answer follows the evidence: an untrained network, and facts turned round, get other words.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { QuestionAnswer } from '../../src-main/contract/answer';
import { trainingConfigurationSchema } from '../../src-main/contract/training';
import { openMnist, type Dataset } from '../../src-main/datasets/dataset';
import { inWords } from '../../src-main/evidence/answer';
import { gather, type Facts } from '../../src-main/evidence/gather';
import type { LayerFacts } from '../../src-main/evidence/layer-facts';
import { openModel } from '../../src-main/network/formats/open';
import type { Network } from '../../src-main/network/network';
import { createRng } from '../../src-main/network/rng';
import { reportHtml } from '../../src-main/report/html';
import { saveModel } from '../../src-main/training/save';
import { train } from '../../src-main/training/train';
import { question } from '../support/networks';

const mnist = openMnist();
const folder = mkdtempSync(join(tmpdir(), 'filterscope-answer-'));
const open: Network[] = [];
afterAll(() => {
  for (const network of open) network.dispose();
  rmSync(folder, { recursive: true });
});

/** A small network of the question's shape after a few steps on a dataset. */
async function trained(name: string, dataset: Dataset): Promise<Network> {
  const configuration = trainingConfigurationSchema.parse({
    ...{ steps: 150, learningRate: 1e-3, filters: [6, 8], hidden: 20, seed: 4 },
  });
  for await (const event of train({ dataset, configuration })) {
    if (event.type === 'end') await saveModel(join(folder, name), { dataset, configuration, ...event });
  }
  const network = await openModel(join(folder, name));
  open.push(network);
  return network;
}

const shared = { testAccuracy: null, others: [], snapshots: [], steps: null, seed: 0, most: 4 };

describe('of an untrained network', () => {
  let facts: Facts;
  let found: QuestionAnswer;
  beforeAll(async () => {
    const network = await question();
    open.push(network);
    const start = await question();
    open.push(start);
    const shares: number[] = [];
    facts = await gather(
      { ...shared, network, dataset: mnist, start },
      { progress: (share) => shares.push(share) },
    );
    expect(shares.at(-1)).toBe(1);
    found = inWords(facts, 1);
  }, 600_000);

  test('it says that nothing was learnt: weights unmoved, kernels noise, shapes as before training', () => {
    const [, distinct, shapes] = found.questions;
    const words = distinct.blocks.map((block) => (block.type === 'text' ? block.text : '')).join(' ');
    expect(words).toContain('‖W − W₀‖ / ‖W₀‖ = 0.00');
    expect(words).toContain('noise');
    expect(['Yes, even untrained', 'Only curves', 'Only diagonals', 'Not here']).toContain(shapes.verdict);
    expect(shapes.sentence).not.toContain('clearer than before training');
    expect(distinct.verdict).toBe('Method and network');
  });

  test('the method is wrong all the same: bounded ascent finds the kernels, the question’s does not', () => {
    const [methodology] = found.questions;
    expect(methodology.verdict).toBe('No');
    expect(methodology.numbers[1].value).toBeGreaterThan(0.99);
    expect(methodology.numbers[0].value).toBeLessThan(0.9);
    // unbounded it doubles from half the iterations to all; bounded it stays
    const bound = facts.faults?.faults.find(({ repair }) => repair === 'bounded');
    expect(bound?.before).toBeCloseTo(2, 1);
    expect(bound?.after).toBeCloseTo(1, 3);
  });

  test('every sentence of a card has at most 30 words, and every method a row on both layers', () => {
    for (const { sentence } of found.questions) expect(sentence.split(' ').length).toBeLessThanOrEqual(30);
    const rows = found.methods.filter(({ layer }) => layer === 'conv1').map(({ method }) => method);
    expect(rows.filter((name) => !name.includes('repaired'))).toHaveLength(8);
    expect(rows).toEqual(
      expect.arrayContaining(['slice', 'bias', 'bound'].map((part) => `The question’s, ${part} repaired`)),
    );
    for (const {
      distinctness,
      distinctnessInterval: [low, high],
    } of found.methods) {
      if (Number.isNaN(distinctness)) continue;
      expect(low).toBeLessThanOrEqual(distinctness + 1e-6);
      expect(high).toBeGreaterThanOrEqual(distinctness - 1e-6);
    }
    expect(found.limits.join(' ')).toContain('No independently trained network');
  });

  test('facts turned round turn the words round', () => {
    const turned = (change: (layer: LayerFacts) => LayerFacts): QuestionAnswer =>
      inWords({ ...facts, first: change(facts.first), second: facts.second && change(facts.second) }, 1);
    const right = turned((layer) => ({
      ...layer,
      rows: layer.rows.map((row) => ({ ...row, kernelCosine: row.kernelCosine === null ? null : 0.99 })),
    }));
    expect(right.questions[0].verdict).toBe('Yes, here');
    const shaped = turned((layer) => ({
      ...layer,
      smooth: { value: 0.6, chance: [-0.1, 0.1] as const, p: 0.005 },
    }));
    expect(shaped.questions[1].verdict).toBe('The method');
    expect(JSON.stringify(shaped.questions[1].blocks)).toContain('training did shape them');
    const lone = turned((layer) => ({
      ...layer,
      explained: layer.explained?.map((one) => ({ ...one, effectiveUnits: 1, unitsFor80: 1 })) ?? null,
    }));
    expect(lone.questions[3].verdict).toBe('Not here');
    const plain = turned((layer) => ({
      ...layer,
      shapes: new Map(
        [...layer.shapes].map(([name, found]) => [
          name,
          { ...found, shapes: found.shapes.map(() => 'none' as const) },
        ]),
      ),
    }));
    expect(plain.questions[2].verdict).toBe('Not here');
    const level = turned((layer) => ({
      ...layer,
      shapes: new Map(
        [...layer.shapes].map(([name, found]) => [
          name,
          {
            ...found,
            shapes: found.shapes.map(() => 'curve' as const),
            fits: found.fits.map((fit) => ({ ...fit, angle: 0 })),
          },
        ]),
      ),
    }));
    expect(level.questions[2].verdict).toBe('Only curves');
    expect(level.questions[2].sentence).toContain('hardly any diagonals: the data have hardly any');
    expect(inWords({ ...facts, second: null }, 1).questions[3].verdict).toBe('No second layer');
    const guessing = inWords({ ...facts, options: { ...facts.options, testAccuracy: 0.1 } }, 1);
    expect(guessing.limits.join(' ')).toContain('hardly more than guessing');
    expect(found.limits.join(' ')).not.toContain('guessing');
  });

  test('the report stands alone: no address is fetched, nothing runs, every picture is inside', () => {
    const html = reportHtml(found);
    expect(html).not.toMatch(/<script|https?:\/\/|<link|url\(/);
    expect(html).toContain("default-src 'none'");
    const pictures = [...html.matchAll(/<img src="([^"]+)"/g)].map(([, address]) => address ?? '');
    expect(pictures.length).toBeGreaterThan(20);
    for (const address of pictures) expect(address).toMatch(/^data:image\/png;base64,iVBOR/);
    for (const { question: asked } of found.questions) expect(html).toContain(asked);
    expect(html).not.toMatch(/NaN|undefined|\[object/);
    const hostile = reportHtml({ ...found, model: { ...found.model, name: '<script>alert(1)</script>' } });
    expect(hostile).not.toContain('<script>');
  });
});

test('of a network trained on random labels it is made as well, from its own start', async () => {
  const rng = createRng(5);
  const random = (split: Dataset['train']): Dataset['train'] => ({
    ...split,
    labels: split.labels?.map(() => rng.below(10)) ?? null,
  });
  const dataset: Dataset = {
    ...mnist,
    sha256: mnist.sha256,
    train: random(mnist.train),
    test: random(mnist.test),
  };
  const network = await trained('random', dataset);
  const start = await question();
  open.push(start);
  const facts = await gather({ ...shared, network, dataset: mnist, start }, {});
  expect(facts.first.moved).toBeGreaterThan(0);
  const found = inWords(facts, 1);
  expect(found.questions[0].verdict).toBe('No');
  // its classes were never told apart: what its pictures are read as by others is not claimed
  expect(facts.classes?.pictures[0]?.others).toEqual([]);
  expect(JSON.stringify(found.questions[1].blocks)).toContain(`= ${(facts.first.moved ?? NaN).toFixed(2)}`);
}, 600_000);
