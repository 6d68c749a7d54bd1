// The evidence that the pictures are right: known optima, certificates, independence of a batch's pictures.
import { afterAll, describe, expect, test } from 'vitest';
import {
  visualize,
  type AscentMethod,
  type Visualization,
  type VisualizeOptions,
} from '../../src-main/ascent/visualize';
import { methodSchema } from '../../src-main/contract/method';
import { openMnist } from '../../src-main/datasets/dataset';
import { realWindows } from '../../src-main/evidence/real-windows';
import { tf } from '../../src-main/native/tensorflow';
import { nodeOf } from '../../src-main/network/network';
import { openShipped, question } from '../support/networks';

const network = await openShipped();
const dataset = openMnist();
const windows = new Map<string, Float32Array>();
const windowsOf = (layer: string): Float32Array => {
  const found = windows.get(layer) ?? realWindows(dataset, network, layer).values;
  windows.set(layer, found);
  return found;
};
afterAll(() => {
  network.dispose();
});

async function run(
  layer: string,
  method: object,
  more: Partial<VisualizeOptions> = {},
): Promise<Visualization> {
  const parsed = methodSchema.parse(method) as AscentMethod;
  const generator = visualize({
    ...{ network, layer, units: null, method: parsed, seed: 0, windows: more.windows ?? windowsOf(layer) },
    ...more,
  });
  for (;;) {
    const { done, value } = await generator.next();
    if (done === true) return value;
  }
}

/** The kernel of a first-layer filter, row-major. */
function kernelOf(unit: number): Float32Array {
  const { operation } = nodeOf(network, 'conv1');
  if (operation.op !== 'conv2d') throw new Error('conv1 is no convolution');
  const all = operation.kernel.dataSync<'float32'>();
  return Float32Array.from({ length: 25 }, (_, i) => all[i * 32 + unit] ?? NaN);
}

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0);
const picture = (found: Visualization, index: number): Float32Array => {
  const size = found.picture.height * found.picture.width * found.picture.channels;
  return found.images.subarray(index * size, (index + 1) * size);
};

describe('layer 1, whose optimum is known', () => {
  test('on a sphere it is the kernel: cosine at least 0.999 for every live filter', async () => {
    const found = await run('conv1', { name: 'plain' });
    const live = found.units.filter(({ state }) => state !== 'dead');
    expect(live.length).toBeGreaterThan(25);
    for (const { unit, state } of live) {
      const [x, w] = [picture(found, unit), kernelOf(unit)];
      expect(dot(x, w) / Math.sqrt(dot(x, x) * dot(w, w))).toBeGreaterThan(0.999);
      expect(state).toBe('exact');
    }
  });

  test('in the box it is 1 where the kernel is positive, else 0', async () => {
    const found = await run('conv1', { name: 'box' });
    for (const { unit } of found.units.filter(({ state }) => state !== 'dead')) {
      const expected = kernelOf(unit).map((weight) => (weight > 0 ? 1 : 0));
      expect([...picture(found, unit)]).toEqual([...expected]);
    }
  });
});

describe('layer 2', () => {
  test.each([{ name: 'plain' }, { name: 'whitened' }])(
    '$name: every live unit is certified at 0.99 or more after 256 steps',
    async (method) => {
      const found = await run('conv2', method);
      const live = found.units.filter(({ state }) => state !== 'dead');
      expect(found.units).toHaveLength(64);
      expect(live.length).toBeGreaterThan(50);
      for (const { certificate } of live) expect(certificate?.cosine).toBeGreaterThan(0.99);
    },
  );

  test('whitened: the radius is the least at which the median unit responds as to its best real window', async () => {
    const found = await run('conv2', { name: 'whitened', steps: 64 });
    const ratios = found.units
      .map(({ score, bestReal }) => (score ?? 0) / (bestReal ?? NaN))
      .sort((a, b) => a - b);
    expect(ratios[32]).toBeGreaterThan(0.9);
    expect(ratios[32]).toBeLessThan(1.5);
    expect(found.method).toMatchObject({ name: 'whitened', radius: expect.any(Number) as number });
  });

  test('a batch equals single runs: unit 7 alone is unit 7 among all, to 1e-3', async () => {
    const method = { name: 'whitened', radius: 4, steps: 64 };
    const [all, alone] = [await run('conv2', method), await run('conv2', method, { units: [7] })];
    const difference = picture(all, 7).map((value, i) => Math.abs(value - (picture(alone, 0)[i] ?? NaN)));
    expect(Math.max(...difference)).toBeLessThan(1e-3);
    expect(alone.units[0]?.unit).toBe(7);
  });

  test('restarts: all are reported and the best is kept', async () => {
    const { units } = await run('conv2', { name: 'plain', steps: 32, starts: 4 }, { units: [3, 5] });
    for (const { score, startScores } of units) {
      expect(startScores).toHaveLength(4);
      expect(new Set(startScores).size).toBe(4);
      expect(score).toBe(Math.max(...startScores));
    }
  });

  test('the picture that is kept is the one whose score is reported', async () => {
    const found = await run('conv2', { name: 'whitened', radius: 5, steps: 40 }, { units: [1, 2] });
    const again = await import('../../src-main/ascent/objectives').then(({ neuron }) => {
      const objective = neuron(network, 'conv2', [1, 2]);
      const scores = tf.tidy(() => objective.of(tf.tensor4d(found.images, [2, 14, 14, 1])).dataSync());
      objective.dispose();
      return scores;
    });
    found.units.forEach(({ score }, i) => {
      expect(score).toBeCloseTo(again[i] ?? NaN, 4);
    });
  });
});

describe('an ascent', () => {
  test('yields frames with a value per unit and leaves no tensor behind, finished, aborted or abandoned', async () => {
    const method = methodSchema.parse({ name: 'whitened', radius: 4, steps: 60 }) as AscentMethod;
    const options = {
      network,
      layer: 'conv2',
      units: [0, 1, 2],
      method,
      seed: 0,
      windows: windowsOf('conv2'),
    };
    const before = tf.memory().numTensors;
    const steps: number[] = [];
    const stop = new AbortController();
    const aborted = visualize({ ...options, frameSteps: [0, 10, 20], signal: stop.signal });
    let next = await aborted.next();
    for (; next.done !== true; next = await aborted.next()) {
      steps.push(next.value.step);
      expect(next.value.scores).toHaveLength(3);
      expect(next.value.images).toHaveLength(3 * 196);
      if (next.value.step === 10) stop.abort();
    }
    expect(steps).toEqual([0, 10]);
    expect(next.value.units).toHaveLength(3);
    expect(tf.memory().numTensors).toBe(before);
    for await (const frame of visualize(options)) if (frame.step >= 0) break;
    expect(tf.memory().numTensors).toBe(before);
  });

  test('names a dead unit dead and gives it no score', async () => {
    const dead = await question({ deadFilter: 2 });
    const found = await run('conv1', { name: 'plain', steps: 20 }, { network: dead });
    expect(found.units[2]).toMatchObject({ unit: 2, state: 'dead', score: null, certificate: null });
    expect(found.units.filter(({ state }) => state === 'dead')).toHaveLength(1);
    dead.dispose();
  });

  test('refuses a layer or a unit that is not there, and says which there are', async () => {
    await expect(run('conv9', { name: 'plain' }, { windows: windowsOf('conv1') })).rejects.toThrow(
      'no layer "conv9"',
    );
    await expect(run('conv1', { name: 'plain' }, { units: [40] })).rejects.toThrow('no unit 40');
  });
});
