// The job 'readData': reads data of the user's own, with progress, so that what follows has it at hand.
import { UserError } from '../contract/errors';
import type { Handler } from './job';
import { withDataset } from './real';

export const readData: Handler<'readData'> = async ({ dataset, target, side }, { signal, progress }) => {
  try {
    return await withDataset(
      dataset,
      target,
      ({ name, train, test, height, width, channels, classes, notes }) => ({
        ...{ name, height, width, channels, classes, notes },
        ...{ train: train.count, test: test.count },
      }),
      { side: side ?? undefined, signal, progress },
    );
  } catch (error) {
    if (signal.aborted) throw new UserError('Reading was stopped.', 'Choose the data again to read it.');
    throw error;
  }
};
