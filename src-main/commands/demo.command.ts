// How filterscope demo is called.
import type { Command } from 'commander';
import { trainingConfigurationSchema } from '../contract/training';
import { whole } from './options';
import type { Session } from './session';

const defaults = trainingConfigurationSchema.parse({});

export function declareDemo(program: Command, session: Session): void {
  program
    .command('demo')
    .description("trains (or with --fast takes the shipped model) and makes both layers' galleries both ways")
    .option('--fast', 'take the shipped model', false)
    .option('--out <folder>', 'folder for the results; must not exist yet', 'demo')
    .option('--steps <n>', 'training steps', whole(1, 1_000_000), defaults.steps)
    .addHelpText('after', '\nExample: filterscope demo --fast --out my-demo')
    .action(async (options: { fast: boolean; out: string; steps: number }) => {
      const out = session.console();
      await session.tensorflow(out);
      const { demo } = await import('./demo');
      await demo(options, out, session.signal);
    });
}
