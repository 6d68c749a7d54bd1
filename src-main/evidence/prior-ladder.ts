// One unit's picture as the whitened prior is loosened: from the mean window to beyond anything that data shows.
import { visualize } from '../ascent/visualize';
import type { PriorLadder } from '../contract/evidence';
import { methodSchema } from '../contract/method';
import type { Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { show } from '../pictures/display';
import { png } from '../pictures/sheet';
import { RealSpace } from './real-space';
import { step, type Watch } from './watch';

export const RADII = [1, 2, 4, 6, 9, 13, 20] as const;

/** The rungs of a unit; `windows` are real ones of the layer. */
export async function priorLadder(
  network: Network,
  layer: string,
  unit: number,
  windows: Float32Array,
  watch: Watch = {},
  radii: readonly number[] = RADII,
): Promise<PriorLadder> {
  const { height, width, whole } = windowOf(network, layer);
  const shape = { height, width, channels: network.input[2] };
  const space = new RealSpace(windows, height * width * shape.channels);
  const rungs: PriorLadder['rungs'] = [];
  try {
    for (const [i, radius] of radii.entries()) {
      const method = methodSchema.options[0].parse({ name: 'whitened', radius, steps: 96 });
      const run = visualize({
        ...{ network, layer, units: [unit], method, seed: 0, windows },
        ...{ frameSteps: [], signal: watch.signal },
      });
      let next = await run.next();
      while (next.done !== true) next = await run.next();
      watch.signal?.throwIfAborted();
      const { images, units } = next.value;
      const { score, bestReal } = units[0] ?? { score: null, bestReal: null };
      rungs.push({
        radius,
        picture: { height, width, png: png(show(images, shape, whole ? 'ink' : 'contrast')) },
        ratio: (score ?? NaN) / (bestReal ?? NaN),
        nearestReal: space.compare(images).nearest[0] ?? NaN,
      });
      await step(watch, (i + 1) / radii.length);
    }
    return { rungs };
  } finally {
    space.dispose();
  }
}
