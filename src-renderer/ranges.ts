// The ranges that a model may expect of its pixels, in words.
import type { RangeName } from '../src-main/contract/model';

const LABELS: Readonly<Record<RangeName, string>> = {
  '0..1': '0 to 1',
  '-1..1': '−1 to 1',
  '0..255': '0 to 255',
  imagenet: 'ImageNet mean and deviation',
};

/** What a model with so many channels may be said to expect: ImageNet's figures are of three. */
export const rangesFor = (channels: number): { value: RangeName; label: string }[] =>
  (Object.keys(LABELS) as RangeName[])
    .filter((name) => name !== 'imagenet' || channels === 3)
    .map((value) => ({ value, label: LABELS[value] }));

export const isRange = (name: string): name is RangeName => Object.hasOwn(LABELS, name);

/** A range's name in words; a name of the file's own stays. */
export const rangeLabel = (name: string): string => (isRange(name) ? LABELS[name] : name);
