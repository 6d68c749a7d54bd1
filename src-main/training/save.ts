// Saves a trained network as a TensorFlow.js LayersModel folder with its card.
import { rm } from 'node:fs/promises';
import type { Card } from '../contract/card';
import type { TrainingConfiguration } from '../contract/training';
import type { Dataset } from '../datasets/dataset';
import { encodeTfjsLayers, type NamedWeight, type Precision } from '../network/formats/tfjs-layers';
import { writeFolder } from '../store/folder';
import { APP_VERSION } from '../version';
import type { Evaluation } from './evaluate';
import { topology } from './question-network';

export interface Trained {
  readonly dataset: Dataset;
  readonly configuration: TrainingConfiguration;
  readonly steps: number;
  readonly seconds: number;
  readonly weights: readonly NamedWeight[];
  /** null for a snapshot, which is not evaluated. */
  readonly test: Evaluation | null;
  /** Float32 when it is not said. */
  readonly precision?: Precision;
}

/** Writes model.json, weights.bin and card.json, whole or not at all; `folder` must not exist yet. */
export async function saveModel(folder: string, trained: Trained): Promise<Card> {
  const { dataset, configuration, steps, seconds, weights, test, precision } = trained;
  const { json, bin } = encodeTfjsLayers(
    topology(dataset, configuration, configuration.keepProbability),
    weights,
    precision,
  );
  const card: Card = {
    appVersion: APP_VERSION,
    createdAt: new Date().toISOString(),
    dataset: { name: dataset.name, sha256: dataset.sha256 },
    configuration,
    steps,
    classes: [...dataset.classes],
    test,
    seconds: Math.round(seconds * 10) / 10,
  };
  await writeFolder(
    folder,
    new Map<string, Uint8Array>([
      ['model.json', Buffer.from(json)],
      ['weights.bin', bin],
      ['card.json', Buffer.from(`${JSON.stringify(card, null, 1)}\n`)],
    ]),
  );
  return card;
}

/**
 * Writes a moment of a training in half precision, in place of one that a killed run may have left: snapshots are
 * there to be looked at, and the rounding (2⁻¹¹ of each weight) does not show.
 */
export async function saveSnapshot(
  folder: string,
  moment: Pick<Trained, 'dataset' | 'configuration' | 'steps' | 'weights'>,
): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await saveModel(folder, { ...moment, seconds: 0, test: null, precision: 'float16' });
}
