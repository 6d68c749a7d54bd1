// A unit's evidence against the same worked out by hand: windows, places, labels, what drives it.
import { rmSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { eachRealScore } from '../../src-main/ascent/real';
import { openMnist, pixels } from '../../src-main/datasets/dataset';
import { decompose, decomposition, layerBelow } from '../../src-main/evidence/decomposition';
import { pathCheck } from '../../src-main/evidence/path';
import { scoresOf } from '../../src-main/evidence/real-space';
import { realScores } from '../../src-main/evidence/real-scores';
import { realWindows } from '../../src-main/evidence/real-windows';
import { cut, scan, scanLayers } from '../../src-main/evidence/scan';
import { runEvidence } from '../../src-main/evidence/selectivity';
import { kernelOf, movement, smoothness } from '../../src-main/evidence/kernels';
import { unitEvidence } from '../../src-main/evidence/unit';
import { tf } from '../../src-main/native/tensorflow';
import { openModel } from '../../src-main/network/formats/open';
import { nodeOf } from '../../src-main/network/network';
import { createRng } from '../../src-main/network/rng';
import { layersModel, weight } from '../network/models';
import { shippedOthers } from '../../src-main/resources';
import { openShipped, question } from '../support/networks';

const network = await question();
const dataset = openMnist();
afterAll(() => {
  network.dispose();
});
const bias = (layer: string, unit: number): number => {
  const { operation } = nodeOf(network, layer);
  return operation.op === 'conv2d' ? (operation.bias?.dataSync()[unit] ?? NaN) : NaN;
};

describe('a scan of the training images', () => {
  test('finds windows where it says: cut out again, they have the score that was found', async () => {
    const found = await scan(network, 'conv2', dataset, {}, { most: 40 });
    expect(found.looked).toBe(40 * 64);
    for (const unit of [0, 5]) {
      for (const list of [found.best[unit] ?? [], found.worst[unit] ?? []]) {
        expect(list).toHaveLength(9);
        expect(new Set(list.map(({ image }) => image)).size).toBe(9);
        const again = scoresOf(network, 'conv2', new Array<number>(9).fill(unit), cut(found, list, dataset));
        again.forEach((score, i) => {
          expect(score).toBeCloseTo(list[i]?.score ?? NaN, 3);
        });
      }
      const scores = (found.best[unit] ?? []).map(({ score }) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
    }
  });

  test('misses nothing: no window of the images beats the best', async () => {
    const found = await scan(network, 'conv1', dataset, {}, { most: 3 });
    const all = [];
    for (let image = 0; image < 3; image++) {
      for (let top = 0; top <= 23; top++)
        for (let left = 0; left <= 23; left++) all.push({ image, top, left, score: 0 });
    }
    const windows = cut(found, all, dataset);
    const scores = scoresOf(network, 'conv1', new Array<number>(all.length).fill(2), windows);
    const lit = [...scores].filter((_, i) => Math.max(...windows.subarray(i * 25, (i + 1) * 25)) >= 0.2);
    expect(Math.max(...lit)).toBeCloseTo(found.best[2]?.[0]?.score ?? NaN, 4);
    expect(Math.min(...lit)).toBeCloseTo(found.worst[2]?.[0]?.score ?? NaN, 4);
  });

  test('of many images, taken as a graph, finds what plain evaluation finds, in one pass for layers that see all', async () => {
    const most = 3200;
    const found = await scanLayers(network, ['dense', 'classes'], dataset, {}, { most });
    const images = pixels(
      dataset.train,
      784,
      Array.from({ length: most }, (_, i) => i),
    );
    for (const layer of ['dense', 'classes']) {
      const { units = 0, best = [], worst = [], looked } = found.get(layer) ?? {};
      expect(looked).toBe(most);
      const greatest = new Float32Array(units).fill(-Infinity);
      const least = new Float32Array(units).fill(Infinity);
      eachRealScore(network, layer, images, (scores) => {
        scores.forEach((score, i) => {
          greatest[i % units] = Math.max(greatest[i % units] ?? 0, score);
          least[i % units] = Math.min(least[i % units] ?? 0, score);
        });
      });
      for (let unit = 0; unit < units; unit++) {
        expect(best[unit]?.[0]?.score).toBeCloseTo(greatest[unit] ?? NaN, 3);
        expect(worst[unit]?.[0]?.score).toBeCloseTo(least[unit] ?? NaN, 3);
      }
    }
  });

  test('can be ended, and says how far it is', async () => {
    const ender = new AbortController();
    const shares: number[] = [];
    const run = scan(
      network,
      'conv2',
      dataset,
      {
        signal: ender.signal,
        progress: (share) => {
          shares.push(share);
          if (shares.length === 2) ender.abort();
        },
      },
      { most: 5000 },
    );
    await expect(run).rejects.toThrow(/abort/);
    expect(shares).toHaveLength(2);
    expect(shares[1]).toBeGreaterThan(shares[0] ?? 1);
  });
});

test('the shares of a decomposition, unscaled, add up to the pre-activation less the bias', async () => {
  const found = await scan(network, 'conv2', dataset, {}, { most: 20 });
  const window = cut(found, (found.best[3] ?? []).slice(0, 1), dataset);
  const explained = decompose(network, 'conv2', 3, window);
  const score = scoresOf(network, 'conv2', [3], window)[0] ?? NaN;
  const shares = explained?.all.map(({ share }) => share) ?? [];
  const positive = shares.filter((share) => share > 0).reduce((sum, share) => sum + share, 0);
  expect(positive).toBeCloseTo(1, 4);
  // the sum of all shares is (score − bias) / positive drive: its sign and its being below 1 are fixed by that
  const total = shares.reduce((sum, share) => sum + share, 0);
  expect(Math.sign(total)).toBe(Math.sign(score - bias('conv2', 3)));
  const crossed = decomposition(network, 'conv2', 3, window);
  expect(crossed?.layer).toBe('conv1');
  expect(crossed?.parts).toHaveLength(12);
  for (const { top, left, height, width } of crossed?.parts ?? []) {
    expect([height, width]).toEqual([5, 5]);
    expect(top).toBeGreaterThanOrEqual(0);
    expect(left + width).toBeLessThanOrEqual(14);
  }
  expect(layerBelow(network, 'conv1')).toBeNull();
  expect(layerBelow(network, 'dense')).toBeNull();
});

describe('of three convolutions', () => {
  const conv = (name: string, filters: number, side: number, more = {}): unknown => ({
    class_name: 'Conv2D',
    config: { name, filters, kernel_size: [side, side], padding: 'same', activation: 'relu', ...more },
  });
  const pool = (name: string): unknown => ({
    class_name: 'MaxPooling2D',
    config: { name, pool_size: [2, 2], strides: [2, 2], padding: 'same' },
  });
  const folder = layersModel(
    [
      conv('a', 3, 5, { batch_input_shape: [null, 28, 28, 1] }),
      pool('p'),
      conv('b', 4, 5),
      pool('q'),
      conv('c', 5, 3),
    ],
    [
      ...[weight('a/kernel', [5, 5, 1, 3]), weight('a/bias', [3]), weight('b/kernel', [5, 5, 3, 4])],
      ...[weight('b/bias', [4]), weight('c/kernel', [3, 3, 4, 5]), weight('c/bias', [5])],
    ],
  );
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test('any two consecutive ones are explained alike: shares of the drive, at places inside the window', async () => {
    const deep = await openModel(folder);
    try {
      for (const [layer, below, side, seen] of [
        ['c', 'b', 14, 24],
        ['b', 'a', 5, 14],
      ] as const) {
        const rng = createRng(3);
        const x = Float32Array.from({ length: seen * seen }, () => rng.uniform());
        const crossed = decomposition(deep, layer, 1, x);
        expect(crossed?.layer).toBe(below);
        for (const { height, width, top, left } of crossed?.parts ?? []) {
          expect([height, width]).toEqual([side, side]);
          expect(Math.min(top, left)).toBeGreaterThanOrEqual(0);
          expect(Math.max(top, left) + side).toBeLessThanOrEqual(seen);
        }
        const { operation } = nodeOf(deep, layer);
        const own = operation.op === 'conv2d' ? (operation.bias?.dataSync()[1] ?? NaN) : NaN;
        const shares = (decompose(deep, layer, 1, x)?.all ?? []).map(({ share }) => share);
        const total = shares.reduce((sum, share) => sum + share, 0);
        const score = scoresOf(deep, layer, [1], x)[0] ?? NaN;
        expect(Math.sign(total)).toBe(Math.sign(score - own));
        expect(shares.filter((share) => share > 0).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 4);
      }
    } finally {
      deep.dispose();
    }
  });
});

test('a unit’s page says where, how often and for which labels it answers', async () => {
  const found = await scan(network, 'conv2', dataset, {}, { most: 60 });
  const sample = realWindows(dataset, network, 'conv2');
  const few = { ...sample, count: 400, values: sample.values.subarray(0, 400 * 196) };
  const scores = await realScores(network, 'conv2', few, () => Promise.resolve());
  const page = unitEvidence(network, 'conv2', 1, found, scores, dataset);
  expect(page.best.scores).toHaveLength(9);
  expect(page.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(400);
  expect(page.answersTo.filter((area) => area >= 0 && area <= 1).length).toBe(10);
  expect(page.selectivity).toBeGreaterThan(0);
  expect(page.selectivity).toBeLessThan(1);
  expect(page.builtFrom.length).toBeGreaterThan(0);
  page.best.images.forEach((image, i) => {
    expect(page.best.labels[i]).toBe(dataset.train.labels?.[image]);
  });
});

test('a run of the best real windows themselves is like real data, and takes the path of real windows', async () => {
  const found = await scan(network, 'conv2', dataset, {}, { most: 60 });
  const real = realWindows(dataset, network, 'conv2').values.subarray(0, 3000 * 196);
  const bestOf = (unit: number): Float32Array => cut(found, found.best[unit] ?? [], dataset);
  const images = Float32Array.from([0, 1, 2].flatMap((unit) => [...bestOf(unit).subarray(0, 196)]));
  const units = [0, 1, 2].map((unit) => ({
    ...{ unit, state: 'converged' as const, score: 1, bestReal: 1, norm: 1, startScores: [1] },
    certificate: { cosine: 1, gap: 0 },
  }));
  const judged = runEvidence({
    network,
    layer: 'conv2',
    units,
    images,
    shape: { height: 14, width: 14 },
    real,
    bestOf,
    among: { windows: 1000, all: false },
    others: [],
  });
  expect(judged.robust.picture).toEqual(judged.robust.real);
  for (const left of judged.robust.real.noise) expect(left).toBeGreaterThan(0.5);
  expect(judged.transfer).toBeNull();
  judged.commonBudget.forEach((ratio) => {
    expect(ratio).toBeCloseTo(1, 3);
  });
  judged.path?.picture.forEach((value, i) => {
    expect(value).toBeGreaterThan(judged.path?.noise[i] ?? NaN);
  });
  expect(judged.likeness).toBeGreaterThanOrEqual(judged.likenessInterval[0]);
  expect(judged.meaning[0]).toContain('local optimum');
  // the best window against the others: not against itself, which is 1
  const others = pathCheck(network, 'conv2', bestOf(0).subarray(0, 196), bestOf(0).subarray(196));
  const among = pathCheck(network, 'conv2', bestOf(0).subarray(0, 196), bestOf(0));
  expect(among?.picture).toBeCloseTo(others?.picture ?? NaN, 6);
  expect(pathCheck(network, 'conv1', bestOf(0).subarray(0, 25), bestOf(0).subarray(0, 225))).toBeNull();
});

test('class pictures are read by this network and by others: real digits as what they are', async () => {
  const shipped = await openShipped();
  const others = await Promise.all((await shippedOthers()).map((folder) => openModel(folder)));
  try {
    const real = realWindows(dataset, shipped, 'classes').values.subarray(0, 300 * 784);
    const digit = (label: number): Float32Array => {
      const at = dataset.train.labels?.indexOf(label) ?? 0;
      return Float32Array.from(
        dataset.train.images.subarray(at * 784, (at + 1) * 784),
        (value) => value / 255,
      );
    };
    const units = [3, 7].map((unit) => ({
      ...{ unit, state: 'converged' as const, score: 1, bestReal: 1, norm: 1, startScores: [1] },
      certificate: { cosine: 1, gap: 0 },
    }));
    const images = Float32Array.from([...digit(3), ...digit(7)]);
    const { transfer } = runEvidence({
      ...{
        network: shipped,
        layer: 'classes',
        units,
        images,
        shape: { height: 28, width: 28 },
        real,
        others,
      },
      bestOf: digit,
      among: { windows: 1000, all: false },
    });
    expect(transfer?.networks).toBe(2);
    for (const value of [...(transfer?.own ?? []), ...(transfer?.others ?? [])])
      expect(value).toBeGreaterThan(0.8);
  } finally {
    for (const one of [shipped, ...others]) one.dispose();
  }
});

test('kernels: a network has not moved from itself, and random kernels are no smoother than chance', async () => {
  expect(movement(network, network, 'conv2')).toBe(0);
  const other = await question({ seed: 9 });
  // two random starts of equal size are √2 apart
  expect(movement(network, other, 'conv2')).toBeCloseTo(Math.SQRT2, 1);
  other.dispose();
  expect(smoothness(network, 'conv2')?.p).toBeGreaterThan(0.01);
  expect(kernelOf(network, 'conv1').shape).toEqual([5, 5, 1, 6]);
  expect(smoothness(network, 'dense')).toBeNull();
});

test('evidence leaves no tensor behind', async () => {
  await scan(network, 'conv2', dataset, {}, { most: 10 });
  const before = tf.memory().numTensors;
  const found = await scan(network, 'conv2', dataset, {}, { most: 10 });
  decomposition(network, 'conv2', 0, cut(found, (found.best[0] ?? []).slice(0, 1), dataset));
  expect(tf.memory().numTensors).toBe(before);
});
