// What a model expects of its pixels: 0..1, −1..1, 0..255 or standardised, and how the network is told.
import { UserError } from '../../contract/errors';
import { affineOf, type Affine, RANGE_HELP, rangeNames } from '../../contract/range';
import type { InputScaling } from '../network';
import type { GraphBuilder } from './graph-builder';

/** The scaling that someone states in words (contract/range). Throws a UserError for words that say none. */
export function statedScaling(range: string): InputScaling {
  const found = affineOf(range);
  if (found === null) {
    throw new UserError(
      `There is no input range "${range}".`,
      `Choose one of ${rangeNames.join(', ')}, or write ${RANGE_HELP}.`,
    );
  }
  return { name: range, ...found, source: 'stated' };
}

/**
 * What the first step of a model, x·scale + offset, says of the range of x: what brings 0..255 to about −2.5..2.5 is made
 * for bytes, what does so with 0..1 for those. Null where it says nothing.
 */
export function scalingBefore(scale: readonly number[], offset: readonly number[]): InputScaling | null {
  const found = (name: '0..1' | '0..255'): InputScaling => ({
    ...(affineOf(name) as Affine),
    name,
    source: 'found',
  });
  const extreme = (top: number): number =>
    Math.max(
      ...scale.flatMap((factor, i) => [offset[i] ?? 0, factor * top + (offset[i] ?? 0)].map(Math.abs)),
    );
  if (scale.every((factor) => Math.abs(factor) <= 0.1) && extreme(255) <= 8) return found('0..255');
  if (scale.some((factor) => Math.abs(factor) > 1) && extreme(1) <= 8) return found('0..1');
  return null;
}

export const assumedScaling: InputScaling = { name: '0..1', scale: [1], offset: [0], source: 'assumed' };

/** Adds the step from pixels 0..1 to what the model expects, where it is one; says the node that the model starts from. */
export function placeScaling(builder: GraphBuilder, image: string, { scale, offset }: InputScaling): string {
  const channels = builder.shapeOf(image).at(-1) as number;
  for (const values of [scale, offset]) {
    if (values.length !== 1 && values.length !== channels) {
      throw new UserError(
        `The input range has ${values.length} channels; the model takes ${channels}.`,
        'State one number for all channels, or one each.',
      );
    }
  }
  if (scale.every((factor) => factor === 1) && offset.every((term) => term === 0)) return image;
  return builder.add(
    'input/scaled',
    {
      op: 'affine',
      scale: builder.tensor(scale, [scale.length]),
      offset: builder.tensor(offset, [offset.length]),
    },
    [image],
  );
}
