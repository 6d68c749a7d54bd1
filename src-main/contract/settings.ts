// The user's settings, with their defaults.
import { z } from 'zod';
import { displaySchema } from './method';

const theme = z.enum(['system', 'light', 'dark']);
const display = z.enum(['usual', ...displaySchema.options]);
const threads = z.int().min(0).max(256);

export const settingsSchema = z.object({
  theme: theme.default('system'),
  /** Threads for TensorFlow; 0 lets it choose. Takes effect when the engine starts next. */
  threads: threads.default(0),
  /** How pictures are shown at first; 'usual': as contract/method says for their method. */
  display: display.default('usual'),
});
export type Settings = z.infer<typeof settingsSchema>;

/** Some of them, to be changed: without defaults, which `partial` would fill in for those left out. */
export const settingsChangesSchema = z.object({ theme, threads, display }).partial();
export type SettingsChanges = z.infer<typeof settingsChangesSchema>;
