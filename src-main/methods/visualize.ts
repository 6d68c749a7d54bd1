// Any method on any layer: the climbing ones, and the question's own, with results of one shape.
import {
  chosenUnits,
  frameSteps,
  visualize as climb,
  type VisualizeFrame,
  type Visualization,
  type VisualizeOptions,
} from '../ascent/visualize';
import type { GalleryUnit } from '../contract/gallery';
import type { Method } from '../contract/method';
import { askPeer } from './peer-pictures';
import {
  drawnFilters,
  EVERY,
  questionSheet,
  runQuestion,
  type QuestionOptions,
  type QuestionPicture,
  type QuestionSheet,
} from '../question/question';

type QuestionMethod = Extract<Method, { name: 'question' }>;

export interface MethodVisualization extends Visualization {
  /** What the question's code would save of its pictures; other methods have none. */
  readonly sheet?: QuestionSheet;
}

/** The question's run as its own module takes it. */
export function questionOptions({
  network,
  layer,
  method,
  seed,
}: VisualizeOptions<QuestionMethod>): QuestionOptions {
  return { network, layer, seed, ...method };
}

const rowOf = (values: readonly number[]): Float32Array => Float32Array.from(values);

/**
 * The question's method over the units asked for that it draws at all; its curve is the sum of channel 0, by
 * iteration. Nothing bounds its pictures, so none has a certificate; the picture of the empty kernel has failed.
 */
async function* askQuestion(
  options: VisualizeOptions<QuestionMethod>,
): AsyncGenerator<VisualizeFrame, MethodVisualization> {
  const { network, layer, method, signal } = options;
  const units = chosenUnits(network, layer, options.units);
  const asked = new Set(units);
  const frames = (options.frameSteps ?? frameSteps(method.iterations)).filter((step) => step > 0);
  const question = { ...questionOptions(options), frames };
  const pictures: QuestionPicture[] = [];
  const drawn = units.filter((unit) => unit < drawnFilters(question));
  const [height, width] = network.input;
  const pixels = height * width;
  const images = new Float32Array(drawn.length * pixels);
  for await (const picture of runQuestion(question, signal)) {
    if (!asked.has(picture.filter)) continue;
    images.set(picture.raw, pictures.length * pixels);
    pictures.push(picture);
    const scores = new Float32Array(drawn.length).fill(NaN);
    scores.set(rowOf(pictures.map(({ score }) => score)));
    const unknown = new Float32Array(drawn.length).fill(NaN);
    yield {
      step: method.iterations,
      scores,
      gradientNorms: unknown,
      cosines: unknown,
      images: images.slice(),
      share: pictures.length / drawn.length,
    };
  }
  // with every picture known, its way there: the frames of all filters, step by step
  for (const [i, step] of frames.entries()) {
    const moment = new Float32Array(pictures.length * pixels);
    pictures.forEach((picture, unit) => {
      moment.set(picture.frames[i] ?? picture.raw, unit * pixels);
    });
    const unknown = new Float32Array(pictures.length).fill(NaN);
    yield { step, scores: unknown, gradientNorms: unknown, cosines: unknown, images: moment, share: 1 };
  }
  const known = pictures.map(({ filter, score, raw }): GalleryUnit => ({
    unit: filter,
    state: 'climbing',
    score,
    bestReal: null,
    certificate: null,
    norm: Math.sqrt(raw.reduce((total, value) => total + value * value, 0)),
    startScores: [],
  }));
  const points = pictures[0]?.curve.length ?? 0;
  const at = (i: number): Float32Array => rowOf(pictures.map(({ curve }) => curve[i] ?? NaN));
  const blank = Array.from({ length: points }, () => new Float32Array(pictures.length).fill(NaN));
  return {
    method,
    sheet: questionSheet(pictures, question),
    picture: { height, width, channels: 1 },
    units: known,
    images: images.subarray(0, pictures.length * pixels),
    curves: {
      steps: Array.from({ length: points }, (_, i) => (i === 0 ? 0 : (i - 1) * EVERY + 1)),
      scores: Array.from({ length: points }, (_, i) => at(i)),
      gradientNorms: blank,
      cosines: blank,
    },
  };
}

/** A unit whose score is no number has failed, whatever the method made of it: its weights are broken, or it overflowed. */
function sound(unit: GalleryUnit): GalleryUnit {
  if (unit.state === 'dead' || (unit.score !== null && Number.isFinite(unit.score))) return unit;
  return { ...unit, state: 'failed', score: null, certificate: null, startScores: [] };
}

function begin(options: VisualizeOptions<Method>): AsyncGenerator<VisualizeFrame, MethodVisualization> {
  const { method } = options;
  switch (method.name) {
    case 'question':
      return askQuestion({ ...options, method });
    case 'kerasIo':
    case 'tfjsExamples':
    case 'lucid':
    case 'tfKerasVis':
      return askPeer({ ...options, method });
    default:
      return climb({ ...options, method });
  }
}

/** Visualises units of a layer by any method. See ascent/visualize, question/question and methods/peers. */
export async function* visualize(
  options: VisualizeOptions<Method>,
): AsyncGenerator<VisualizeFrame, MethodVisualization> {
  const made = yield* begin(options);
  return { ...made, units: made.units.map(sound) };
}
