// Where pictures are and how large they are drawn.
import { media, SHEET_COLUMNS } from '../src-main/contract/media';
import type { Display } from '../src-main/contract/method';

/** The greatest whole scale at which a picture fits a box; a picture larger than the box is halved, thirded, … instead. */
export function placeIn(box: number, height: number, width: number): number {
  const side = Math.max(height, width, 1);
  return side <= box ? Math.floor(box / side) : 1 / Math.ceil(side / box);
}

/** Addresses in style sheets are relative to the style sheet: these are made whole. */
export const whole = (url: string): string => new URL(url, document.baseURI).href;

/** The sheet of a run's frame. */
export const runSheet = (run: string, frame: number, display: Display): string =>
  whole(media.runSheet(run, frame, display));

export { media, SHEET_COLUMNS };

export const displays: readonly { value: Display; label: string; hint: string }[] = [
  { value: 'contrast', label: 'Contrast', hint: 'Its own minimum black, its own maximum white' },
  { value: 'percentile', label: 'Percentile', hint: '1st percentile black, 99th white' },
  { value: 'signed', label: 'Signed', hint: 'Zero is mid grey; the greatest magnitude black or white' },
  { value: 'ink', label: 'Ink', hint: '0 black, 1 white, clipped: as the network would see it' },
  { value: 'positive', label: 'Positive', hint: 'Negatives removed, then 0 to its maximum' },
  {
    value: 'meanStd',
    label: 'Mean/std',
    hint: 'The question’s normalisation: (x − mean)/std, −2.5 to 2.5 shown',
  },
  { value: 'shared', label: 'Shared', hint: 'The whole layer’s minimum black, its maximum white' },
];

/** The display after this one, round and round. */
export const displayAfter = (display: Display): Display =>
  displays[(displays.findIndex(({ value }) => value === display) + 1) % displays.length]?.value ?? 'contrast';
