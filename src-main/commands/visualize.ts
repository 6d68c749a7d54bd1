// filterscope visualize: the pictures of a layer's units, saved as a gallery.
import { meanLikeness } from '../ascent/likeness';
import { UserError } from '../contract/errors';
import type { Gallery } from '../contract/gallery';
import { usualDisplay, type Method } from '../contract/method';
import type { Dataset } from '../datasets/dataset';
import { bestOfSample } from '../evidence/real-best';
import { realScores } from '../evidence/real-scores';
import { realWindows } from '../evidence/real-windows';
import { visualize } from '../methods/visualize';
import { bestOfGallery } from './gallery';
import { openForCommand, type OpenFlags } from './inspect';
import { unitLayers, type Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { writeGallery, type GalleryFrame } from '../store/gallery';
import { APP_VERSION } from '../version';
import type { Console } from './console';
import { median } from '../contract/median';
import { turn } from '../turn';
import { mustNotExist } from './options';

export interface VisualizeFlags {
  readonly layer: string;
  readonly units: readonly number[] | null;
  readonly method: Method;
  readonly seed: number;
}

/** The few numbers that sum a gallery up. */
export interface Summary {
  readonly layer: string;
  readonly method: string;
  readonly units: number;
  readonly dead: number;
  /** Radius or norm; null where there is none. */
  readonly budget: number | null;
  /** Windows sampled from the data, among which the best real ones were found; 0 without data. */
  readonly realWindows: number;
  /** Median over live units of the picture's response / the best real one. */
  readonly ratio: number;
  /** Certificate: 1 − gap, median and worst over live units. */
  readonly certificate: { readonly median: number; readonly worst: number };
  /** Mean absolute correlation between the layer's pictures. */
  readonly likeness: number;
  readonly seconds: number;
}

function summarise(gallery: Gallery, images: Float32Array): Summary {
  const live = gallery.units.filter(({ state }) => state !== 'dead' && state !== 'failed');
  const certified = live.flatMap(({ certificate }) => (certificate === null ? [] : [1 - certificate.gap]));
  return {
    layer: gallery.layer.name,
    method: gallery.method.name,
    units: gallery.units.length,
    dead: gallery.units.length - live.length,
    budget: gallery.units[0]?.norm ?? null,
    ratio: median(
      live.flatMap(({ score, bestReal }) => (bestReal === null ? [] : [(score ?? 0) / bestReal])),
    ),
    realWindows: gallery.bestOf?.windows ?? 0,
    certificate: { median: median(certified), worst: Math.min(...certified) },
    likeness: meanLikeness(images, gallery.units.length),
    seconds: gallery.timings.seconds,
  };
}

/** One line for people. */
function sentence(
  { layer, method, units, dead, budget, ratio, certificate, likeness, seconds }: Summary,
  gallery: Gallery,
): string {
  const parts = [
    `${units} units${dead === 0 ? '' : `, ${dead} dead`}`,
    ...(budget === null || method === 'question' ? [] : [`budget ${budget.toFixed(2)}`]),
    ...(Number.isNaN(ratio) ? [] : [`response ${ratio.toFixed(2)} × the ${bestOfGallery(gallery)}`]),
    ...(Number.isFinite(certificate.worst)
      ? [`certificate ${certificate.median.toFixed(4)}, worst ${certificate.worst.toFixed(4)}`]
      : []),
    `likeness of pictures ${likeness.toFixed(2)}`,
    `${seconds.toFixed(2)} s`,
  ];
  return `${layer.padEnd(8)} ${method.padEnd(9)} ${parts.join('; ')}`;
}

/** One frame a step, the last that came of it, ascending: units done in several batches come to a step again. */
const inOrder = (frames: readonly GalleryFrame[]): GalleryFrame[] =>
  [...new Map(frames.map((frame) => [frame.step, frame])).values()].sort((a, b) => a.step - b.step);

/** Visualises one layer of an open network into a gallery folder. */
export async function visualizeNetwork(
  network: Network,
  dataset: Dataset | null,
  folder: string,
  flags: VisualizeFlags,
  out: Console,
  signal: AbortSignal,
): Promise<Summary> {
  mustNotExist(folder);
  const { layer, method, units, seed } = flags;
  if (!unitLayers(network).some(({ name }) => name === layer)) {
    const names = unitLayers(network).map(({ name }) => name);
    throw new UserError(
      `The model has no layer "${layer}" with units.`,
      `Choose one of ${names.join(', ')}.`,
    );
  }
  const began = performance.now();
  const sample = dataset === null ? null : realWindows(dataset, network, layer);
  const windows = sample?.values ?? new Float32Array(0);
  const steps = method.name === 'question' ? method.iterations : method.steps;
  const bar = out.progress(`${layer} ${method.name}`, 1);
  // the question's method asks no real data
  const real =
    dataset === null || sample === null || method.name === 'question'
      ? null
      : bestOfSample(await realScores(network, layer, sample, turn), sample, dataset);
  const best = real === null ? {} : { best: real.best };
  const run = visualize({ network, layer, units, method, seed, windows, signal, ...best });
  let next = await run.next();
  const frames: GalleryFrame[] = [];
  for (; next.done !== true; next = await run.next()) {
    bar.update(next.value.share);
    frames.push(next.value);
  }
  bar.stop();
  const result = next.value;
  const seconds = (performance.now() - began) / 1000;
  const { whole } = windowOf(network, layer);
  const { height, width } = result.picture;
  const gallery = await writeGallery(folder, {
    about: {
      appVersion: APP_VERSION,
      createdAt: new Date().toISOString(),
      title: `${layer} · ${method.name}`,
      model: {
        ...{ name: network.name, sha256: network.sha256, range: network.scaling.name },
        input: { height: network.input[0], width: network.input[1], channels: network.input[2] },
      },
      layer: { name: layer, units: result.units.length, receptiveField: whole ? null : { height, width } },
      method: {
        name: method.name,
        parameters: JSON.parse(JSON.stringify(result.method)) as Record<string, never>,
      },
      dataset: dataset === null ? null : { name: dataset.name, sha256: dataset.sha256 },
      bestOf: sample === null ? null : { windows: sample.count, all: false },
      seed,
      picture: result.picture,
      units: result.units,
      timings: { seconds, steps },
    },
    ...(real === null ? {} : { bestWindows: real.windows }),
    display: usualDisplay(method.name, { whole, channels: network.input[2] }),
    images: result.images,
    curveSteps: result.curves.steps,
    curves: result.curves.scores,
    frames: inOrder(frames),
  });
  const summary = summarise(gallery, result.images);
  out.say(sentence(summary, gallery));
  return summary;
}

/** The command: opens the model, visualises, saves. */
export async function visualizeModel(
  model: string,
  data: (network: Network) => Promise<Dataset | null>,
  folder: string,
  flags: VisualizeFlags & OpenFlags,
  out: Console,
  signal: AbortSignal,
): Promise<void> {
  const network = await openForCommand(model, flags, out, signal);
  try {
    const dataset = await data(network);
    if (dataset === null) out.say('No data: pictures of the contrast that photographs have.');
    const summary = await visualizeNetwork(network, dataset, folder, flags, out, signal);
    out.say(`Saved in ${folder}: sheet.png, units/, curves.csv, gallery.json`);
    out.result({ folder, ...summary });
  } finally {
    network.dispose();
  }
}
