// The job 'visualize': any method on any layer, frame by frame.
import { chosenUnits, frameSteps, type Curves, type VisualizeOptions } from '../ascent/visualize';
import type { RealBest } from '../contract/best-of';
import type { RunCurves, Pictures, VisualizeProgress } from '../engine-link';
import type { Method } from '../contract/method';
import { bestScores } from '../evidence/real-scores';
import { visualize, type MethodVisualization } from '../methods/visualize';
import type { Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { drawnFilters } from '../question/question';
import { turn } from '../turn';
import type { Handler } from './job';
import { realBest } from './reference';
import { Moments } from './moments';
import { withNetwork } from './networks';
import { withDataFor, withLayerData, type LayerData } from './real';

/** Frames that a run keeps: at most this many, and so many as take this many bytes. */
const MOST_FRAMES = 24;
const LEAST_FRAMES = 6;
const FRAME_BYTES = 64e6;

function rows(values: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const width = values[0]?.length ?? 0;
  const all = new Float32Array(values.length * width);
  values.forEach((row, i) => {
    all.set(row, i * width);
  });
  return all;
}

const packed = ({ steps, scores, gradientNorms, cosines }: Curves): RunCurves => ({
  steps: Float32Array.from(steps),
  scores: rows(scores),
  gradientNorms: rows(gradientNorms),
  cosines: rows(cosines),
});

/** The units that a method draws: the question's leaves some out. */
function drawnUnits(
  network: Network,
  layer: string,
  units: readonly number[] | null,
  method: Method,
): number[] {
  const chosen = chosenUnits(network, layer, units);
  if (method.name !== 'question') return chosen;
  const count = drawnFilters({ network, layer, repairs: method.repairs });
  return chosen.filter((unit) => unit < count);
}

/** Height, width and channels of a unit's picture. */
function pictureOf(network: Network, layer: string, method: Method): VisualizeBegun['picture'] {
  const [height, width, channels] = network.input;
  if (method.name === 'question') return { height, width, channels: 1 };
  const window = windowOf(network, layer);
  return { height: window.height, width: window.width, channels };
}
type VisualizeBegun = Extract<VisualizeProgress, { type: 'begun' }>;

const sheetOf = ({ sheet }: MethodVisualization): Pictures | null =>
  sheet === undefined
    ? null
    : { height: sheet.height, width: sheet.width, channels: 1, count: 1, values: sheet.values };

export const visualizeLayer: Handler<'visualize'> = (input, { signal, progress, gate }) =>
  withNetwork(input.model, async (network) => {
    const { layer, method, seed } = input;
    const units = drawnUnits(network, layer, input.units, method);
    const picture = pictureOf(network, layer, method);
    // the sample chooses the budget, so that it is the same whatever was looked through; what is told is the best that is known
    const climb = async (
      data: LayerData | null,
      bestKnown: () => Promise<RealBest> | null,
    ): Promise<{ found: MethodVisualization; real: RealBest | null }> => {
      const best = data === null ? null : bestScores(data.scores);
      const known = await bestKnown();
      progress({
        type: 'begun',
        units,
        picture,
        real: known,
      });
      const bytes = units.length * picture.height * picture.width * picture.channels * 4;
      const count = Math.min(MOST_FRAMES, Math.max(LEAST_FRAMES, Math.floor(FRAME_BYTES / bytes)));
      const steps = method.name === 'question' ? method.iterations : method.steps;
      const options: VisualizeOptions<Method> = {
        ...{ network, layer, units: input.units, method, seed, signal },
        windows: data?.sample.values ?? new Float32Array(0),
        frameSteps: frameSteps(steps, count),
        ...(best === null ? {} : { best }),
      };
      const run = visualize(options);
      const moments = new Moments();
      let next = await run.next();
      for (; next.done !== true; next = await run.next()) {
        const { step, scores, images, share } = next.value;
        // the question's pictures come one by one, each at its end, before their ways there
        const whole = method.name === 'question' ? step < steps : !scores.includes(NaN) && !moments.used;
        if (!whole && method.name !== 'question') moments.add(next.value);
        progress({ type: 'frame', step, kept: whole, share, scores, images });
        await turn();
        await gate();
      }
      if (!signal.aborted) {
        for (const moment of moments.inOrder()) progress({ type: 'frame', kept: true, share: 1, ...moment });
      }
      // a scan may have ended in between
      return { found: next.value, real: await bestKnown() };
    };
    // the question's method looks at no data
    const dataset = method.name === 'question' ? null : input.dataset;
    const { found, real } =
      dataset === null
        ? await climb(null, () => null)
        : await withLayerData(dataset, network, layer, (data) =>
            climb(data, () => realBest(dataset, network, layer, data)),
          );
    return {
      method: found.method,
      units: found.units,
      real,
      images: found.images.slice(),
      curves: packed(found.curves),
      sheet: sheetOf(found),
      dataset:
        dataset === null
          ? null
          : await withDataFor(dataset, network, ({ name, sha256 }) => ({ name, sha256 })),
    };
  });
