// One unit's picture as the whitened prior is loosened: from the mean window to beyond anything that data shows, to none.
import type { Tensor2D } from '@tensorflow/tfjs-node';
import { ascend, type Ascent } from '../ascent/ascend';
import { sphere, type Constraint } from '../ascent/constraints';
import { classContrast, neuron } from '../ascent/objectives';
import { projectedAscent } from '../ascent/optimisers';
import { pixel, whitened, type Parametrisation } from '../ascent/parametrisations';
import { windowPrior } from '../ascent/prior';
import { bestReal, isOutput } from '../ascent/real';
import type { PriorLadder } from '../contract/evidence';
import { usualDisplay } from '../contract/method';
import { tf } from '../native/tensorflow';
import { unitRows } from '../network/kernels';
import type { Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { createRng } from '../network/rng';
import { show } from '../pictures/display';
import { png } from '../pictures/sheet';
import { RealSpace } from './real-space';
import { dot } from './statistics';
import { part, step, type Watch } from './watch';

/** So close together that a slider over them is seen as one movement. */
export const RADII = [1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9, 10.5, 12, 14, 16, 20] as const;

/** Every fourth radius is climbed for from noise, in so many steps; all others begin where these ended. */
const EVERY = 4;
const STEPS = 96;
const NEAR = { steps: 32, rate: 0.2 } as const;
/** Directions of which one is as good a start as the other. */
const SAME = 0.95;
/** Steps between two words of how far it is. */
const TOLD = 16;

/** Rows of a norm each; its gap is 1 − cos(θ, gradient), as the sphere's. */
function spheres(radii: readonly number[]): Constraint {
  const column = (): Tensor2D => tf.tensor2d([...radii], [radii.length, 1]);
  return {
    ...sphere(1),
    project: (theta) => unitRows(theta).mul(column()),
    advance: (theta, gradient, rate) => theta.add(unitRows(gradient).mul(column()).mul(rate)),
  };
}

/** Climbs for one unit from starts, each at its own radius. */
async function climb(
  { network, layer, unit }: { network: Network; layer: string; unit: number },
  parametrisation: Parametrisation,
  starts: readonly Float32Array[],
  radii: readonly number[],
  { steps, rate }: { steps: number; rate?: number },
  watch: Watch,
): Promise<Ascent> {
  const units = new Array<number>(starts.length).fill(unit);
  const objective = (isOutput(network, layer) ? classContrast : neuron)(network, layer, units);
  const constraint = spheres(radii);
  const optimiser = projectedAscent(constraint, rate);
  const all = Float32Array.from(starts.flatMap((start) => [...start]));
  const start = tf.tensor2d(all, [starts.length, parametrisation.size]);
  const frames = new Set(Array.from({ length: Math.ceil(steps / TOLD) }, (_, i) => i * TOLD));
  try {
    const run = ascend({
      ...{ objective, parametrisation, constraint, optimiser, start, steps, frames, seed: 0 },
      signal: watch.signal,
    });
    let next = await run.next();
    for (; next.done !== true; next = await run.next()) await step(watch, next.value.step / steps);
    watch.signal?.throwIfAborted();
    return next.value;
  } finally {
    objective.dispose();
    optimiser.dispose();
    start.dispose();
  }
}

interface Rung {
  readonly picture: Float32Array;
  readonly score: number;
  readonly gap: number;
}

const rungsOf = ({ images, scores, gaps }: Ascent): Rung[] => {
  const size = images.length / scores.length;
  return Array.from(scores, (score, i) => ({
    picture: images.slice(i * size, (i + 1) * size),
    score,
    gap: gaps[i] ?? NaN,
  }));
};

const cosine = (a: Float32Array, b: Float32Array): number =>
  dot(a, b) / (Math.hypot(...a) * Math.hypot(...b));

/** The rungs of a unit, ascending, the one without prior last; `windows` are real ones of the layer. */
export async function priorLadder(
  network: Network,
  layer: string,
  unit: number,
  windows: Float32Array,
  watch: Watch = {},
): Promise<PriorLadder> {
  const { height, width, whole } = windowOf(network, layer);
  const shape = { height, width, channels: network.input[2] };
  const size = height * width * shape.channels;
  const of = { network, layer, unit };
  const space = new RealSpace(windows, size);
  const prior = windowPrior(windows, size);
  const searched = whitened(prior, shape);
  /** z of pictures x = μ + z·axes: the axes are orthogonal. */
  const directions = (rungs: readonly Rung[]): Float32Array[] =>
    rungs.map(({ picture }) =>
      tf.tidy(() =>
        tf
          .matMul(tf.tensor2d(picture, [1, size]).sub<Tensor2D>(prior.mean), prior.axes, false, true)
          .div(prior.axes.square().sum(1))
          .dataSync<'float32'>(),
      ),
    );
  const starting = (by: Parametrisation): Float32Array =>
    tf.tidy(() => by.start(1, createRng(0).fork(0).fork(unit)).dataSync<'float32'>());
  try {
    const anchors = [...RADII.keys()].filter((i) => i % EVERY === 0);
    const start = starting(searched);
    const firm = rungsOf(
      await climb(
        ...([of, searched, anchors.map(() => start), anchors.map((i) => RADII[i] ?? NaN)] as const),
        ...([{ steps: STEPS }, part(watch, 0, 0.4)] as const),
      ),
    );
    const from = directions(firm);
    // each rung begins at the anchors beside it, at one of them where both are the same
    const tried = [...RADII.entries()].flatMap(([i, radius]) => {
      const at = Math.floor(i / EVERY);
      const near = i % EVERY === 0 ? [at, at - 1, at + 1] : [at, at + 1];
      const starts = near.flatMap((anchor) => from[anchor] ?? []);
      return starts
        .filter((z, k) => !starts.slice(0, k).some((other) => cosine(other, z) > SAME))
        .map((z) => ({ i, radius, z }));
    });
    const found = rungsOf(
      await climb(
        ...([of, searched, tried.map(({ z }) => z), tried.map(({ radius }) => radius)] as const),
        ...([NEAR, part(watch, 0.4, 0.9)] as const),
      ),
    );
    const rungs = [...RADII.keys()].map((i) =>
      found
        .filter((_, k) => tried[k]?.i === i)
        .reduce<Rung | null>(
          (best, one) => (best === null || one.score > best.score ? one : best),
          firm[anchors.indexOf(i)] ?? null,
        ),
    );
    const pixels = pixel(shape);
    const free = rungsOf(
      await climb(of, pixels, [starting(pixels)], [space.norm], { steps: STEPS }, part(watch, 0.9, 1)),
    );
    const all = [...rungs, ...free].filter((rung) => rung !== null);
    const { nearest } = space.compare(Float32Array.from(all.flatMap(({ picture }) => [...picture])));
    const best = bestReal(network, layer, windows)[unit] ?? NaN;
    return {
      bestOf: { windows: windows.length / size, all: false },
      rungs: all.map(({ picture, score, gap }, i) => {
        const radius = RADII[i] ?? null;
        const display = usualDisplay(radius === null ? 'plain' : 'whitened', {
          whole,
          channels: shape.channels,
        });
        return {
          ...{ radius, gap, ratio: score / best, nearestReal: nearest[i] ?? NaN },
          picture: { height, width, png: png(show(picture, shape, display)) },
        };
      }),
    };
  } finally {
    searched.dispose();
    prior.dispose();
    space.dispose();
  }
}
