// A training's checkpoint: one file, written atomically, from which a killed run goes on.
import { readFile } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { UserError } from '../contract/errors';
import { trainingConfigurationSchema, type TrainingConfiguration } from '../contract/training';
import type { NamedWeight } from '../network/formats/tfjs-layers';
import type { AdamState } from './adam';

const headerSchema = z.object({
  format: z.literal('filterscope-checkpoint-1'),
  configuration: trainingConfigurationSchema,
  dataset: z.string(),
  step: z.int().min(0),
  seconds: z.number().min(0),
  weights: z.array(z.object({ name: z.string(), shape: z.array(z.int().min(1)) })),
});

export interface Checkpoint {
  readonly configuration: TrainingConfiguration;
  /** sha256 of the training data. */
  readonly dataset: string;
  readonly seconds: number;
  readonly state: AdamState;
}

const bytesOf = ({ data }: NamedWeight): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** Writes a header line of JSON, then all weights, first and second moments as float32. */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const { configuration, dataset, seconds, state } = checkpoint;
  const header: z.input<typeof headerSchema> = {
    format: 'filterscope-checkpoint-1',
    configuration,
    dataset,
    step: state.step,
    seconds,
    weights: state.weights.map(({ name, shape }) => ({ name, shape: [...shape] })),
  };
  const values = [...state.weights, ...state.first, ...state.second].map(bytesOf);
  await writeFileAtomic(path, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...values]));
}

/** Reads a checkpoint; null when there is none. Throws a UserError for a file that is damaged. */
export async function readCheckpoint(path: string): Promise<Checkpoint | null> {
  const bytes = await readFile(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  if (bytes === null) return null;
  const damaged = (cause?: unknown): UserError =>
    new UserError('The checkpoint of this training is damaged.', 'Remove it and train from the start.', {
      cause,
    });
  const end = bytes.indexOf(10);
  let header;
  try {
    header = headerSchema.parse(JSON.parse(bytes.toString('utf8', 0, end)));
  } catch (cause) {
    throw damaged(cause);
  }
  const total = header.weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (bytes.length - end - 1 !== total * 12) throw damaged();
  let at = end + 1;
  const take = (): NamedWeight[] =>
    header.weights.map(({ name, shape }) => {
      const from = at;
      at += sizeOf(shape) * 4;
      const data = new Float32Array(bytes.buffer.slice(bytes.byteOffset + from, bytes.byteOffset + at));
      return { name, shape, data };
    });
  const state = { step: header.step, weights: take(), first: take(), second: take() };
  return { configuration: header.configuration, dataset: header.dataset, seconds: header.seconds, state };
}
