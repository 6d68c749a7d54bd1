// One point of the scale: an untrained network of the asked size, climbed for some steps, with time and peak memory.
import { visualize, type AscentMethod } from '../../src-main/ascent/visualize';
import { tf } from '../../src-main/native/tensorflow';
import type { FeatureShape, Network, Node } from '../../src-main/network/network';
import { windowOf } from '../../src-main/network/receptive-field';
import { createRng } from '../../src-main/network/rng';

export interface Point {
  readonly units: number;
  /** Of the image; the window is what the layer sees of it. */
  readonly side: number;
  readonly channels: number;
  /** Convolutions 5×5×32, each with ReLU and a halving pool but the last, whose units are climbed; 0: dense units. */
  readonly depth: number;
  readonly starts: number;
}

export interface Sized {
  readonly msPerStep: number;
  /** As `msPerStep`, in processor time: what others take of the machine does not count. */
  readonly workPerStep: number;
  readonly megabytes: number;
}

/** Steps of the climbs that say how many take about three seconds of a processor: so many are timed. */
const FIRST = 4;
const MOST = 256;
const WORK_MS = 3000;

function networkOf({ units, side, channels, depth }: Point): Network {
  const nodes: Node[] = [];
  const add = (name: string, operation: Node['operation'], shape: FeatureShape): void => {
    const last = nodes.at(-1)?.name;
    nodes.push({ name, operation, inputs: last === undefined ? [] : [last], shape });
  };
  const normal = (shape: number[], stddev: number) => tf.randomNormal(shape, 0, stddev, 'float32', 3);
  const convolution = (
    name: string,
    size: number,
    inputs: number,
    filters: number,
    stride: number,
    at: number,
  ) => {
    const kernel = normal([size, size, inputs, filters], 1 / (size * Math.sqrt(inputs))) as never;
    const bias = tf.zeros([filters]) as never;
    const geometry = { strides: [stride, stride], padding: 'same', dilations: [1, 1] } as const;
    add(name, { op: 'conv2d', kernel, bias, geometry }, [at, at, filters]);
  };
  const pool = { size: [2, 2], strides: [2, 2], padding: 'same' } as const;
  // large enough that every layer sees a window of it
  let at = depth === 0 ? side : 256;
  add('input', { op: 'input' }, [at, at, channels]);
  for (let i = 1; i < Math.max(2, depth); i++) {
    const stride = depth === 0 ? 2 : 1;
    at = Math.ceil(at / stride);
    convolution(`conv${i}`, depth === 0 ? 7 : 5, i === 1 ? channels : 32, 32, stride, at);
    add(`relu${i}`, { op: 'relu' }, [at, at, 32]);
    at = Math.ceil(at / 2);
    add(`pool${i}`, { op: 'maxPool', geometry: pool }, [at, at, 32]);
  }
  if (depth === 1) nodes.splice(1);
  if (depth === 0) {
    const inputs = at * at * 32;
    add('flatten', { op: 'flatten' }, [1, 1, inputs]);
    const kernel = normal([inputs, units], 1 / Math.sqrt(inputs)) as never;
    add('units', { op: 'dense', kernel, bias: null }, [1, 1, units]);
  } else {
    convolution('units', 5, depth === 1 ? channels : 32, units, 1, depth === 1 ? 256 : at);
  }
  add('classes', { op: 'identity' }, nodes.at(-1)?.shape ?? [1, 1, 1]);
  const input = nodes[0]?.shape ?? [1, 1, 1];
  return {
    ...{ name: 'scale', sha256: '', nodes, input, classes: [], parameters: 0 },
    ...{
      anySize: false,
      scaling: { name: '0..1', scale: [1], offset: [0], source: 'stated' },
      unsupported: [],
      warnings: [],
    },
    dispose: () => undefined,
  };
}

/** Climbs the layer until it is warm and times it then, a layer that takes minutes at once; peak memory is of the whole process, TensorFlow included. */
export async function measurePoint(point: Point): Promise<Sized> {
  const network = networkOf(point);
  const { height, width } = windowOf(network, 'units');
  const size = height * width * point.channels;
  const rng = createRng(1);
  const windows = Float32Array.from({ length: 8 * size }, () => rng.uniform());
  const climb = async (steps: number): Promise<Pick<Sized, 'msPerStep' | 'workPerStep'>> => {
    const method: AscentMethod = { name: 'plain', norm: 4, steps, starts: point.starts };
    const [began, used] = [performance.now(), process.cpuUsage()];
    const run = visualize({ network, layer: 'units', units: null, method, seed: 0, windows, frameSteps: [] });
    while ((await run.next()).done !== true);
    const { user, system } = process.cpuUsage(used);
    return { msPerStep: (performance.now() - began) / steps, workPerStep: (user + system) / 1000 / steps };
  };
  const large = point.units * size > 5e7;
  let timed = await climb(large ? 2 : FIRST);
  if (!large) {
    const { workPerStep } = await climb(FIRST);
    timed = await climb(Math.max(FIRST, Math.min(MOST, Math.round(WORK_MS / workPerStep))));
  }
  return { ...timed, megabytes: process.resourceUsage().maxRSS / 1024 };
}
