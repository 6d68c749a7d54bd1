// A model's card: what it was trained on and how well it does, saved as card.json beside model.json.
import { z } from 'zod';
import { trainingConfigurationSchema } from './training';

export const cardSchema = z.object({
  appVersion: z.string(),
  createdAt: z.iso.datetime(),
  dataset: z.object({ name: z.string(), sha256: z.string() }),
  configuration: trainingConfigurationSchema,
  /** Steps that were done: fewer than configured for a snapshot. */
  steps: z.int().min(0),
  classes: z.array(z.string()),
  /** Evaluation on all test images; null for a snapshot. */
  test: z
    .object({
      loss: z.number(),
      accuracy: z.number().min(0).max(1),
      images: z.int(),
      /** Images by true class (row) and predicted class (column). */
      confusion: z.array(z.array(z.int())),
    })
    .nullable(),
  seconds: z.number(),
});
export type Card = z.output<typeof cardSchema>;
