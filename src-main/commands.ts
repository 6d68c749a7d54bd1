// What the commands of the terminal do, once TensorFlow is in place.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { meanLikeness } from './ascent/likeness';
import { visualize, type MethodName } from './ascent/visualize';
import { UserError } from './contract/errors';
import { openMnist, pixels, sampleWindows, type Dataset } from './datasets/dataset';
import { appFolders } from './native/site';
import { tf } from './native/tensorflow';
import { encodeTfjsLayers, openTfjsLayers } from './network/formats/tfjs-layers';
import { nodeOf, type Network } from './network/network';
import { windowOf } from './network/receptive-field';
import { montage, png, toGrey } from './pictures/sheet';
import { questionSheet, runQuestion, SIDE } from './question/question';
import { writeFolder } from './store/folder';
import { writeGallery } from './store/gallery';
import { QUESTION, questionTopology, train } from './training/train';

type Say = (line: string) => void;
const VERSION = '0.1.0';

/** The model that ships with the app, trained by `filterscope train resources/model`. */
const SHIPPED = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'resources', 'model');

const open = (folder: string): Promise<Network> => openTfjsLayers(join(folder, 'model.json'));
const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

export async function trainModel(
  folder: string,
  options: { steps: number; seed: number },
  say: Say,
  signal: AbortSignal,
): Promise<void> {
  const dataset = openMnist();
  const configuration = { ...QUESTION, ...options };
  const began = performance.now();
  for await (const event of train(dataset, configuration, signal)) {
    if (event.type === 'report') {
      const seconds = (performance.now() - began) / 1000;
      const left =
        event.step === 0
          ? ''
          : `, ${Math.round((seconds / event.step) * (options.steps - event.step))} s left`;
      say(
        `step ${event.step}, training accuracy ${event.accuracy.toFixed(2)}, loss ${event.loss.toFixed(4)}${left}`,
      );
      continue;
    }
    const { json, bin } = encodeTfjsLayers(questionTopology(dataset.height, dataset.width), event.weights);
    const card = {
      dataset: dataset.name,
      configuration: { ...configuration, steps: event.steps },
      testAccuracy: event.test.accuracy,
      testLoss: event.test.loss,
      testImages: dataset.test.count,
      confusion: event.test.confusion,
      appVersion: VERSION,
    };
    const files = new Map<string, Uint8Array>([
      ['model.json', Buffer.from(json)],
      ['weights.bin', bin],
      ['card.json', Buffer.from(JSON.stringify(card, null, 1))],
    ]);
    await writeFolder(folder, files);
    say(
      `test accuracy ${percent(event.test.accuracy)} of ${dataset.test.count} images after ${event.steps} steps; saved in ${folder}`,
    );
    event.test.confusion.forEach((row, digit) => {
      say(`  ${digit} | ${row.map((count) => String(count).padStart(4)).join(' ')}`);
    });
  }
}

/** Real windows of a layer's receptive field, or whole training images. */
function realWindows(dataset: Dataset, network: Network, layer: string): Float32Array {
  const { height, width, whole } = windowOf(network, layer);
  if (height > dataset.height || width > dataset.width || network.input[2] !== 1) {
    throw new UserError(
      `The model takes ${network.input.join('×')} images; ${dataset.name} has ${dataset.height}×${dataset.width}×1.`,
      'Open a model of grey images of that size.',
    );
  }
  if (!whole) return sampleWindows(dataset, height, width, 60_000, 1);
  return pixels(
    dataset.train,
    height * width,
    Array.from({ length: 10_000 }, (_, i) => i),
  );
}

export interface VisualizeFlags {
  readonly layer: string;
  readonly method: MethodName;
  readonly budget?: number | undefined;
  readonly steps: number;
  readonly seed: number;
}

export async function visualizeLayer(
  model: string,
  folder: string,
  flags: VisualizeFlags,
  say: Say,
  signal: AbortSignal,
): Promise<void> {
  if (existsSync(folder)) throw new UserError(`${folder} exists already.`, 'Choose another folder.');
  const network = await open(model);
  const dataset = openMnist();
  const windows = realWindows(dataset, network, flags.layer);
  const began = performance.now();
  const result = await visualize({ network, windows, signal, ...flags });
  const seconds = (performance.now() - began) / 1000;
  const { whole } = windowOf(network, flags.layer);
  const gallery = await writeGallery(folder, {
    about: {
      appVersion: VERSION,
      createdAt: new Date().toISOString(),
      title: `${flags.layer} · ${flags.method}`,
      model: { name: network.name, sha256: network.sha256 },
      layer: {
        name: flags.layer,
        units: result.units.length,
        receptiveField: whole ? null : { height: result.picture.height, width: result.picture.width },
      },
      method: {
        name: flags.method,
        parameters: { budget: result.budget, steps: flags.steps, learningRate: 0.5, starts: 1 },
      },
      dataset: { name: dataset.name, sha256: '' },
      seed: flags.seed,
      picture: result.picture,
      units: result.units,
      timings: { seconds, steps: flags.steps },
    },
    mapping: flags.method === 'plain' ? 'signed' : flags.layer === 'classes' ? 'ink' : 'contrast',
    ...result,
  });
  const live = gallery.units.filter(({ state }) => state !== 'dead');
  const gaps = live.map(({ certificate }) => certificate?.gap ?? 1).sort((a, b) => a - b);
  const ratios = live.map(({ score, bestReal }) => (score ?? 0) / (bestReal ?? 1)).sort((a, b) => a - b);
  const middle = <T>(values: readonly T[]): T | undefined => values[values.length >> 1];
  const likeness = meanLikeness(result.images, result.units.length);
  say(
    `${gallery.title}: ${live.length} live, ${gallery.units.length - live.length} dead; budget ${result.budget?.toFixed(2) ?? '0..1'}; ` +
      `median response ${(middle(ratios) ?? NaN).toFixed(2)}× the best real one; gap median ${percent(middle(gaps) ?? NaN)}, ` +
      `worst ${percent(gaps.at(-1) ?? NaN)}; likeness of pictures ${likeness.toFixed(2)}; ${seconds.toFixed(1)} s`,
  );
  network.dispose();
}

export interface QuestionFlags {
  readonly layer: string;
  readonly iterations: number;
  readonly iterated: boolean;
  readonly removeNegatives: boolean;
  readonly rescale: boolean;
  readonly n: number;
  readonly seed: number;
}

export async function askQuestion(
  model: string,
  folder: string,
  flags: QuestionFlags,
  say: Say,
  signal: AbortSignal,
): Promise<void> {
  const network = await open(model);
  const { operation } = nodeOf(network, flags.layer);
  const first = network.nodes.find((node) => node.operation.op === 'conv2d');
  if (operation.op !== 'conv2d' || first === undefined) {
    throw new UserError(`"${flags.layer}" is no convolution.`, 'Choose conv1 or conv2.');
  }
  const [size, , channels, filters] = operation.kernel.shape;
  const layer = {
    kernel: operation.kernel.dataSync<'float32'>().slice(),
    bias: operation.bias?.dataSync<'float32'>().slice() ?? new Float32Array(filters),
    size,
    channels,
    filters,
  };
  const pictures = [];
  const options = { ...flags, layer, loop: first.shape[2], normalize: !flags.rescale };
  for await (const picture of runQuestion(options, signal)) pictures.push(picture);
  const sheet = questionSheet(pictures, flags.n);
  const greys = pictures.map(({ raw }) => toGrey(raw, 'contrast'));
  const curves = pictures.map(({ filter, curve }) => [filter, ...curve].join(','));
  await writeFolder(
    folder,
    new Map<string, Uint8Array>([
      [
        `TF_vis_${flags.n}x${flags.n}.png`,
        png({ width: sheet.side, height: sheet.side, data: toGrey(sheet.values, 'contrast') }),
      ],
      ['all.png', png(montage(greys, SIDE, SIDE, 8, 2))],
      ['curves.csv', Buffer.from(`${curves.join('\n')}\n`)],
    ]),
  );
  const all = Float32Array.from(pictures.flatMap(({ raw }) => [...raw]));
  const likeness = meanLikeness(all, pictures.length);
  const short =
    sheet.filled < flags.n ** 2 ? " (the question's code would stop here with an IndexError)" : '';
  say(
    `${flags.layer} · question: ${pictures.length} of ${filters} filters drawn, ${pictures.filter(({ kept }) => kept).length} kept, ` +
      `${sheet.filled} on the sheet${short}; likeness of pictures ${likeness.toFixed(2)}`,
  );
  network.dispose();
}

export function doctor(say: Say): void {
  const { cache, data } = appFolders();
  tf.tensor1d([1]).add(1).dispose();
  say(`Node            ${process.version} on ${process.platform} ${process.arch}`);
  say(`Backend         ${tf.getBackend()}, tfjs ${tf.version_core}`);
  say(`Cache folder    ${cache}`);
  say(`Data folder     ${data}`);
  say(`Shipped model   ${existsSync(SHIPPED) ? 'found' : 'missing'}`);
}

/** The whole main job: a model, then both layers and the classes, both ways. */
export async function demo(
  options: { fast: boolean; out: string; steps: number },
  say: Say,
  signal: AbortSignal,
): Promise<void> {
  const model = options.fast ? SHIPPED : join(options.out, 'model');
  if (!options.fast) await trainModel(model, { steps: options.steps, seed: 0 }, say, signal);
  const question = {
    iterations: 5000,
    iterated: false,
    removeNegatives: false,
    rescale: false,
    n: 3,
    seed: 0,
  };
  for (const layer of ['conv1', 'conv2']) {
    if (!signal.aborted)
      await askQuestion(model, join(options.out, `${layer}-question`), { ...question, layer }, say, signal);
  }
  for (const layer of ['conv1', 'conv2', 'classes']) {
    for (const method of ['whitened', 'plain'] as const) {
      if (signal.aborted) return;
      await visualizeLayer(
        model,
        join(options.out, `${layer}-${method}`),
        { layer, method, steps: 256, seed: 0 },
        say,
        signal,
      );
    }
  }
  say(`The sheets are in ${options.out}: */sheet.png and *-question/TF_vis_3x3.png`);
}
