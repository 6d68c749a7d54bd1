// The picture of every unit of a layer by one method, batch by batch, with its curves.
import { UserError } from '../contract/errors';
import type { GalleryUnit } from '../contract/gallery';
import type { Method } from '../contract/method';
import { nodeOf, sourceOf, unitLayers, type Network } from '../network/network';
import type { Ascent, Frame } from './ascend';
import { bestRows, gather, unitsAtOnce } from './batches';
import { chosenBudget } from './budget';
import { LayerAscent } from './layer-ascent';
import type { PictureSize } from './parametrisations';
import { isOutput } from './real';
import { unitOf } from './unit-state';

/** Our methods; the question's own stands in question/, those of others in methods/peers. */
export type AscentMethod = Extract<Method, { name: 'whitened' | 'plain' | 'box' | 'fourier' }>;

export interface VisualizeOptions<M = AscentMethod> {
  readonly network: Network;
  readonly layer: string;
  /** Units to visualise; null for all. */
  readonly units: readonly number[] | null;
  readonly method: M;
  readonly seed: number;
  /** Real windows of the layer's window [n × h × w × c], 0..1; none where there is no data. */
  readonly windows: Float32Array;
  /** Greatest objective of each of the layer's units over them, where it is known already. */
  readonly best?: Float32Array;
  /** Steps before whose update a frame is yielded. */
  readonly frameSteps?: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * A moment of the whole layer, in the order of the units asked for; NaN and 0 for units whose turn has not come. Of very
 * large pictures every frame holds the same array: it is to be read before the next.
 */
export type VisualizeFrame = Frame & {
  /** How much of the work for all units is done, 0..1. */
  readonly share: number;
};

/** Values of every unit at each of the steps. */
export interface Curves {
  readonly steps: number[];
  readonly scores: Float32Array[];
  readonly gradientNorms: Float32Array[];
  readonly cosines: Float32Array[];
}

export interface Visualization {
  /** The method with every 'auto' replaced by the value used. */
  readonly method: Method;
  readonly picture: PictureSize;
  readonly units: GalleryUnit[];
  /** [units × h × w × c] */
  readonly images: Float32Array;
  readonly curves: Curves;
}

/** Throws a UserError for a layer without units or units that it does not have; gives the units to do. */
export function chosenUnits(network: Network, layer: string, units: readonly number[] | null): number[] {
  const layers = unitLayers(network).map(({ name }) => name);
  if (!layers.includes(layer)) {
    throw new UserError(
      `The model has no layer "${layer}" with units.`,
      `Choose one of ${layers.join(', ')}.`,
    );
  }
  const count = nodeOf(network, layer).shape[2];
  const wrong = units?.find((unit) => unit >= count);
  if (wrong !== undefined) {
    throw new UserError(`${layer} has no unit ${wrong}.`, `Choose units from 0 to ${count - 1}.`);
  }
  return units === null ? [...Array(count).keys()] : [...units];
}

/** Bytes of all pictures from which on the frames share one array instead of having a copy each. */
const SHARED_BYTES = 1e8;
function resolved(method: AscentMethod, budget: number): Method {
  switch (method.name) {
    case 'whitened':
    case 'fourier':
      return { ...method, radius: budget };
    case 'plain':
      return { ...method, norm: budget };
    case 'box':
      return method;
  }
}

/** Steps of about `count` frames, close together at the start, where the picture changes most. */
export function frameSteps(steps: number, count = 24): number[] {
  const all = Array.from({ length: count }, (_, i) => Math.round(steps ** (i / (count - 1))) - 1);
  return [...new Set(all)];
}

/**
 * Visualises units of a layer, all in one batch unless memory forbids it. 'whitened' searches x = μ + z·axes with
 * ‖z‖ = radius in the principal axes of real windows; 'plain' pixels on a sphere, by default of the median norm
 * of the real windows; 'fourier' 1/f-scaled DCT coefficients on a sphere; 'box' pixels in 0..1. The objective is
 * the unit's pre-activation, for the output layer the class's contrast. A unit that no real window excites, or
 * that nothing moves, is dead. An abort ends it with what it has. Throws a UserError for a layer without units.
 */
export async function* visualize(options: VisualizeOptions): AsyncGenerator<VisualizeFrame, Visualization> {
  const { network, layer: name, method, signal } = options;
  const units = chosenUnits(network, name, options.units);
  const frames = new Set(options.frameSteps ?? frameSteps(method.steps));
  const layer = new LayerAscent(options);
  const { size } = layer;
  const pixels = size.height * size.width * size.channels;
  const linear = sourceOf(network, nodeOf(network, name)).operation.op === 'input';
  const { starts, steps } = method;
  const batch = Math.min(units.length, unitsAtOnce(network, name, size, starts));
  const kind = { linear, output: isOutput(network, name), inBox: method.name === 'box' };
  // a frame costs about as much as a step
  const work = steps + [...frames].filter((step) => step < steps).length;
  const images = new Float32Array(units.length * pixels);
  const known: GalleryUnit[] = [];
  const moments = new Map<number, Omit<Frame, 'images'>>();
  try {
    const budget = await chosenBudget(layer, units);
    for (let from = 0; from < units.length && (from === 0 || signal?.aborted !== true); from += batch) {
      const part = units.slice(from, from + batch);
      const seen: Frame[] = [];
      const run = layer.climb(part, budget, steps, starts, frames);
      let found: Ascent | null = null;
      try {
        let next = await run.next();
        for (; next.done !== true; next = await run.next()) {
          const frame = next.value;
          const rows = bestRows(frame.scores, part.length);
          images.set(gather(frame.images, pixels, rows), from * pixels);
          seen.push({ ...frame, images: new Float32Array(0) });
          const blank = (): Float32Array => new Float32Array(units.length).fill(NaN);
          const moment = moments.get(frame.step) ?? {
            ...{ step: frame.step, scores: blank(), gradientNorms: blank(), cosines: blank() },
          };
          moments.set(frame.step, moment);
          for (const key of ['scores', 'gradientNorms', 'cosines'] as const) {
            moment[key].set(gather(frame[key], 1, rows), from);
          }
          const done = from + (part.length * (frame.step + seen.length)) / work;
          const shown = images.byteLength > SHARED_BYTES ? images : images.slice();
          yield { ...moment, images: shown, share: done / units.length };
        }
        found = next.value;
      } finally {
        // whoever stops listening in the middle leaves no tensor behind
        if (found === null) await run.return(undefined as never);
      }
      const rows = bestRows(found.scores, part.length);
      images.set(gather(found.images, pixels, rows), from * pixels);
      // the curves that are kept are those of the start that won
      for (const frame of seen) {
        const moment = moments.get(frame.step);
        for (const key of ['scores', 'gradientNorms', 'cosines'] as const) {
          moment?.[key].set(gather(frame[key], 1, rows), from);
        }
      }
      part.forEach((unit, i) => {
        const startScores = Array.from(
          { length: starts },
          (_, s) => found.scores[s * part.length + i] as number,
        );
        const bestReal = layer.best[unit] as number;
        known.push(unitOf({ unit, found, row: rows[i] as number, bestReal, budget, startScores, ...kind }));
      });
    }
    const ordered = [...moments.values()].sort((a, b) => a.step - b.step);
    const curves: Curves = {
      steps: ordered.map(({ step }) => step),
      scores: ordered.map(({ scores }) => scores),
      gradientNorms: ordered.map(({ gradientNorms }) => gradientNorms),
      cosines: ordered.map(({ cosines }) => cosines),
    };
    // an abort between two batches leaves the later units undone: they are not claimed
    const done = images.subarray(0, known.length * pixels);
    return { method: resolved(method, budget), picture: size, units: known, images: done, curves };
  } finally {
    layer.dispose();
  }
}
