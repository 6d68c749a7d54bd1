// Training: equal to stock tfjs, seeded, and resumable after a stop at any step.
import { mkdtempSync } from 'node:fs';
import { rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-node';
import { afterAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src-main/contract/errors';
import { trainingConfigurationSchema } from '../../src-main/contract/training';
import { openMnist, pixels, type Dataset } from '../../src-main/datasets/dataset';
import { tf } from '../../src-main/native/tensorflow';
import type { NamedWeight } from '../../src-main/network/formats/tfjs-layers';
import { Adam, freshState } from '../../src-main/training/adam';
import { initialWeights } from '../../src-main/training/question-network';
import { Updates } from '../../src-main/training/updates';
import { train, type TrainingEvent } from '../../src-main/training/train';

const mnist = openMnist();
/** MNIST with few test images, so that the evaluation at the end is quick. */
const dataset: Dataset = { ...mnist, test: { ...mnist.test, count: 200 } };
const small = { filters: [4, 6] as [number, number], hidden: 24 };
const folder = mkdtempSync(join(tmpdir(), 'filterscope-train-'));
afterAll(() => rm(folder, { recursive: true }));

async function all(run: AsyncGenerator<TrainingEvent, void>): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

const weightsOf = (events: readonly TrainingEvent[]): readonly NamedWeight[] => {
  const last = events.at(-1);
  if (last?.type !== 'end') throw new Error(`ended with ${last?.type ?? 'nothing'}`);
  return last.weights;
};

function greatestDifference(a: readonly NamedWeight[], b: readonly NamedWeight[]): number {
  let greatest = 0;
  a.forEach(({ data }, i) => {
    data.forEach((value, j) => (greatest = Math.max(greatest, Math.abs(value - (b[i]?.data[j] ?? NaN)))));
  });
  return greatest;
}

/** The network as a user of tfjs would write it. */
function stockLogits(w: Record<string, Tensor>, x: Tensor4D, mask: Tensor2D): Tensor2D {
  const conv = (input: Tensor4D, name: string): Tensor4D =>
    tf.relu(tf.conv2d(input, w[`${name}/kernel`] as Tensor4D, 1, 'same').add(w[`${name}/bias`] as Tensor));
  const p1 = tf.maxPool(conv(x, 'conv1'), 2, 2, 'same');
  const p2 = tf.maxPool(conv(p1, 'conv2'), 2, 2, 'same');
  const flat = p2.reshape<Tensor2D>([x.shape[0], -1]);
  const hidden = tf.relu(tf.matMul(flat, w['dense/kernel'] as Tensor2D).add(w['dense/bias'] as Tensor));
  return tf
    .matMul(hidden.mul<Tensor2D>(mask), w['classes/kernel'] as Tensor2D)
    .add(w['classes/bias'] as Tensor);
}

describe('training', () => {
  test('fifty steps equal those of stock tfjs, gradients and Adam, to 1e-4', () => {
    const configuration = trainingConfigurationSchema.parse({ ...small, seed: 3 });
    const start = initialWeights(mnist, configuration, 3);
    const adam = new Adam(freshState(start), 1e-4);
    const updates = new Updates(mnist, configuration, adam);
    const variables = Object.fromEntries(
      start.map(({ name, shape, data }) => [
        name,
        tf.variable(tf.tensor(data, [...shape]), true, `stock/${name}`),
      ]),
    );
    const moments = start.map(({ data }) => ({
      m: new Float64Array(data.length),
      v: new Float64Array(data.length),
    }));
    for (let step = 0; step < 50; step++) {
      const indices = Array.from({ length: 20 }, (_, i) => step * 20 + i);
      const x = tf.tensor4d(pixels(mnist.train, 784, indices), [20, 28, 28, 1]);
      const labels = tf.oneHot(
        tf.tensor1d(
          indices.map((i) => mnist.train.labels?.[i] ?? 0),
          'int32',
        ),
        10,
      ) as Tensor2D;
      const mask = tf.tensor2d(
        Array.from({ length: 20 * 24 }, (_, i) => ((i * 7 + step) % 3 === 0 ? 0 : 1.5)),
        [20, 24],
      );
      updates.updateBy({ x: x.clone(), labels: labels.toFloat(), mask: mask.clone() });
      const { grads } = tf.variableGrads(() =>
        tf.losses.softmaxCrossEntropy(labels, stockLogits(variables, x, mask)),
      );
      // Adam as TensorFlow 1 documents it, in double precision
      const rate = (1e-4 * Math.sqrt(1 - 0.999 ** (step + 1))) / (1 - 0.9 ** (step + 1));
      start.forEach(({ name, shape }, i) => {
        const g = (grads[`stock/${name}`] as Tensor).dataSync<'float32'>();
        const { m, v } = moments[i] as { m: Float64Array; v: Float64Array };
        const moved = (variables[name] as Variable).dataSync<'float32'>().map((value, j) => {
          m[j] = 0.9 * (m[j] ?? 0) + 0.1 * (g[j] ?? 0);
          v[j] = 0.999 * (v[j] ?? 0) + 0.001 * (g[j] ?? 0) ** 2;
          return value - (rate * (m[j] ?? 0)) / (Math.sqrt(v[j] ?? 0) + 1e-8);
        });
        (variables[name] as Variable).assign(tf.tensor(moved, [...shape]));
      });
    }
    const expected = start.map(({ name, shape }) => ({
      name,
      shape,
      data: (variables[name] as Variable).dataSync<'float32'>(),
    }));
    expect(greatestDifference(adam.state().weights, expected)).toBeLessThan(1e-4);
    expect(greatestDifference(adam.state().weights, start)).toBeGreaterThan(3e-3);
    updates.dispose();
    adam.dispose();
    tf.disposeVariables();
  });

  test('learns: loss falls and accuracy rises on real data', async () => {
    const configuration = trainingConfigurationSchema.parse({
      ...small,
      steps: 151,
      reportEvery: 50,
      learningRate: 2e-3,
    });
    const events = await all(train({ dataset, configuration }));
    const reports = events.filter((event) => event.type === 'report');
    expect(reports.map(({ step }) => step)).toEqual([0, 50, 100, 150]);
    expect(reports.at(-1)?.loss).toBeLessThan((reports[0]?.loss ?? 0) / 4);
    const last = events.at(-1);
    expect(last?.type === 'end' && last.test.accuracy).toBeGreaterThan(0.8);
    expect(last?.type === 'end' && last.test.confusion.flat().reduce((a, b) => a + b)).toBe(200);
  });

  test('a stopped training goes on and ends as an uninterrupted one does; snapshots are of the asked steps', async () => {
    const configuration = trainingConfigurationSchema.parse({
      ...small,
      steps: 40,
      reportEvery: 10,
      snapshots: [0, 25],
    });
    const whole = await all(train({ dataset, configuration }));
    const stop = new AbortController();
    const first: TrainingEvent[] = [];
    for await (const event of train({ dataset, configuration, folder, signal: stop.signal })) {
      first.push(event);
      if (event.type === 'report' && event.step === 10) stop.abort();
    }
    const stopped = first.at(-1);
    expect(stopped).toMatchObject({ type: 'stopped', step: 11 });
    if (stopped?.type === 'stopped') expect(stopped.weights).toHaveLength(8);
    const rest = await all(train({ dataset, configuration, folder }));
    expect(greatestDifference(weightsOf(rest), weightsOf(whole))).toBeLessThan(1e-5);
    const snapshots = [...first, ...rest].filter((event) => event.type === 'snapshot');
    expect(snapshots.map(({ step }) => step)).toEqual([0, 25]);
    const uninterrupted = whole.filter((event) => event.type === 'snapshot');
    snapshots.forEach(({ weights }, i) => {
      expect(greatestDifference(weights, uninterrupted[i]?.weights ?? [])).toBeLessThan(1e-5);
    });

    await expect(
      all(train({ dataset, configuration: { ...configuration, seed: 9 }, folder })),
    ).rejects.toThrow('other parameters');
    await truncate(join(folder, 'checkpoint.bin'), 5000);
    await expect(all(train({ dataset, configuration, folder }))).rejects.toThrow(UserError);
  });

  test('the same seed gives the same weights, another seed others; no tensor is left behind', async () => {
    const configuration = trainingConfigurationSchema.parse({ ...small, steps: 10, seed: 5 });
    const before = tf.memory().numTensors;
    const a = weightsOf(await all(train({ dataset, configuration })));
    expect(tf.memory().numTensors).toBe(before);
    const b = weightsOf(await all(train({ dataset, configuration })));
    const other = weightsOf(await all(train({ dataset, configuration: { ...configuration, seed: 6 } })));
    expect(greatestDifference(a, b)).toBeLessThan(1e-6);
    expect(greatestDifference(a, other)).toBeGreaterThan(0.1);
  });
});
