#!/usr/bin/env node
// Filterscope from a terminal: train, visualize, question, answer, gallery, inspect, convert, doctor, demo.
import { Command, CommanderError } from 'commander';
import { declareAnswer } from './commands/answer.command';
import { createConsole } from './commands/console';
import { declareConvert } from './commands/convert.command';
import { declareDemo } from './commands/demo.command';
import { declareDoctor } from './commands/doctor.command';
import { declareGallery } from './commands/gallery.command';
import { declareInspect } from './commands/inspect.command';
import { Misuse } from './commands/options';
import { declareQuestion } from './commands/question.command';
import type { Session } from './commands/session';
import { declareTrain } from './commands/train.command';
import { declareVisualize } from './commands/visualize.command';
import { explain } from './contract/errors';
import { ensureTensorflow } from './native/provision';
import { APP_VERSION } from './version';

/** 0 done, 1 it failed, 2 wrong use, 130 ended by Ctrl-C with what was finished kept. */
const EXIT = { failed: 1, misused: 2, interrupted: 130 } as const;

const stop = new AbortController();
process.once('SIGINT', () => {
  stop.abort();
  process.stderr.write('\nStopping; what is finished is kept.\n');
});

// a reader that has seen enough, such as head, is no error: what goes to files goes on
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const program = new Command('filterscope')
  .description('Trains a small CNN, or opens a trained one, and shows what every filter in it looks for.')
  .version(APP_VERSION)
  .option('--verbose', 'show the stack of an error')
  .option('--json', 'print the result as JSON, for machines')
  .exitOverride()
  .addHelpText('after', '\nExit codes: 0 done, 1 it failed, 2 wrong use, 130 ended by Ctrl-C.');

const session: Session = {
  signal: stop.signal,
  console: () => createConsole(program.opts<{ json?: boolean }>().json === true),
  tensorflow: async (out) => {
    await ensureTensorflow(out.fetching());
  },
};

for (const declare of [
  declareTrain,
  declareVisualize,
  declareQuestion,
  declareAnswer,
  declareGallery,
  declareInspect,
  declareConvert,
  declareDoctor,
  declareDemo,
]) {
  declare(program, session);
}

program.parseAsync().then(
  () => {
    if (stop.signal.aborted) process.exitCode = EXIT.interrupted;
  },
  (error: unknown) => {
    if (error instanceof CommanderError) {
      // commander has said it already; help and version are no errors
      process.exitCode = error.exitCode === 0 ? 0 : EXIT.misused;
      return;
    }
    if (stop.signal.aborted && error === stop.signal.reason) {
      process.exitCode = EXIT.interrupted;
      return;
    }
    const verbose = program.opts<{ verbose?: boolean }>().verbose === true;
    process.stderr.write(`${verbose && error instanceof Error ? (error.stack ?? '') : explain(error)}\n`);
    process.exitCode = error instanceof Misuse ? EXIT.misused : EXIT.failed;
  },
);
