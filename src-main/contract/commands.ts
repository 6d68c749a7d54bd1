// The commands of the application's menu, as the page hears of them by the event menu.command.
import { z } from 'zod';

export const commandSchema = z.enum([
  'model.open',
  'model.save',
  'model.export',
  'gallery.save',
  'gallery.openFolder',
  'run.start',
  'run.cancel',
  'view.train',
  'view.filters',
  'view.compare',
  'view.draw',
  'view.galleries',
  'view.question',
  'view.settings',
  'go',
  'help.keys',
  'help.about',
  'help.logs',
  'help.errorReport',
]);
export type Command = z.infer<typeof commandSchema>;
