// The question's method: its faults as they are, its closed form, and what each repair changes.
import { afterAll, describe, expect, test } from 'vitest';
import { repairsSchema, type Repairs } from '../../src-main/contract/method';
import { tf } from '../../src-main/native/tensorflow';
import { nodeOf } from '../../src-main/network/network';
import {
  questionSheet,
  runQuestion,
  type QuestionOptions,
  type QuestionPicture,
} from '../../src-main/question/question';
import { question } from '../support/networks';

const network = await question();
afterAll(() => {
  network.dispose();
});

const options = (more: Partial<QuestionOptions> = {}, repaired: Partial<Repairs> = {}): QuestionOptions => ({
  network,
  layer: 'conv1',
  iterations: 401,
  iterated: false,
  removeNegatives: false,
  normalize: true,
  n: 3,
  seed: 0,
  repairs: repairsSchema.parse(repaired),
  ...more,
});

async function run(asked: QuestionOptions): Promise<QuestionPicture[]> {
  const pictures: QuestionPicture[] = [];
  for await (const picture of runQuestion(asked)) pictures.push(picture);
  return pictures;
}

const greatest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? NaN))), 0);
const at = (pictures: QuestionPicture[], index: number): QuestionPicture =>
  pictures[index] as QuestionPicture;

describe('the method as written', () => {
  test.each(['conv1', 'conv2'])(
    '%s: every iteration in float32 agrees with the closed form',
    async (layer) => {
      const [closed, iterated] = [
        await run(options({ layer })),
        await run(options({ layer, iterated: true })),
      ];
      expect(closed).toHaveLength(6);
      closed.forEach((picture, i) => {
        expect(greatest(picture.raw, at(iterated, i).raw)).toBeLessThan(1e-3);
        expect(picture.curve).toHaveLength(1 + 3);
        picture.curve.forEach((value, j) => {
          expect(value).toBeCloseTo(at(iterated, i).curve[j] ?? NaN, 1);
        });
      });
    },
  );

  test('fault 1: filter 0 has an empty kernel, a NaN loss, and keeps its noise; filter i is drawn with kernel i − 1', async () => {
    const [asWritten, repaired] = [
      await run(options({}, { biasPlace: true })),
      await run(options({}, { biasPlace: true, filterIndex: true })),
    ];
    expect(at(asWritten, 0).score).toBeNaN();
    expect(new Set(at(asWritten, 0).curve).size).toBe(1);
    const change = (picture: QuestionPicture): number =>
      (picture.curve[3] ?? NaN) - (picture.curve[0] ?? NaN);
    expect(change(at(asWritten, 3))).toBeCloseTo(change(at(repaired, 2)), 3);
  });

  test('fault 2: the bias is added to every weight of the kernel', async () => {
    const { operation } = nodeOf(network, 'conv1');
    if (operation.op !== 'conv2d') throw new Error('no convolution');
    const change = async (repaired: Partial<Repairs>): Promise<number> => {
      const { raw } = at(await run(options({ iterations: 100 }, { ...repaired, filterIndex: true })), 1);
      const { raw: noise } = at(await run(options({ iterations: 100 }, repaired)), 0);
      return (raw[14 * 28 + 14] ?? NaN) - (noise[0] ?? NaN) * 0;
    };
    // inside the picture the gradient is the kernel's sum / 784: 25 biases of 0.1 more
    const difference = (await change({})) - (await change({ biasPlace: true }));
    expect(difference).toBeCloseTo((0.5 * 100 * 25 * 0.1) / 784, 3);
  });

  test('fault 4: layer 2 is drawn for as many filters as layer 1 has; repaired, for all', async () => {
    expect(await run(options({ layer: 'conv2' }))).toHaveLength(6);
    expect(await run(options({ layer: 'conv2' }, { allFilters: true }))).toHaveLength(8);
  });

  test('fault 5: the gradient is flat inside and differs in a 2 px frame only', async () => {
    const [long, short] = [await run(options({ iterations: 5000 })), await run(options({ iterations: 1 }))];
    const moved = at(long, 2).raw.map((value, i) => value - (at(short, 2).raw[i] ?? NaN));
    const inside = Array.from(
      { length: 24 * 24 },
      (_, i) => moved[(2 + Math.floor(i / 24)) * 28 + 2 + (i % 24)] ?? NaN,
    );
    expect(Math.max(...inside) - Math.min(...inside)).toBeLessThan(1e-3);
    expect(Math.abs((moved[0] ?? NaN) - (inside[0] ?? NaN))).toBeGreaterThan(1e-2);
  });

  test('fault 6: the picture grows for ever; bounded, it keeps its norm', async () => {
    const norm = (x: Float32Array): number => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
    const sizes = async (repaired: Partial<Repairs>): Promise<number[]> =>
      Promise.all(
        [1, 5000, 20000].map(async (iterations) =>
          norm(at(await run(options({ iterations }, repaired)), 2).raw),
        ),
      );
    const grown = await sizes({});
    expect((grown[2] ?? NaN) / (grown[1] ?? NaN)).toBeGreaterThan(2.5);
    const kept = await sizes({ bounded: true });
    expect((kept[2] ?? NaN) / (kept[0] ?? NaN)).toBeCloseTo(1, 2);
  });

  test('fault 7: the sum that decides is 0 up to rounding; repaired, the score decides', async () => {
    for (const { normalised } of await run(options())) {
      expect(Math.abs(normalised.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-2);
    }
    for (const { kept, score } of await run(options({}, { selection: true }))) expect(kept).toBe(score > 0);
  });

  test('remove-negatives and rescale do what they say', async () => {
    const [picture] = (await run(options({ removeNegatives: true, normalize: false }))).slice(2);
    expect(Math.min(...(picture?.normalised ?? []))).toBe(0);
    expect(Math.max(...(picture?.normalised ?? []))).toBeCloseTo(255, 3);
  });
});

describe('repairs that need the real layers', () => {
  test('through the network the picture of layer 2 is an image, iterated, bounded, and excites the unit more', async () => {
    const repaired = { throughTheNetwork: true, bounded: true, filterIndex: true, biasPlace: true };
    const asked = options({ layer: 'conv2', iterations: 30 }, repaired);
    const before = tf.memory().numTensors;
    const [more, less] = [await run(asked), await run({ ...asked, iterations: 1 })];
    expect(tf.memory().numTensors).toBe(before);
    expect(at(more, 1).raw).toHaveLength(784);
    const better = more.filter(({ score }, i) => score > at(less, i).score);
    expect(better.length).toBeGreaterThanOrEqual(4);
  });
});

describe('the sheet', () => {
  test('is 94 × 94 with 5 px of 0 between the first nine kept pictures', async () => {
    const asked = options();
    const pictures = (await run(asked)).flatMap((picture) => [picture, picture, picture]);
    const kept = pictures.map((picture) => ({ ...picture, kept: true }));
    const sheet = questionSheet(kept, asked);
    expect([sheet.height, sheet.width, sheet.filled]).toEqual([94, 94, 9]);
    for (let row = 28; row < 33; row++) expect(sheet.values[row * 94 + 10]).toBe(0);
    expect(sheet.values[33 * 94 + 33]).toBe(kept[4]?.normalised[0]);
    expect(questionSheet(pictures.slice(0, 1), asked).filled).toBeLessThanOrEqual(1);
    const shared = questionSheet(kept, options({}, { sharedScale: true }));
    expect(greatest(shared.values, sheet.values)).toBeGreaterThan(0.1);
  });

  test('a layer that is no convolution is refused', async () => {
    await expect(run(options({ layer: 'dense' }))).rejects.toThrow('no convolution');
  });
});
