// The bench's cases that run in Node, one at a time, as the coordinator asks for them by a line of JSON.
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { ModelFitArgs } from '@tensorflow/tfjs-node';
import { visualize, type AscentMethod } from '../../src-main/ascent/visualize';
import { methodSchema } from '../../src-main/contract/method';
import { trainingConfigurationSchema } from '../../src-main/contract/training';
import { openMnist, pixels } from '../../src-main/datasets/dataset';
import { realWindows } from '../../src-main/evidence/real-windows';
import { tf } from '../../src-main/native/tensorflow';
import { openModel } from '../../src-main/network/formats/open';
import { runQuestion } from '../../src-main/question/question';
import { shippedModel } from '../../src-main/resources';
import { train } from '../../src-main/training/train';
import type { Answer, Request } from './cases';
import { stockModel, visualizeConvnet } from './stock';

const dataset = openMnist();
const network = await openModel(join(shippedModel(), 'model.json'));
const LAYERS = [
  { layer: 'conv1', filters: 32 },
  { layer: 'conv2', filters: 64 },
] as const;

const since = (began: number): number => (performance.now() - began) / 1000;
const perStep = (seconds: number, steps: number, quality: string): Answer => ({
  seconds,
  value: (seconds * 1000) / steps,
  quality,
});

let running: { readonly steps: number; readonly events: ReturnType<typeof train> } | null = null;

/** The loss that the training reports next. */
async function nextReport(events: ReturnType<typeof train>): Promise<number> {
  for (;;) {
    const { done, value } = await events.next();
    if (done === true) throw new RangeError('the training is over');
    if (value.type === 'report') return value.loss;
  }
}

/** As the app trains, a report every `steps` included; the training goes on from round to round. */
async function trainOurs(steps: number): Promise<Answer> {
  if (running?.steps !== steps) {
    await running?.events.return();
    const configuration = trainingConfigurationSchema.parse({ steps: 1_000_000, reportEvery: steps });
    running = { steps, events: train({ dataset, configuration }) };
    await nextReport(running.events);
  }
  const began = performance.now();
  const loss = await nextReport(running.events);
  return perStep(since(began), steps, `loss ${loss.toFixed(3)} (one batch, dropout off)`);
}

/** tfjs draws progress bars of its own. */
const SILENT: ModelFitArgs = JSON.parse('{"verbose":0}') as ModelFitArgs;
const stock = stockModel();
let from = 0;

async function trainStock(steps: number): Promise<Answer> {
  const indices = Array.from({ length: steps * 50 }, (_, i) => (from + i) % dataset.train.count);
  from += indices.length;
  const x = tf.tensor4d(pixels(dataset.train, 784, indices), [indices.length, 28, 28, 1]);
  const y = tf.tidy(() =>
    tf.oneHot(
      tf.tensor1d(
        indices.map((i) => dataset.train.labels?.[i] ?? 0),
        'int32',
      ),
      10,
    ),
  );
  const began = performance.now();
  const { history } = await stock.fit(x, y, { batchSize: 50, epochs: 1, ...SILENT });
  const seconds = since(began);
  tf.dispose([x, y]);
  return perStep(seconds, steps, `loss ${Number(history['loss']?.[0]).toFixed(3)} (mean, dropout on)`);
}

/** Every filter of both layers, windows cut beforehand. */
async function ascend(name: 'whitened' | 'plain', steps: number): Promise<Answer> {
  const windows = LAYERS.map(({ layer }) => realWindows(dataset, network, layer).values);
  const method: AscentMethod =
    name === 'plain' ? { name, norm: 'auto', steps, starts: 1 } : { name, radius: 'auto', steps, starts: 1 };
  const began = performance.now();
  const cosines: number[] = [];
  for (const [i, { layer }] of LAYERS.entries()) {
    const run = visualize({
      ...{ network, layer, units: null, method, seed: 0, windows: windows[i] as Float32Array },
    });
    let next = await run.next();
    while (next.done !== true) next = await run.next();
    for (const { certificate } of next.value.units)
      if (certificate?.cosine != null) cosines.push(certificate.cosine);
  }
  const seconds = since(began);
  cosines.sort((a, b) => a - b);
  const middle = cosines[cosines.length >> 1] ?? NaN;
  const certificates = `certificate ${middle.toFixed(4)}, worst ${(cosines[0] ?? NaN).toFixed(4)}`;
  return { seconds, value: seconds, quality: `${certificates} of ${cosines.length} live filters` };
}

function convnet(steps: number): Answer {
  const began = performance.now();
  let value = 0;
  for (const { layer, filters } of LAYERS) {
    const layerBegan = performance.now();
    for (const filter of [3, 7]) visualizeConvnet(network, layer, filter, steps);
    value += (since(layerBegan) * filters) / 2;
  }
  return { seconds: since(began), value, quality: 'no certificate: nothing bounds the picture' };
}

/** The question's own 5000 iterations; a smoke run has fewer. */
async function question(steps: number): Promise<Answer> {
  const iterations = Math.round((5000 * steps) / 256);
  const began = performance.now();
  let value = 0;
  for (const { layer, filters } of LAYERS) {
    const parsed = methodSchema.parse({ name: 'question', iterations, iterated: true });
    if (parsed.name !== 'question') throw new RangeError('another method');
    let last = performance.now();
    for await (const { filter } of runQuestion({ network, layer, seed: 0, ...parsed })) {
      if (filter === 1) {
        value += since(last) * filters;
        break;
      }
      last = performance.now();
    }
  }
  return { seconds: since(began), value, quality: 'no certificate: the gradient is constant' };
}

async function run({ name, steps }: Request): Promise<Answer> {
  switch (name) {
    case 'train-ours':
      return trainOurs(Math.max(2, steps / 8));
    case 'train-stock':
      return trainStock(Math.max(2, steps / 8));
    case 'ascent-whitened':
      return ascend('whitened', steps);
    case 'ascent-plain':
      return ascend('plain', steps);
    case 'ascent-visualize-convnet':
      return convnet(steps);
    case 'ascent-question':
      return question(steps);
    default:
      throw new RangeError(`no case "${name}"`);
  }
}

process.stdout.write(`${JSON.stringify({ ready: `tfjs-node ${tf.version['tfjs-node']}` })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await run(JSON.parse(line) as Request))}\n`);
}
process.exit(0);
