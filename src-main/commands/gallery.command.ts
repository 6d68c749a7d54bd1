// How filterscope gallery and its commands are called.
import { Option, type Command } from 'commander';
import { displaySchema, type Display } from '../contract/method';
import { EXPORT_FORMATS, type ExportFormat } from '../store/export';
import { exportGallery, listGalleries, showGallery, verifyGallery } from './gallery';
import { whole } from './options';
import type { Session } from './session';

export function declareGallery(program: Command, session: Session): void {
  const gallery = program
    .command('gallery')
    .description('lists, shows, exports and verifies saved galleries');
  gallery
    .command('list')
    .description('the galleries in a folder')
    .argument('[folder]', 'folder that holds galleries', '.')
    .action((folder: string) => listGalleries(folder, session.console()));
  gallery
    .command('show')
    .description('what a gallery says of itself, unit by unit')
    .argument('<folder>', 'a gallery')
    .action((folder: string) => showGallery(folder, session.console()));
  gallery
    .command('verify')
    .description('checks every file of a gallery against its checksum')
    .argument('<folder>', 'a gallery')
    .action((folder: string) => verifyGallery(folder, session.console()));

  gallery
    .command('export')
    .description('writes a gallery as one file: a sheet, a zip, an animation of the way there, or a page')
    .argument('<folder>', 'a gallery')
    .argument('[file]', 'file to write; must not exist yet; named after the gallery by default')
    .addOption(new Option('--format <name>', 'what to write').choices(EXPORT_FORMATS).default('sheet'))
    .option('--zoom <n>', 'pixels per pixel, for sheet and apng', whole(1, 32))
    .addOption(
      new Option(
        '--display <name>',
        'how raw values become grey, for sheet and html; by default as saved',
      ).choices(displaySchema.options),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  filterscope gallery export strokes strokes.png --zoom 8\n  filterscope gallery export strokes --format html --display signed',
    )
    .action(
      (
        folder: string,
        file: string | undefined,
        { format, ...options }: { format: ExportFormat; zoom?: number; display?: Display },
      ) => exportGallery(folder, file, format, options, session.console()),
    );
}
