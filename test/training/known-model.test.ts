// What is known of a model in a folder besides its weights: its start, made again from its seed.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openMnist, type Dataset } from '../../src-main/datasets/dataset';
import { movement } from '../../src-main/evidence/kernels';
import { shippedModel, shippedOthers } from '../../src-main/resources';
import { cardOf, knownModel } from '../../src-main/training/known-model';

const mnist = openMnist();
const unlabelled: Dataset = { ...mnist, sha256: mnist.sha256, classes: [] };
const folder = mkdtempSync(join(tmpdir(), 'filterscope-known-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('judged by data without labels, a trained model still has the start that it had', async () => {
  const known = await knownModel(shippedModel(), unlabelled, []);
  try {
    const { network, start } = known;
    if (start === null) throw new Error('The start is not known.');
    expect(start.nodes.map(({ shape }) => shape)).toEqual(network.nodes.map(({ shape }) => shape));
    const moved = movement(network, start, 'conv2');
    expect(moved).toBeGreaterThan(0.01);
    expect(moved).toBeLessThan(1);
  } finally {
    known.dispose();
  }
});

test('a model is not its own kin', async () => {
  const others = await shippedOthers();
  const [first = ''] = others;
  const known = await knownModel(first, mnist, others);
  expect(known.others).toHaveLength(others.length - 1);
  known.dispose();
});

test('a card that is no JSON is no card', async () => {
  const model = join(folder, 'model');
  cpSync(shippedModel(), model, { recursive: true });
  expect((await cardOf(model))?.dataset.name).toBe('MNIST');
  writeFileSync(join(model, 'card.json'), '{"appVersion":');
  expect(await cardOf(model)).toBeNull();
});
