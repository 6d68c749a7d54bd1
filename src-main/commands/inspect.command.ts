// How filterscope inspect is called.
import type { Command } from 'commander';
import { MODEL, withModel } from './options';
import type { Session } from './session';

export function declareInspect(program: Command, session: Session): void {
  withModel(
    program
      .command('inspect')
      .description('says what a model file holds: layers, units, receptive fields, what is not supported')
      .argument('<model>', MODEL),
  )
    .addHelpText('after', '\nExample: filterscope inspect model.onnx --size 256')
    .action(async (model: string, flags: { range?: string; size?: number }) => {
      const out = session.console();
      await session.tensorflow(out);
      const { inspectModel } = await import('./inspect');
      await inspectModel(model, flags, out, session.signal);
    });
}
