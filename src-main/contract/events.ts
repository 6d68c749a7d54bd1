// Every event that the main side sends to the renderer, by name.
import { z } from 'zod';
import { commandSchema } from './commands';
import { modelInfoSchema } from './model';
import { runSchema, trainingReportSchema, trainingTestSchema, unitResultSchema } from './run';
import { settingsSchema } from './settings';

export const events = {
  /** A run began, changed its state, ended, or got a better estimate (at most twice a second). */
  'run.changed': z.object({ run: runSchema }),
  /** A new frame of a visualisation, whose pictures are at media.runSheet; scores and states of its units. */
  'run.frame': z.object({
    run: z.string(),
    frame: z.int(),
    step: z.int(),
    done: z.int(),
    secondsLeft: z.number().nullable(),
    units: z.array(unitResultSchema),
  }),
  'run.report': z.object({
    run: z.string(),
    report: trainingReportSchema,
    secondsLeft: z.number().nullable(),
  }),
  /** All windows of a layer were looked through: what was known of a sample is known of all. */
  'layer.looked': z.object({ model: z.string(), layer: z.string() }),
  'run.test': z.object({ run: z.string(), test: trainingTestSchema }),
  /** Of the user's own data, so many pictures of so many are read. */
  'data.progress': z.object({ done: z.int(), total: z.int() }),
  /** How far a slow call is, by the name that its caller gave it: `share` of the work, and what is being done, if words help. */
  'ask.progress': z.object({ ask: z.string(), share: z.number().min(0).max(1), doing: z.string() }),
  /** The engine's process: 'lost' says that it died and is being started again. */
  'engine.state': z.object({ state: z.enum(['starting', 'ready', 'lost']), detail: z.string() }),
  /** A model of this name is being opened; null when none is any more. */
  'model.opening': z.object({ name: z.string().nullable() }),
  'model.opened': z.object({ model: modelInfoSchema }),
  /** A model could not be opened from outside (command line, file association). */
  'model.refused': z.object({ message: z.string(), remedy: z.string() }),
  'galleries.changed': z.object({}),
  'settings.changed': z.object({ settings: settingsSchema }),
  /** The user chose a command in the application's menu. */
  'menu.command': z.object({ command: commandSchema }),
};

export type Events = typeof events;
export type EventName = keyof Events;
export type EventData<N extends EventName> = z.output<Events[N]>;
