// The datasets that the app knows by id.
import { UserError } from '../contract/errors';
import { openMnist, type Dataset } from './dataset';

/** What can be said of a dataset before it is read. */
export interface DatasetEntry {
  readonly id: string;
  readonly name: string;
  readonly train: number;
  readonly test: number;
  readonly height: number;
  readonly width: number;
  readonly open: () => Dataset;
}

const MNIST: DatasetEntry = {
  ...{ id: 'mnist', name: 'MNIST', train: 60_000, test: 10_000, height: 28, width: 28 },
  open: openMnist,
};

/** The datasets on this machine. */
export const catalogue = (): readonly DatasetEntry[] => [MNIST];

/** Reads a dataset by its id. Throws a UserError for one that is not there. */
export function openDataset(id: string): Dataset {
  const entry = catalogue().find((candidate) => candidate.id === id);
  if (entry === undefined) {
    const names = catalogue().map(({ name }) => name);
    throw new UserError(`There is no dataset "${id}" on this machine.`, `Choose one of ${names.join(', ')}.`);
  }
  return entry.open();
}
