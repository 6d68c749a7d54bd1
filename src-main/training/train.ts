// The training loop: seeded, reported, checkpointed, resumable at any step.
import { mkdir } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { UserError } from '../contract/errors';
import type { TrainingReport } from '../contract/run';
import type { TrainingConfiguration } from '../contract/training';
import { batches, type Dataset } from '../datasets/dataset';
import { tf } from '../native/tensorflow';
import type { NamedWeight } from '../network/formats/tfjs-layers';
import { turn } from '../turn';
import { Adam, freshState } from './adam';
import { readCheckpoint, writeCheckpoint } from './checkpoint';
import { evaluate, type Evaluation } from './evaluate';
import { initialWeights } from './question-network';
import { Updates } from './updates';

export interface TrainOptions {
  readonly dataset: Dataset;
  readonly configuration: TrainingConfiguration;
  /** Where the checkpoint lies; a training found there goes on. Without it nothing is written. */
  readonly folder?: string;
  readonly signal?: AbortSignal;
}

export type TrainingEvent =
  | ({ readonly type: 'report' } & TrainingReport)
  /** So many updates are done. */
  | { readonly type: 'step'; readonly step: number }
  /** The weights before the update of `step`. */
  | { readonly type: 'snapshot'; readonly step: number; readonly weights: readonly NamedWeight[] }
  /** Ended by the signal after `step` updates; the checkpoint, if there is a folder, holds them too. */
  | {
      readonly type: 'stopped';
      readonly step: number;
      readonly seconds: number;
      readonly weights: readonly NamedWeight[];
    }
  | {
      readonly type: 'end';
      readonly steps: number;
      readonly seconds: number;
      readonly test: Evaluation;
      readonly weights: readonly NamedWeight[];
    };

/** Updates between two checkpoints: about half a minute of work. */
const CHECKPOINT_EVERY = 500;

function mustBeTrainable({ name, classes, train, test }: Dataset): void {
  if (train.labels === null || classes.length < 2) {
    throw new UserError(
      `${name} has ${train.labels === null ? 'no labels' : 'one class'}; a network is trained to tell classes apart.`,
      'Choose a folder with one sub-folder a class, or arrays with labels.',
    );
  }
  if (train.count === 0 || test.count === 0) {
    throw new UserError(
      `${name} has ${train.count} training and ${test.count} test images.`,
      'Choose data with more images.',
    );
  }
}

/**
 * Trains the question's network. Yields loss and accuracy of the next batch, dropout off, every `reportEvery`
 * steps before that step's update; the weights at the chosen snapshots; at the end the test evaluation and the
 * weights. Batches and dropout are functions of seed and step, so a resumed run sees what an uninterrupted one
 * would have seen. Throws a UserError when `folder` holds the checkpoint of another training, and for data that has
 * no labels, one class or no images.
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainingEvent, void> {
  const { dataset, configuration, folder, signal } = options;
  const { steps, batch, learningRate, seed, reportEvery, snapshots } = configuration;
  mustBeTrainable(dataset);
  const path = folder === undefined ? null : join(folder, 'checkpoint.bin');
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const found = path === null ? null : await readCheckpoint(path);
  if (
    found !== null &&
    !(found.dataset === dataset.sha256 && isDeepStrictEqual(found.configuration, configuration))
  ) {
    throw new UserError(
      'There is an unfinished training with other parameters or other data.',
      'Finish it with its own parameters, or remove its folder.',
    );
  }
  const adam = new Adam(
    found?.state ?? freshState(initialWeights(dataset, configuration, seed)),
    learningRate,
  );
  const updates = new Updates(dataset, configuration, adam);
  const next = batches(dataset.train.count, batch, seed);
  const before = found?.seconds ?? 0;
  const began = performance.now();
  const seconds = (): number => before + (performance.now() - began) / 1000;
  const keep = async (): Promise<void> => {
    if (path === null) return;
    await writeCheckpoint(path, {
      configuration,
      dataset: dataset.sha256,
      seconds: seconds(),
      state: adam.state(),
    });
  };
  let step = found?.state.step ?? 0;
  try {
    for (; step < steps; step++) {
      if (signal?.aborted === true) {
        await keep();
        yield { type: 'stopped', step, seconds: seconds(), weights: adam.state().weights };
        return;
      }
      if (step > 0 && step % CHECKPOINT_EVERY === 0 && step !== found?.state.step) await keep();
      if (snapshots.includes(step)) yield { type: 'snapshot', step, weights: adam.state().weights };
      const indices = next(step);
      if (step % reportEvery === 0) {
        const weights = adam.read();
        const { loss, accuracy } = evaluate(weights, dataset.train, dataset, indices);
        tf.dispose(weights);
        yield { type: 'report', step, loss, accuracy, seconds: seconds() };
      }
      updates.update(indices, step);
      await turn();
      yield { type: 'step', step: step + 1 };
    }
    const all = Array.from({ length: dataset.test.count }, (_, i) => i);
    const weights = adam.read();
    const test = evaluate(weights, dataset.test, dataset, all);
    tf.dispose(weights);
    yield { type: 'end', steps, seconds: seconds(), test, weights: adam.state().weights };
  } finally {
    updates.dispose();
    adam.dispose();
  }
}
