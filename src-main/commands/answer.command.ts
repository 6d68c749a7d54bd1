// How filterscope answer is called.
import type { Command } from 'commander';
import type { Dataset } from '../datasets/dataset';
import type { Target } from '../datasets/target';
import { dataFiles, isOwn, openData, seed, whole, withData, type DataFlags } from './options';
import type { Session } from './session';

export function declareAnswer(program: Command, session: Session): void {
  withData(
    program
      .command('answer')
      .description("answers the question's four questions for a model, as one HTML file")
      .argument('<model>', 'folder of a TensorFlow.js LayersModel, or a model file')
      .argument('<file>', 'HTML file to write; must not exist yet')
      .option(
        '--others <folders>',
        'models of the same task from other seeds, comma-separated; the shipped ones by default',
      )
      .option('--units <n>', 'units of each layer that are looked at', whole(2, 512), 20)
      .option('--seed <n>', 'seed', seed, 0)
      .option('--as-data <file>', 'also write the answer as the app reads it, in MessagePack'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  filterscope answer my-model answer.html\n  filterscope answer clothes clothes.html --data fashion --json',
    )
    .action(
      async (
        model: string,
        file: string,
        options: DataFlags & { others?: string; units: number; seed: number; asData?: string },
      ) => {
        dataFiles(options);
        const out = session.console();
        await session.tensorflow(out);
        const { answerQuestion } = await import('./answer');
        const others = options.others?.split(',').filter((name) => name !== '') ?? null;
        const { units, seed: from, asData = null } = options;
        const wanted = { others, units, seed: from, asData };
        const data = (target: Target | null): Promise<Dataset> =>
          openData(options, { target }, out, session.signal);
        await answerQuestion(model, { read: data, isOwn: isOwn(options) }, file, wanted, out, session.signal);
      },
    );
}
