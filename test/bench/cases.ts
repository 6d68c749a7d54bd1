// What is measured, and with whom.

/** A program that holds its cases ready and runs one of them when it is asked. */
export type Program = 'ours' | 'python' | 'torch';

export interface Case {
  /** As the worker knows it. */
  readonly name: string;
  readonly title: string;
  readonly group: 'training' | 'ascent';
  readonly program: Program;
  /** Most rounds that it takes part in: the slow ones need fewer. */
  readonly rounds: number;
}

export const CASES: readonly Case[] = [
  { name: 'train-ours', title: 'Filterscope', group: 'training', program: 'ours', rounds: 99 },
  {
    name: 'train-stock',
    title: 'tfjs-node as it comes, model.fit',
    group: 'training',
    program: 'ours',
    rounds: 99,
  },
  {
    name: 'train-keras',
    title: 'tf.keras, model.fit',
    group: 'training',
    program: 'python',
    rounds: 99,
  },
  {
    name: 'ascent-whitened',
    title: 'Filterscope, whitened (radius chosen)',
    group: 'ascent',
    program: 'ours',
    rounds: 99,
  },
  { name: 'ascent-plain', title: 'Filterscope, plain sphere', group: 'ascent', program: 'ours', rounds: 99 },
  {
    name: 'ascent-reference',
    title: 'Python TensorFlow graph, batched, windows',
    group: 'ascent',
    program: 'python',
    rounds: 99,
  },
  {
    name: 'ascent-xplique',
    title: 'Xplique, batched, 28×28',
    group: 'ascent',
    program: 'python',
    rounds: 2,
  },
  {
    name: 'ascent-tf-keras-vis',
    title: 'tf-keras-vis, batched scores',
    group: 'ascent',
    program: 'python',
    rounds: 1,
  },
  {
    name: 'ascent-lucent',
    title: 'Lucent, one filter a call, 28×28 (2 filters a layer, scaled to all)',
    group: 'ascent',
    program: 'torch',
    rounds: 2,
  },
  {
    name: 'ascent-keras-io',
    title: "keras.io's example (2 filters a layer, scaled to all)",
    group: 'ascent',
    program: 'python',
    rounds: 2,
  },
  {
    name: 'ascent-visualize-convnet',
    title: "the algorithm of tfjs-examples' visualize-convnet (2 filters a layer, scaled to all)",
    group: 'ascent',
    program: 'ours',
    rounds: 2,
  },
  {
    name: 'ascent-question',
    title: "the question's iterations, 5000 a filter (1 filter a layer, scaled to all)",
    group: 'ascent',
    program: 'ours',
    rounds: 1,
  },
];

/** What a worker is asked: one case, for so many steps. */
export interface Request {
  readonly name: string;
  readonly steps: number;
}

/** What it answers. */
export interface Answer {
  readonly seconds: number;
  /** Milliseconds a training step, or seconds for all filters: what is compared. */
  readonly value: number;
  /** What the time bought: certificates, loss. */
  readonly quality: string;
}
