// What a model expects of its pixels, as a text that the screens, the command line and saved files share.
import { z } from 'zod';

/** The model's own input is pixels 0..1 times `scale` plus `offset`: one number for all channels, or one each. */
export interface Affine {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

/** Means and deviations of ImageNet's training images, as torchvision and Keras' mode "torch" take them. */
const IMAGENET = 'mean 0.485, 0.456, 0.406 std 0.229, 0.224, 0.225';

/** Ranges by name. */
const KNOWN = { '0..1': '0..1', '-1..1': '-1..1', '0..255': '0..255', imagenet: IMAGENET } as const;
export type RangeName = keyof typeof KNOWN;
export const rangeNames = Object.keys(KNOWN) as readonly RangeName[];

/** How a range of one's own is written. */
export const RANGE_HELP =
  'black..white such as -0.5..0.5, or "mean 0.5 std 0.25" of pixels 0..1, one number or one a channel, with "of 255" for those of bytes';

const MOST = 1e6;
const isSound = (values: readonly number[]): boolean =>
  values.length > 0 && values.length <= 64 && values.every((value) => Math.abs(value) <= MOST);

const numbers = (text: string): number[] =>
  text.split(/[\s,]+/).flatMap((part) => (part === '' ? [] : [Number(part)]));

/** (x − mean) / deviation of pixels 0..top. */
function standardised(mean: readonly number[], deviation: readonly number[], top: number): Affine | null {
  const count = Math.max(mean.length, deviation.length);
  const each = (values: readonly number[], i: number): number => values[values.length === 1 ? 0 : i] ?? NaN;
  const scale = Array.from({ length: count }, (_, i) => top / each(deviation, i));
  const offset = Array.from({ length: count }, (_, i) => -each(mean, i) / each(deviation, i));
  return isSound(scale) && isSound(offset) ? { scale, offset } : null;
}

/** What a range says; null for a text that is none. */
export function affineOf(range: string): Affine | null {
  const plain = range.trim().replaceAll('−', '-').toLowerCase();
  const text = Object.hasOwn(KNOWN, plain) ? KNOWN[plain as RangeName] : plain;
  const limits = /^([^.\s]*(?:\.\d+)?[^.\s]*)\s*\.\.\s*(\S+)$/.exec(text);
  if (limits !== null) {
    const [black = NaN, white = NaN] = limits.slice(1).map((part) => (part === '' ? NaN : Number(part)));
    return isSound([black, white]) && black !== white ? { scale: [white - black], offset: [black] } : null;
  }
  const parts = /^mean\s+([-+\d.,e\s]+?)\s*(?:std\s+([-+\d.,e\s]+?)\s*)?(of\s+255)?$/.exec(text);
  if (parts === null) return null;
  const [, mean = '', deviation = '1', bytes] = parts;
  return standardised(numbers(mean), numbers(deviation), bytes === undefined ? 1 : 255);
}

/** A range as a user writes it, parsed to how it is kept and shown. */
export const rangeSchema = z
  .string()
  .trim()
  .min(1)
  .max(400)
  .transform((text) => text.replace(/\s+/g, ' '))
  .refine((text) => affineOf(text) !== null, `Write ${RANGE_HELP}`);
