// The datasets that the app knows by id.
import { existsSync } from 'node:fs';
import { UserError } from '../contract/errors';
import { openIdx, openMnist, type Dataset, type IdxPaths } from './dataset';

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

/** Where Debian's package dataset-fashion-mnist puts its files (Xiao, Rasul & Vollgraf 2017). */
const FASHION_FOLDER = '/usr/share/datasets/fashion-mnist';
const FASHION_PATHS: IdxPaths = {
  trainImages: `${FASHION_FOLDER}/train-images-idx3-ubyte.gz`,
  trainLabels: `${FASHION_FOLDER}/train-labels-idx1-ubyte.gz`,
  testImages: `${FASHION_FOLDER}/t10k-images-idx3-ubyte.gz`,
  testLabels: `${FASHION_FOLDER}/t10k-labels-idx1-ubyte.gz`,
};

/** Class names of Fashion-MNIST in the order of its labels, as its README has them. */
export const FASHION_CLASSES: readonly string[] = [
  'T-shirt',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

const FASHION: DatasetEntry = {
  ...{ id: 'fashion', name: 'Fashion-MNIST', train: 60_000, test: 10_000, height: 28, width: 28 },
  open: () => openIdx('Fashion-MNIST', FASHION_PATHS, FASHION_CLASSES),
};

/** The datasets on this machine: MNIST always, Fashion-MNIST where its package is installed. */
export const catalogue = (): readonly DatasetEntry[] =>
  Object.values(FASHION_PATHS).every((path: string) => existsSync(path)) ? [MNIST, FASHION] : [MNIST];

/** The dataset to judge a model of this input by: that of the given name, else the first whose images it takes. */
export function judging(
  { height, width, channels }: { readonly height: number; readonly width: number; readonly channels: number },
  name: string | null,
  among: readonly DatasetEntry[] = catalogue(),
): DatasetEntry | undefined {
  const fits = among.filter((data) => channels === 1 && data.height === height && data.width === width);
  return fits.find((data) => data.name === name) ?? fits[0];
}

/** Reads a dataset by its id. Throws a UserError for one that is not there. */
export function openDataset(id: string): Dataset {
  const entry = catalogue().find((candidate) => candidate.id === id);
  if (entry === undefined) {
    const names = catalogue().map((entry) => entry.id);
    throw new UserError(
      `There is no dataset "${id}" on this machine.`,
      id === FASHION.id
        ? 'Install the package dataset-fashion-mnist, or name your own four IDX files.'
        : `Choose one of ${names.join(', ')}.`,
    );
  }
  return entry.open();
}
