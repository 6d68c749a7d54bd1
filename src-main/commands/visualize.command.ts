// How filterscope visualize is called.
import type { Command } from 'commander';
import { methodSchema, type Method } from '../contract/method';
import type { Dataset } from '../datasets/dataset';
import type { Network } from '../network/network';
import {
  checked,
  dataFiles,
  decimal,
  isOwn,
  Misuse,
  MODEL,
  openData,
  parseUnits,
  seed,
  whole,
  withData,
  withModel,
  type DataFlags,
} from './options';
import type { Session } from './session';

const METHOD_NAMES: readonly string[] = methodSchema.options.map(({ shape }) => shape.name.value);

export function declareVisualize(program: Command, session: Session): void {
  withModel(
    withData(
      program
        .command('visualize')
        .description("makes the pictures of a layer's units and saves them as a gallery")
        .argument('<model>', MODEL)
        .argument('<folder>', 'folder to save the gallery in; must not exist yet')
        .requiredOption('--layer <name>', 'one that inspect lists, such as conv1')
        .option('--units <list>', 'units like 3,7-9; all by default')
        .option('--method <name>', METHOD_NAMES.join(', '), 'whitened')
        .option(
          '--budget <x>',
          "radius of 'whitened' and 'fourier', norm of 'plain'; by default chosen from the data",
          decimal,
        )
        .option('--steps <n>', "steps of the ascent; by default the method's own", whole(1, 20_000))
        .option('--starts <n>', 'starts per unit, of which the best is kept', whole(1, 64), 1)
        .option('--seed <n>', 'seed', seed, 0),
    ),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  filterscope visualize my-model out --layer conv2\n  filterscope visualize my-model noise --layer classes --method plain --units 0-4',
    )
    .action(
      async (
        model: string,
        folder: string,
        options: DataFlags &
          Record<'starts' | 'seed', number> & {
            steps?: number;
            layer: string;
            units?: string;
            method: string;
            budget?: number;
            range?: string;
            size?: number;
          },
        command: Command,
      ) => {
        const { method: name, budget, starts, layer } = options;
        if (!METHOD_NAMES.includes(name)) {
          throw new Misuse(`There is no method "${name}".`, `Choose one of ${METHOD_NAMES.join(', ')}.`);
        }
        const method: Method = checked(
          () =>
            methodSchema.parse({
              name,
              starts,
              ...(options.steps === undefined ? {} : { steps: options.steps }),
              ...(budget === undefined ? {} : { radius: budget, norm: budget }),
            }),
          { radius: 'budget', norm: 'budget' },
        );
        const units = parseUnits(options.units);
        dataFiles(options);
        const out = session.console();
        await session.tensorflow(out);
        const { visualizeModel } = await import('./visualize');
        const { range, size } = options;
        const wanted = { layer, units, method, seed: options.seed, range, size };
        const stated = ['data', 'trainImages', 'trainLabels', 'testImages', 'testLabels'];
        const data = async ({ input }: Network): Promise<Dataset | null> => {
          if (options.data === 'none') return null;
          const [height, width, channels] = input;
          const { targetFor } = await import('../datasets/own/source');
          const target = isOwn(options) ? targetFor(input) : null;
          const found = await openData(options, { target }, out, session.signal);
          const fits = found.channels === channels && found.height === height && found.width === width;
          // data that nobody asked for and that does not fit is left out
          const asked = stated.some((name) => command.getOptionValueSource(name) === 'cli');
          return fits || asked ? found : null;
        };
        await visualizeModel(model, data, folder, wanted, out, session.signal);
      },
    );
}
