// Pictures by the methods of other tools, with results of the shape that ours have.
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { oneHot } from '../ascent/objectives';
import { bestReal } from '../ascent/real';
import {
  chosenUnits,
  frameSteps,
  type VisualizeFrame,
  type Visualization,
  type VisualizeOptions,
} from '../ascent/visualize';
import type { GalleryUnit } from '../contract/gallery';
import { tf } from '../native/tensorflow';
import { forward } from '../network/forward';
import { nodeOf, type Network } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { createRng } from '../network/rng';
import { turn } from '../turn';
import { climbAs, peer, type Peer, type PeerMethod } from './peers';

/** Pictures climbed at a time: whole images through all layers take memory. */
const BATCH = 64;

/** Greatest pre-activation of unit units[i] anywhere inside picture i, where no padding is seen. */
export function strongest(
  network: Network,
  layer: string,
  images: Float32Array,
  units: readonly number[],
): Float32Array {
  const [height, width, channels] = network.input;
  const windowed = nodeOf(network, layer).operation.op !== 'dense' && !windowOf(network, layer).whole;
  return tf.tidy(() => {
    const x = tf.tensor4d(images, [units.length, height, width, channels]);
    const all = forward(network, x, layer, windowed).max<Tensor2D>([1, 2]);
    return all
      .mul(oneHot(units, nodeOf(network, layer).shape[2]))
      .sum(1)
      .dataSync<'float32'>();
  });
}

/** The others' pictures are whole images without a bound on their size: none has a certificate. */
export async function* askPeer(
  options: VisualizeOptions<PeerMethod>,
): AsyncGenerator<VisualizeFrame, Visualization> {
  const { network, layer, method, seed, windows, signal } = options;
  const units = chosenUnits(network, layer, options.units);
  const frames = new Set(options.frameSteps ?? frameSteps(method.steps));
  const count = nodeOf(network, layer).shape[2];
  const [height, width, channels] = network.input;
  const pixels = height * width * channels;
  const images = new Float32Array(units.length * pixels);
  const moments = new Map<number, Float32Array>();
  const blank = new Float32Array(units.length).fill(NaN);
  const shown = (preset: Peer, theta: Tensor2D): Float32Array =>
    tf.tidy(() => {
      const x: Tensor4D = preset.image(theta);
      return (method.name === 'tfKerasVis' ? tf.clipByValue(x, 0, 1) : x).dataSync<'float32'>();
    });
  let done = 0;
  const stopped = (): boolean => signal?.aborted === true;
  while (done < units.length && !stopped()) {
    const part = units.slice(done, done + BATCH);
    const preset = peer(method.name, network, layer);
    try {
      const rng = createRng(seed).fork(done);
      for (const { step, theta, values } of climbAs(preset, network, part, count, method.steps, rng)) {
        const last = step === method.steps || stopped();
        if (last || frames.has(step)) {
          const scores = moments.get(step) ?? blank.slice();
          scores.set(values(), done);
          moments.set(step, scores);
          images.set(shown(preset, theta), done * pixels);
          const moment = { step, scores: scores.slice(), gradientNorms: blank, cosines: blank };
          const share = (done + (part.length * step) / method.steps) / units.length;
          yield { ...moment, images: images.slice(), share };
        }
        if (last) break;
        if (step % 4 === 0) await turn();
      }
    } finally {
      preset.optimiser.dispose();
      preset.dispose();
    }
    done += part.length;
  }
  const real = options.best ?? bestReal(network, layer, windows);
  const shownUnits = units.slice(0, done);
  const kept = images.subarray(0, done * pixels);
  const scores = done === 0 ? blank : strongest(network, layer, kept, shownUnits);
  const known = shownUnits.map((unit, i): GalleryUnit => {
    const best = real[unit] as number;
    const raw = kept.subarray(i * pixels, (i + 1) * pixels);
    return {
      unit,
      state: 'climbing',
      score: scores[i] as number,
      bestReal: Number.isFinite(best) ? best : null,
      certificate: null,
      norm: Math.sqrt(raw.reduce((total, value) => total + value * value, 0)),
      startScores: [],
    };
  });
  const ordered = [...moments.entries()].sort(([a], [b]) => a - b);
  return {
    method,
    picture: { height, width, channels },
    units: known,
    images: kept,
    curves: {
      steps: ordered.map(([step]) => step),
      scores: ordered.map(([, values]) => values),
      gradientNorms: ordered.map(() => blank),
      cosines: ordered.map(() => blank),
    },
  };
}
