// How filterscope doctor is called.
import type { Command } from 'commander';
import { doctor } from './doctor';
import type { Session } from './session';

export function declareDoctor(program: Command, session: Session): void {
  program
    .command('doctor')
    .description('says what was found of TensorFlow, the machine and the folders')
    .addHelpText('after', '\nExample: filterscope doctor --json')
    .action(() => doctor(session.console()));
}
