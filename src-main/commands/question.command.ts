// How filterscope question is called.
import type { Command } from 'commander';
import { repairsSchema, type Repairs } from '../contract/method';
import { Misuse, seed, whole } from './options';
import type { Session } from './session';

const repairNames = Object.keys(repairsSchema.shape) as (keyof Repairs)[];

export function declareQuestion(program: Command, session: Session): void {
  program
    .command('question')
    .description("runs the question's own method, faults and all, and saves its sheet and curves")
    .argument('<model>', 'folder of a TensorFlow.js LayersModel')
    .argument('<folder>', 'folder to save into; must not exist yet')
    .option('--layer <name>', 'a convolution', 'conv1')
    .option('--iterations <n>', 'iterations per filter', whole(1, 20_000), 5000)
    .option('--iterated', 'do every iteration in float32 instead of the closed form', false)
    .option('--remove-negatives', 'set negative pixels to 0 first', false)
    .option('--rescale', 'rescale to 0..255 instead of (x − mean)/std', false)
    .option('-n <n>', 'the sheet is n × n', whole(1, 8), 3)
    .option('--repair <names>', `faults to repair, comma-separated: ${repairNames.join(', ')}`, '')
    .option('--seed <n>', 'seed', seed, 0)
    .addHelpText(
      'after',
      '\nExample: filterscope question my-model out --layer conv2 --repair filterIndex,allFilters',
    )
    .action(
      async (
        model: string,
        folder: string,
        options: Record<'iterations' | 'n' | 'seed', number> &
          Record<'iterated' | 'removeNegatives' | 'rescale', boolean> & { layer: string; repair: string },
      ) => {
        const wanted = options.repair.split(',').filter((name) => name !== '');
        const unknown = wanted.find((name) => !repairNames.includes(name as keyof Repairs));
        if (unknown !== undefined) {
          throw new Misuse(`There is no repair "${unknown}".`, `Choose from ${repairNames.join(', ')}.`);
        }
        const repairs = repairsSchema.parse(Object.fromEntries(wanted.map((name) => [name, true])));
        const { rescale, ...flags } = options;
        const out = session.console();
        await session.tensorflow(out);
        const [{ askQuestion }, { openModel }] = await Promise.all([
          import('./question'),
          import('../network/formats/open'),
        ]);
        const network = await openModel(model);
        out.result(
          await askQuestion(network, folder, { ...flags, normalize: !rescale, repairs }, out, session.signal),
        );
        out.say(`Saved in ${folder}: TF_vis_${flags.n}x${flags.n}.png, all.png, curves.csv`);
        network.dispose();
      },
    );
}
