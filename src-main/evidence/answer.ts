// The question answered for one model and one dataset: the facts gathered, and put into words that follow them.
import { questionAnswerSchema, type QuestionAnswer } from '../contract/answer';
import { APP_VERSION } from '../version';
import { distinct } from './chapters/distinct';
import { layersChapter } from './chapters/layers';
import { methodology } from './chapters/methodology';
import { shapesChapter } from './chapters/shapes';
import { unitLayers, unitOperation } from '../network/network';
import { gather, type AnswerOptions, type Facts } from './gather';
import type { Watch } from './watch';

const REFERENCES = [
  'Cammarata, Goh, Carter, Schubert, Petrov, Olah 2020, Curve Detectors. Distill.',
  'Efron, Tibshirani 1993, An Introduction to the Bootstrap: percentile intervals.',
  'Erhan, Bengio, Courville, Vincent 2009, Visualizing higher-layer features of a deep network.',
  'Fel, Boissin, Boutin, Picard, Novello, Colin, Linsley, Rousseau, Cadène, Gardes, Serre 2023, Unlocking Feature Visualization for Deeper Networks with MACO: transfer.',
  'Geirhos, Zimmermann, Bilodeau, Brendel, Kim 2024, Don’t trust your eyes: on the (un)reliability of feature visualizations: paths.',
  'Good 2005, Permutation, Parametric and Bootstrap Tests of Hypotheses.',
  'Jaggi 2013, Revisiting Frank–Wolfe: the gap behind the certificates.',
  'Jolliffe 2002, Principal Component Analysis: the whitened prior.',
  'Krüger, Peters 2000, Object recognition with banana wavelets: bent Gabor functions.',
  'Mallat, Zhang 1993, Matching pursuits with time-frequency dictionaries: strokes needed.',
  'Mann, Whitney 1947, On a test of whether one of two random variables is stochastically larger: rank sums.',
  'Olah, Mordvintsev, Schubert 2017, Feature Visualization. Distill: Lucid.',
];

/** Whether a model is known to read test images hardly better than one that guesses. */
const guesses = ({ testAccuracy, dataset }: Facts['options']): boolean =>
  testAccuracy !== null && dataset.classes.length > 1 && testAccuracy < 1.5 / dataset.classes.length;

function limitsOf({ options, first, second, classes, faults }: Facts): string[] {
  const layers = second === null ? [first] : [first, second];
  const deeper = unitLayers(options.network)
    .filter((node) => unitOperation(node)?.op !== 'dense' && !layers.some(({ layer }) => layer === node.name))
    .map(({ name }) => name);
  return [
    `${layers.map(({ layer, chosen, units }) => `${chosen.length} of ${units} units of ${layer}`).join(' and ')} were looked at, evenly spread over those that some real window excites; intervals are over those units, for this one trained network.`,
    ...(deeper.length > 0
      ? [`${deeper.join(', ')} ${deeper.length === 1 ? 'was' : 'were'} not looked at.`]
      : []),
    'Certificates are first-order and local: another start may find a picture as good.',
    'The peers’ methods run with their own constants on images of this size; they were tuned for larger networks and larger images.',
    ...(options.start === null
      ? [
          'The weights before training are not known, so what training added is not told apart from what was there by chance.',
        ]
      : []),
    ...(guesses(options)
      ? [
          `The model reads ${(100 * (options.testAccuracy ?? 0)).toFixed(1)} % of the test images rightly, hardly more than guessing would: its pictures show what it answers to, which is not what tells the classes apart.`,
        ]
      : []),
    ...(options.others.length === 0
      ? ['No independently trained network was at hand, so class pictures were not tested for transfer.']
      : []),
    ...(options.snapshots.length === 0
      ? ['The model keeps no snapshots, so nothing is said of the time while it was trained.']
      : []),
    ...(classes === null
      ? ['The model’s classes are not those of the dataset, so there are no class pictures.']
      : []),
    ...(faults === null
      ? [
          'The question’s method needs a plain convolution of grey images, which this model does not begin with.',
        ]
      : []),
  ];
}

/** The words for facts that are known: pure, so that other facts give other words. */
export function inWords(
  facts: Facts,
  seconds: number,
  answeredAt = new Date().toISOString(),
): QuestionAnswer {
  const { network, dataset, testAccuracy, seed } = facts.options;
  return questionAnswerSchema.parse({
    model: { name: network.name, sha256: network.sha256, testAccuracy },
    dataset: { name: dataset.name, sha256: dataset.sha256, images: dataset.train.count },
    appVersion: APP_VERSION,
    seed,
    seconds,
    answeredAt,
    questions: [methodology(facts), distinct(facts), shapesChapter(facts), layersChapter(facts)],
    methods: [...facts.first.rows, ...(facts.second?.rows ?? [])],
    limits: limitsOf(facts),
    references: REFERENCES,
  });
}

/** Computes the whole answer: a minute or two. Throws the signal's reason when it is aborted. */
export async function answer(options: AnswerOptions, watch: Watch = {}): Promise<QuestionAnswer> {
  const began = performance.now();
  const facts = await gather(options, watch);
  return inWords(facts, Math.round((performance.now() - began) / 100) / 10);
}
