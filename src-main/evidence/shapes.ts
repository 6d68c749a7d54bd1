// Whether pictures show edges, diagonals and curves: the best straight and the best bent stroke in each.
import type { Tensor2D } from '@tensorflow/tfjs-node';
import { quantile } from 'simple-statistics';
import { tf } from '../native/tensorflow';
import { createRng, type Rng } from '../network/rng';

/** A stroke: where it runs, which way, how bent, how wide. Angles are of its run, 0 horizontal, radians in 0..π. */
interface Stroke {
  readonly angle: number;
  /** 1/radius in 1/pixels; 0 is straight. */
  readonly curvature: number;
}

/**
 * Bent Gabor functions on an h × w grid ("banana wavelets", Krüger & Peters 2000): a cosine and a sine wave across the
 * run under a Gaussian, whose run is a parabola. Each pair is made orthonormal and free of mean, so that the squared
 * projection on it is the share of a picture's variance that the stroke explains, whatever its phase.
 */
export class StrokeBank {
  readonly strokes: readonly Stroke[];
  /** [2 · strokes, h·w]: all even ones, then all odd ones. */
  private readonly templates: Tensor2D;

  constructor(height: number, width: number) {
    const side = Math.min(height, width);
    const small = side < 8;
    const waves = small ? [3, 4.5, 7] : [0.3 * side, 0.45 * side, 0.7 * side];
    const lengths = small ? [0.5 * side] : [0.2 * side, 0.35 * side];
    const bends = [0, 1, -1, 2, -2, 3.5, -3.5].map((bend) => bend / side);
    const offsets = small ? [-1, 0, 1] : [-0.21, -0.07, 0.07, 0.21].map((share) => share * side);
    const strokes: Stroke[] = [];
    const even: Float32Array[] = [];
    const odd: Float32Array[] = [];
    for (let turn = 0; turn < 16; turn++) {
      const angle = (turn * Math.PI) / 16;
      for (const curvature of bends) {
        for (const wave of waves) {
          for (const length of lengths) {
            for (const dy of offsets) {
              for (const dx of offsets) {
                const made = pair(height, width, { angle, curvature, wave, length, dy, dx });
                if (made === null) continue;
                strokes.push({ angle, curvature });
                even.push(made[0]);
                odd.push(made[1]);
              }
            }
          }
        }
      }
    }
    this.strokes = strokes;
    const values = new Float32Array(2 * strokes.length * height * width);
    [...even, ...odd].forEach((template, i) => {
      values.set(template, i * height * width);
    });
    this.templates = tf.tensor2d(values, [2 * strokes.length, height * width]);
  }

  /** Share of each picture's variance that each stroke explains, [n × strokes], of rows free of mean, at length 1. */
  private explained(rows: Tensor2D): Tensor2D {
    const count = this.strokes.length;
    const squares = tf.square<Tensor2D>(tf.matMul(rows, this.templates, false, true));
    return tf.add<Tensor2D>(squares.slice([0, 0], [-1, count]), squares.slice([0, count], [-1, count]));
  }

  /** The best straight and the best bent stroke of each of n pictures. */
  best(images: Float32Array, n: number): Fit[] {
    const count = this.strokes.length;
    const values = tf.tidy(() => {
      const x = tf.tensor2d(images, [n, images.length / n]);
      return this.explained(unit(x)).dataSync<'float32'>();
    });
    return Array.from({ length: n }, (_, i) => {
      let [straight, bent, angle, whole] = [0, 0, 0, 0];
      this.strokes.forEach((stroke, k) => {
        const share = values[i * count + k] as number;
        if (stroke.curvature === 0 && share > straight) [straight, angle] = [share, stroke.angle];
        if (stroke.curvature !== 0 && share > bent) bent = share;
        whole = Math.max(whole, share);
      });
      return { straight, bent, angle };
    });
  }

  /** Strokes needed to explain `share` of each picture's variance (matching pursuit, Mallat & Zhang 1993), at most `most`. */
  strokesNeeded(images: Float32Array, n: number, share = 0.8, most = 12): number[] {
    const needed = new Array<number>(n).fill(most);
    const count = this.strokes.length;
    const state = { rest: tf.tidy(() => unit(tf.tensor2d(images, [n, images.length / n]))) };
    try {
      for (let used = 0; used < most; used++) {
        const left = tf.tidy(() => state.rest.square().sum(1).dataSync<'float32'>());
        left.forEach((energy, i) => {
          if (energy <= 1 - share && needed[i] === most) needed[i] = used;
        });
        if (left.every((energy) => energy <= 1 - share)) break;
        const next = tf.tidy(() => {
          const chosen = this.explained(state.rest).argMax(1).dataSync();
          const index = (offset: number): Tensor2D =>
            this.templates.gather(
              tf.tensor1d(
                [...chosen].map((k) => k + offset),
                'int32',
              ),
            );
          const [even, odd] = [index(0), index(count)];
          const along = (template: Tensor2D): Tensor2D =>
            template.mul(state.rest.mul(template).sum<Tensor2D>(1, true));
          return state.rest.sub<Tensor2D>(along(even)).sub<Tensor2D>(along(odd));
        });
        state.rest.dispose();
        state.rest = next;
      }
    } finally {
      state.rest.dispose();
    }
    return needed;
  }

  dispose(): void {
    this.templates.dispose();
  }
}

/** Rows less their means, at length 1. */
function unit(x: Tensor2D): Tensor2D {
  const centred = x.sub<Tensor2D>(x.mean(1, true));
  return centred.div(tf.maximum(centred.norm('euclidean', 1, true), 1e-12));
}

interface Parameters extends Stroke {
  readonly wave: number;
  readonly length: number;
  readonly dy: number;
  readonly dx: number;
}

/** An orthonormal, mean-free pair of templates; null where the grid is too small for it. */
function pair(height: number, width: number, p: Parameters): [Float32Array, Float32Array] | null {
  const [cos, sin] = [Math.cos(p.angle), Math.sin(p.angle)];
  const even = new Float32Array(height * width);
  const odd = new Float32Array(height * width);
  const across = 0.4 * p.wave;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [py, px] = [y - (height - 1) / 2 - p.dy, x - (width - 1) / 2 - p.dx];
      const along = px * cos - py * sin;
      const off = px * sin + py * cos + (p.curvature / 2) * along * along;
      const window = Math.exp(-((off / across) ** 2 + (along / p.length) ** 2) / 2);
      even[y * width + x] = window * Math.cos((2 * Math.PI * off) / p.wave);
      odd[y * width + x] = window * Math.sin((2 * Math.PI * off) / p.wave);
    }
  }
  return normalised(even, null) && normalised(odd, even) ? [even, odd] : null;
}

/** Takes mean and the part along `other` out of a template, and brings it to length 1; false when nothing is left. */
function normalised(values: Float32Array, other: Float32Array | null): boolean {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  values.forEach((value, i) => (values[i] = value - mean));
  if (other !== null) {
    const along = values.reduce((sum, value, i) => sum + value * (other[i] ?? 0), 0);
    values.forEach((value, i) => (values[i] = value - along * (other[i] ?? 0)));
  }
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  if (length < 0.1) return false;
  values.forEach((value, i) => (values[i] = value / length));
  return true;
}

/** Shares of a picture's variance that the best strokes explain, and which way the best straight one runs. */
export interface Fit {
  readonly straight: number;
  readonly bent: number;
  readonly angle: number;
}

export type Shape = 'horizontal' | 'vertical' | 'diagonal' | 'curve' | 'none';

/** Limits from pictures whose shape is known: noise has none, straight strokes among smooth waves are no curves. */
export interface Limits {
  /** 95th percentile of what the best stroke explains of white noise. */
  readonly none: number;
  /** 95th percentile of how much more a bent one explains of straight strokes. */
  readonly bend: number;
}

export function calibrate(bank: StrokeBank, height: number, width: number, rng: Rng, n = 200): Limits {
  const size = height * width;
  const noise = Float32Array.from({ length: n * size }, () => rng.normal());
  const straight = new Float32Array(n * size);
  for (let i = 0; i < n; i++) {
    const angle = Math.PI * rng.uniform();
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const shift = (rng.uniform() - 0.5) * 0.4 * height;
    const wide = (0.08 + 0.1 * rng.uniform()) * height;
    const long = (0.25 + 0.35 * rng.uniform()) * height;
    // smooth waves over it, half as strong as the stroke: what else a picture may hold
    const waves = Array.from({ length: 4 }, () => ({
      down: ((rng.uniform() - 0.5) * 3 * Math.PI) / height,
      across: ((rng.uniform() - 0.5) * 3 * Math.PI) / width,
      phase: 2 * Math.PI * rng.uniform(),
    }));
    for (let at = 0; at < size; at++) {
      const y = Math.floor(at / width) - (height - 1) / 2;
      const x = (at % width) - (width - 1) / 2;
      const [off, along] = [x * sin + y * cos - shift, x * cos - y * sin];
      const stroke = Math.exp(-0.5 * ((off / wide) ** 2 + (along / long) ** 2));
      const other = waves.reduce((sum, w) => sum + Math.cos(w.down * y + w.across * x + w.phase), 0);
      straight[i * size + at] = stroke + 0.1 * other;
    }
  }
  return {
    none: quantile(
      bank.best(noise, n).map((fit) => Math.max(fit.straight, fit.bent)),
      0.95,
    ),
    bend: Math.max(
      0,
      quantile(
        bank.best(straight, n).map((fit) => fit.bent - fit.straight),
        0.95,
      ),
    ),
  };
}

/** What a picture shows, by its best strokes. Diagonal: more than 22.5° from both axes. */
export function shapeOf({ straight, bent, angle }: Fit, { none, bend }: Limits): Shape {
  if (Math.max(straight, bent) <= none) return 'none';
  if (bent - straight > bend) return 'curve';
  const eighth = Math.PI / 8;
  if (angle < eighth || angle >= 7 * eighth) return 'horizontal';
  return angle >= 3 * eighth && angle < 5 * eighth ? 'vertical' : 'diagonal';
}

/** Shapes of n pictures of one size, strokes they need, and the fits themselves. */
export interface Shapes {
  readonly shapes: readonly Shape[];
  readonly fits: readonly Fit[];
  readonly needed: readonly number[];
}

/** A bank with its limits for pictures of one size; made once a size. */
export class ShapeReader {
  readonly bank: StrokeBank;
  readonly limits: Limits;
  constructor(height: number, width: number, seed = 0) {
    this.bank = new StrokeBank(height, width);
    this.limits = calibrate(this.bank, height, width, createRng(seed).fork(31));
  }
  read(images: Float32Array, n: number): Shapes {
    const fits = this.bank.best(images, n);
    return {
      fits,
      shapes: fits.map((fit) => shapeOf(fit, this.limits)),
      needed: this.bank.strokesNeeded(images, n),
    };
  }
  dispose(): void {
    this.bank.dispose();
  }
}

/** Angle between two runs, 0..π/2. */
export function angleBetween(a: number, b: number): number {
  const apart = Math.abs(a - b) % Math.PI;
  return Math.min(apart, Math.PI - apart);
}
