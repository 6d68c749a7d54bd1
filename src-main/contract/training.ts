// What a training runs with: every parameter with its range, the question's values as defaults.
import { z } from 'zod';

/**
 * Configuration of a training. The defaults are the question's, number for number; the ranges are those within
 * which a training makes sense and fits into memory.
 */
export const trainingConfigurationSchema = z.strictObject({
  /** Updates of the weights. */
  steps: z.int().min(1).max(1_000_000).default(5000),
  /** Images per step. */
  batch: z.int().min(1).max(1000).default(50),
  /** Adam's step size. */
  learningRate: z.number().min(1e-7).max(1).default(1e-4),
  /** Share of the dense layer's neurons that dropout keeps; 1 turns it off. */
  keepProbability: z.number().min(0.05).max(1).default(0.5),
  /** Filters of the two convolutions. */
  filters: z.tuple([z.int().min(1).max(512), z.int().min(1).max(512)]).default([32, 64]),
  /** Rows and columns of every kernel. */
  kernelSize: z.int().min(1).max(15).default(5),
  /** Neurons of the hidden dense layer. */
  hidden: z.int().min(1).max(8192).default(1024),
  seed: z.int().min(0).max(4_294_967_295).default(0),
  /** Steps between two reports of loss and accuracy. */
  reportEvery: z.int().min(1).max(100_000).default(100),
  /** Steps before which the whole model is kept, to see the filters change; the end is always kept. */
  snapshots: z.array(z.int().min(0)).max(50).default([]),
});
export type TrainingConfiguration = z.output<typeof trainingConfigurationSchema>;
