// What ONNX' Slice and Split take of an axis, be it of an image or of a constant.
import type { Context } from './context';

export interface Cut {
  /** As the file counts it: the batch's is 0, negative ones count from the last. */
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** The cuts of a Slice, one an axis that it names. */
export function cutsOf(context: Context): Cut[] {
  const starts = context.intsAt(1, 'starts') ?? [];
  const ends = context.intsAt(2, 'ends') ?? [];
  const axes = context.intsAt(3, 'axes') ?? starts.map((_, i) => i);
  const steps = context.optional(4)?.data ?? starts.map(() => 1);
  return axes.map((axis, i) => {
    const [start, end, step] = [starts[i] as number, ends[i] as number, steps[i] as number];
    if (!Number.isInteger(step)) throw new RangeError(`it goes in steps of ${step}`);
    return { axis, start, end, step };
  });
}

/** The places of an axis of `side` elements that a cut takes, in its order; its step is not 0. */
export function placesOf({ start, end, step }: Cut, side: number): number[] {
  // backwards it may go on to before the first
  const [least, most] = step > 0 ? [0, side] : [-1, side - 1];
  const clamp = (at: number): number => Math.min(most, Math.max(least, at < 0 ? at + side : at));
  const places: number[] = [];
  for (let at = clamp(start), last = clamp(end); step > 0 ? at < last : at > last; at += step)
    places.push(at);
  return places;
}

/** Sides of the parts that a Split makes of an axis of `side` elements: stated ones, or even ones but for the last. */
export function splitsOf(context: Context, side: number): number[] {
  const { outputs } = context.node;
  const even = Math.ceil(side / outputs.length);
  return context.intsAt(1, 'split') ?? outputs.map((_, i) => Math.min(even, side - i * even));
}
