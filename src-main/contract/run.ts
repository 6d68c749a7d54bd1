// What the app says of a run: a training or a visualisation, while it goes on and after.
import { z } from 'zod';
import { bestOfSchema } from './best-of';
import { unitStateSchema, certificateSchema } from './gallery';
import { methodSchema } from './method';

export const runStateSchema = z.enum([
  'queued',
  'running',
  'paused',
  'finished',
  'cancelled',
  'failed',
  'interrupted',
]);
export type RunState = z.infer<typeof runStateSchema>;

const runBase = z.object({
  id: z.string(),
  state: runStateSchema,
  /** Steps done and steps in all. */
  done: z.int().min(0),
  total: z.int().min(1),
  /** Estimated seconds left; null before there is an estimate and after the end. */
  secondsLeft: z.number().nullable(),
  secondsTaken: z.number(),
  /** What went wrong and what to do, when the state is failed or interrupted. */
  error: z.object({ message: z.string(), remedy: z.string() }).nullable(),
});

export const visualizeRequestSchema = z.object({
  model: z.string(),
  layer: z.string(),
  /** Units to visualise; null for all. */
  units: z.array(z.int().min(0)).min(1).nullable(),
  method: methodSchema,
  seed: z.int().min(0).max(4294967295),
});
export type VisualizeRequest = z.infer<typeof visualizeRequestSchema>;

/** One unit of a visualisation as the screen shows it. */
export const unitResultSchema = z.object({
  unit: z.int(),
  state: z.union([unitStateSchema, z.enum(['queued', 'running'])]),
  score: z.number().nullable(),
  bestReal: z.number().nullable(),
  certificate: certificateSchema.nullable(),
  norm: z.number().nullable(),
  startScores: z.array(z.number()),
});
export type UnitResult = z.infer<typeof unitResultSchema>;

export const visualizeRunSchema = runBase.extend({
  kind: z.literal('visualize'),
  request: visualizeRequestSchema,
  /** The method with every 'auto' replaced by the value used, once known. */
  method: methodSchema,
  /** Height, width and channels of one unit's picture. */
  picture: z.object({ height: z.int(), width: z.int(), channels: z.int() }).nullable(),
  /** Steps at which a frame was kept; its pictures: see media.runSheet. */
  frames: z.array(z.int()),
  units: z.array(unitResultSchema),
  /** What their best real scores are the best of; a sample gives way to all windows once those were looked through. */
  bestOf: bestOfSchema.nullable().default(null),
});
export type VisualizeRun = z.infer<typeof visualizeRunSchema>;

export const trainingReportSchema = z.object({
  step: z.int(),
  loss: z.number(),
  /** Accuracy on the next batch with dropout off, 0..1, before this step's update. */
  accuracy: z.number(),
  seconds: z.number(),
});
export type TrainingReport = z.infer<typeof trainingReportSchema>;

export const trainingTestSchema = z.object({
  step: z.int(),
  loss: z.number(),
  accuracy: z.number(),
  /** Images by true class (row) and predicted class (column). */
  confusion: z.array(z.array(z.int())),
  images: z.int(),
});
export type TrainingTest = z.infer<typeof trainingTestSchema>;

/** Side that images of the user's own are cropped and scaled to, in pixels. */
export const TRAINING_SIDE = { min: 8, max: 256 } as const;
export const trainingSideSchema = z.int().min(TRAINING_SIDE.min).max(TRAINING_SIDE.max);

export const trainRequestSchema = z.object({
  /** The id of a dataset of the app or of the user's own data. */
  dataset: z.string(),
  /** For the user's own data; null leaves it to the data. */
  side: trainingSideSchema.nullable().default(null),
  /** A TrainingConfiguration (contract/training); checked there, field by field. */
  configuration: z.record(z.string(), z.json()),
});
export type TrainRequest = z.infer<typeof trainRequestSchema>;

export const trainRunSchema = runBase.extend({
  kind: z.literal('train'),
  request: trainRequestSchema,
  /** Class names of its data; empty before they are known. */
  classes: z.array(z.string()).default([]),
  reports: z.array(trainingReportSchema),
  tests: z.array(trainingTestSchema),
  /** The model made, once there is one to open. */
  model: z.string().nullable(),
});
export type TrainRun = z.infer<typeof trainRunSchema>;

export const runSchema = z.discriminatedUnion('kind', [visualizeRunSchema, trainRunSchema]);
export type Run = z.infer<typeof runSchema>;
