// Restarts of one unit as facets: how many different pictures excite it about as much.
import { ascend } from '../ascent/ascend';
import { sphere } from '../ascent/constraints';
import { classContrast, neuron } from '../ascent/objectives';
import { projectedAscent } from '../ascent/optimisers';
import { pixel, whitened } from '../ascent/parametrisations';
import { windowPrior } from '../ascent/prior';
import { isOutput } from '../ascent/real';
import type { Facets } from '../contract/evidence';
import { UserError } from '../contract/errors';
import { usualDisplay, type Method } from '../contract/method';
import type { Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { createRng } from '../network/rng';
import { show } from '../pictures/display';
import { png } from '../pictures/sheet';
import { duplicates } from './selectivity';
import { correlations } from './statistics';
import { step, type Watch } from './watch';

const STARTS = 16;
const STEPS = 128;
/** Steps at which it is said how far they are. */
const TOLD = new Set(Array.from({ length: 16 }, (_, i) => (i * STEPS) / 16));

/** The starts of one unit by 'whitened' or 'plain' at the method's own budget, [starts × window], with their scores. */
export async function restarts(
  network: Network,
  layer: string,
  unit: number,
  method: Method,
  windows: Float32Array,
  { starts = STARTS, seed = 0 }: { starts?: number; seed?: number } = {},
  watch: Watch = {},
): Promise<{ images: Float32Array; scores: Float32Array }> {
  const { height, width } = windowOf(network, layer);
  const size = { height, width, channels: network.input[2] };
  const budget = method.name === 'whitened' ? method.radius : method.name === 'plain' ? method.norm : null;
  if (typeof budget !== 'number') {
    throw new UserError(
      `The starts of "${method.name}" have no common size.`,
      'Take a finished run of the whitened or the plain method.',
    );
  }
  const prior =
    method.name === 'whitened' ? windowPrior(windows, size.height * size.width * size.channels) : null;
  const parametrisation = prior === null ? pixel(size) : whitened(prior, size);
  const constraint = sphere(budget);
  const optimiser = projectedAscent(constraint);
  const objective = (isOutput(network, layer) ? classContrast : neuron)(
    network,
    layer,
    new Array<number>(starts).fill(unit),
  );
  const start = parametrisation.start(starts, createRng(seed).fork(unit));
  try {
    const run = ascend({
      ...{ objective, parametrisation, constraint, optimiser, start, steps: STEPS, seed },
      ...{ frames: TOLD, signal: watch.signal },
    });
    let next = await run.next();
    for (; next.done !== true; next = await run.next()) await step(watch, next.value.step / STEPS);
    watch.signal?.throwIfAborted();
    return { images: next.value.images, scores: next.value.scores };
  } finally {
    objective.dispose();
    optimiser.dispose();
    start.dispose();
    parametrisation.dispose();
    prior?.dispose();
  }
}

/** Starts sorted into clusters of pictures that correlate above 0.8, by the score of the best in each. */
export async function facets(
  network: Network,
  layer: string,
  unit: number,
  method: Method,
  windows: Float32Array,
  options: { starts?: number; seed?: number } = {},
  watch: Watch = {},
): Promise<Facets> {
  const { images, scores } = await restarts(network, layer, unit, method, windows, options, watch);
  const starts = scores.length;
  const size = images.length / starts;
  const clusters = duplicates(correlations(images, starts));
  const { height, width, whole } = windowOf(network, layer);
  const shape = { height, width, channels: network.input[2] };
  const display = usualDisplay(method.name, { whole, channels: shape.channels });
  const found = [...new Set(clusters)].map((cluster) => {
    const members = [...clusters.keys()].filter((i) => clusters[i] === cluster);
    const best = members.reduce((a, b) => ((scores[b] as number) > (scores[a] as number) ? b : a));
    const picture = images.subarray(best * size, (best + 1) * size);
    return {
      score: scores[best] as number,
      starts: members.length,
      picture: { height, width, png: png(show(picture, shape, display)) },
    };
  });
  return {
    starts,
    facets: found.sort((a, b) => b.score - a.score),
    spread: Math.min(...scores) / Math.max(...scores),
  };
}
