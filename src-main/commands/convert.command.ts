// How filterscope convert is called.
import type { Command } from 'commander';
import type { Session } from './session';

export function declareConvert(program: Command, session: Session): void {
  program
    .command('convert')
    .description(
      'writes a Keras or ONNX model as a TensorFlow.js LayersModel, and says whether that computes the same',
    )
    .argument('<model>', 'a .keras or .h5 file, or a TensorFlow.js LayersModel')
    .argument('<folder>', 'folder to write; must not exist yet')
    .option('--half', 'write weights in half precision: half the space, each rounded to 11 bits')
    .addHelpText('after', '\nExample: filterscope convert model.keras model-tfjs --half')
    .action(async (model: string, folder: string, { half = false }: { half?: boolean }) => {
      const out = session.console();
      await session.tensorflow(out);
      const { convertFile } = await import('./convert');
      await convertFile(model, folder, half ? 'float16' : 'float32', out, session.signal);
    });
}
