// The ranges that a model may expect of its pixels, in words.
import { affineOf, rangeNames, type RangeName } from '../src-main/contract/range';

const LABELS: Readonly<Record<RangeName, string>> = {
  '0..1': '0 to 1',
  '-1..1': '−1 to 1',
  '0..255': '0 to 255',
  imagenet: 'ImageNet mean and deviation',
};

/** What a model with so many channels may be said to expect: ImageNet's figures are of three. */
export const rangesFor = (channels: number): { value: RangeName; label: string }[] =>
  rangeNames
    .filter((name) => name !== 'imagenet' || channels === 3)
    .map((value) => ({ value, label: LABELS[value] }));

export const isRange = (name: string): name is RangeName => Object.hasOwn(LABELS, name);

/** True for what a model with so many channels can be told of its pixels. */
export const isStatable = (range: string, channels: number): boolean => {
  const affine = affineOf(range);
  return affine !== null && [1, channels].includes(affine.scale.length);
};

/** A range in words; one of the user's own stays as it was written. */
export const rangeLabel = (name: string): string => (isRange(name) ? LABELS[name] : name);
