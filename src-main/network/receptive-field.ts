// Which part of the input a unit can see, worked out from the geometry of the layers below it.
import type { Axis, Interval } from './geometry';
import { inputOf, type Network } from './network';
import { neededAlong, strideAlong } from './placement';

/** Along one axis: a unit at output position i sees input pixels start + i·stride … + size − 1. */
export interface FieldAxis {
  readonly size: number;
  /**
   * Pixels from one unit to the next. A fraction where the layers below upsample: the sentence above then holds for
   * the positions i at which i·stride is whole, and units between them see a pixel more or less.
   */
  readonly stride: number;
  /** First input pixel that the unit at position 0 sees; negative where padding is seen. */
  readonly start: number;
}

export interface ReceptiveField {
  readonly rows: FieldAxis;
  readonly columns: FieldAxis;
}

/** The middle of what the unit at position 0 sees, in pixels: 0 is the middle of the first one. */
export const centreOf = ({ start, size }: FieldAxis): number => start + (size - 1) / 2;

const fields = new WeakMap<Network, Map<string, ReceptiveField | null>>();

/**
 * The receptive field of a node's units, or null when they see the whole image (dense layers and beyond) or what
 * they see depends on their place in it. Where branches meet it is the union of theirs. Found by walking from the
 * unit at position 0 back to the input; for a chain of layers that is the recurrence of Araujo, Norris & Sim 2019,
 * "Computing receptive fields of convolutional neural networks".
 */
export function receptiveField(network: Network, name: string): ReceptiveField | null {
  let known = fields.get(network);
  if (known === undefined) fields.set(network, (known = new Map<string, ReceptiveField | null>()));
  let field = known.get(name);
  if (field === undefined) {
    const [rows, columns] = [fieldAlong(network, name, 0), fieldAlong(network, name, 1)];
    known.set(name, (field = rows && columns ? { rows, columns } : null));
  }
  return field;
}

function fieldAlong(network: Network, name: string, axis: Axis): FieldAxis | null {
  const stride = strideAlong(network, name, axis);
  const seen = neededAlong(network, name, axis, { first: 0, last: 0 })?.get(inputOf(network).name);
  if (seen === undefined || stride === null) return null;
  const { first, last }: Interval = seen;
  return { size: last - first + 1, stride, start: first };
}

/**
 * Height and width of the picture that a unit is optimised on: its receptive field where that is smaller than
 * the image in both directions, else the whole image.
 */
export function windowOf(network: Network, name: string): { height: number; width: number; whole: boolean } {
  const [height, width] = network.input;
  const field = receptiveField(network, name);
  if (field !== null && field.rows.size <= height && field.columns.size <= width) {
    return { height: field.rows.size, width: field.columns.size, whole: false };
  }
  return { height, width, whole: true };
}
