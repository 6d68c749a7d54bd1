// The user's settings, with their defaults.
import { z } from 'zod';
import { displaySchema } from './method';

export const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** Threads for TensorFlow; 0 lets it choose. Takes effect when the engine starts next. */
  threads: z.int().min(0).max(256).default(0),
  display: displaySchema.default('contrast'),
});
export type Settings = z.infer<typeof settingsSchema>;
