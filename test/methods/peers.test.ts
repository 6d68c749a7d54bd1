// The others' methods are theirs: each held against a small computation of its own, written from its description.
import type { Rank, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { methodSchema } from '../../src-main/contract/method';
import { drawMovement, fourierBasis, movedBy } from '../../src-main/methods/lucid';
import { askPeer } from '../../src-main/methods/peer-pictures';
import { climbAs, outputOf, peer, rollAndTurn, type PeerMethod } from '../../src-main/methods/peers';
import { tf } from '../../src-main/native/tensorflow';
import { forward } from '../../src-main/network/forward';
import { openModel } from '../../src-main/network/formats/open';
import { createRng } from '../../src-main/network/rng';
import { fixtures } from '../network/formats/parity';
import { question } from '../support/networks';

const network = await question();
afterAll(() => {
  network.dispose();
});

/** θ of one unit before each step. */
function path(name: PeerMethod['name'], layer: string, unit: number, steps: number): Float32Array[] {
  const preset = peer(name, network, layer);
  const out: Float32Array[] = [];
  const units = layer === 'conv1' ? 6 : 8;
  for (const { theta } of climbAs(preset, network, [unit], units, steps, createRng(3))) {
    out.push(theta.dataSync<'float32'>().slice());
  }
  preset.optimiser.dispose();
  preset.dispose();
  return out;
}

/** Gradient of a unit's post-activation, summed over its positions (but for a border), at a picture. */
function gradient(x: Float32Array, layer: string, unit: number, border: number): Float32Array {
  return tf.tidy(() => {
    const sum = (image: Tensor4D) => {
      const map = forward(network, image, outputOf(network, layer));
      const [, height, width] = map.shape;
      const inner = [1, height - 2 * border, width - 2 * border, 1] as [number, number, number, number];
      return map.slice([0, border, border, unit], inner).sum();
    };
    const image = tf.tensor4d(x, [1, 28, 28, 1]);
    return tf
      .grad((t) => sum(t as Tensor4D))(image)
      .dataSync<'float32'>()
      .slice();
  });
}

const norm = (x: Float32Array): number => Math.hypot(...x);

test("keras.io's example moves by 10 along the gradient of the inner mean, divided by its norm", () => {
  const [first, second] = path('kerasIo', 'conv2', 5, 1) as [Float32Array, Float32Array];
  expect(Math.max(...first)).toBeLessThanOrEqual(0.125);
  expect(Math.min(...first)).toBeGreaterThanOrEqual(-0.125);
  const g = gradient(first, 'conv2', 5, 2);
  const length = norm(g);
  second.forEach((value, i) => {
    expect(value).toBeCloseTo((first[i] ?? NaN) + (10 * (g[i] ?? NaN)) / length, 3);
  });
});

test("tfjs-examples' moves by the gradient over its root mean square, on 0..255, clipped", () => {
  const [first, second] = path('tfjsExamples', 'conv1', 2, 1) as [Float32Array, Float32Array];
  expect(Math.min(...first)).toBeGreaterThanOrEqual(128);
  expect(Math.max(...first)).toBeLessThan(148);
  const g = gradient(
    first.map((value) => value / 255),
    'conv1',
    2,
    0,
  ).map((value) => value / 255);
  const rms = Math.sqrt(g.reduce((sum, value) => sum + value * value, 0) / g.length) + 1e-7;
  second.forEach((value, i) => {
    const moved = (first[i] ?? NaN) + (g[i] ?? NaN) / rms;
    expect(value).toBeCloseTo(Math.min(255, Math.max(0, moved)), 2);
  });
});

test('tf-keras-vis rolls the picture around its edges, and steps by 1/√(1 − ρ) at first, as RMSprop does', () => {
  const size = { height: 6, width: 5, channels: 1 };
  const matrix = rollAndTurn(size, 2, -1, 0);
  for (let y = 0; y < 6; y++) {
    for (let x = 0; x < 5; x++) {
      // tf.roll: element (y, x) moves to (y + 2, x − 1)
      const to = ((y + 2) % 6) * 5 + ((x + 4) % 5);
      expect(matrix[to * 30 + y * 5 + x]).toBe(1);
    }
  }
  // turned pictures lose nothing at the edges: each pixel is a mean of others
  const turned = rollAndTurn(size, 0, 0, 0.02);
  for (let i = 0; i < 30; i++) {
    const row = turned.subarray(i * 30, (i + 1) * 30);
    expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
  }
  const preset = peer('tfKerasVis', network, 'conv2');
  const step = tf.tidy(() => {
    const theta = tf.zeros<Rank.R2>([1, 3]);
    const g = tf.tensor2d([[2, -0.5, 0]]);
    return preset.optimiser.step(theta, g, 0).dataSync<'float32'>().slice();
  });
  preset.optimiser.dispose();
  expect(step[0]).toBeCloseTo(1 / Math.sqrt(0.001), 2);
  expect(step[1]).toBeCloseTo(-1 / Math.sqrt(0.001), 2);
  expect(step[2]).toBe(0);
});

test('tf-keras-vis climbs the mean of the linear output, less total variation over the size and 0.3 of the mean magnitude', () => {
  const preset = peer('tfKerasVis', network, 'conv2');
  const rng = createRng(8);
  const x = Float32Array.from({ length: 784 }, () => 255 * rng.uniform());
  const found = tf.tidy(() => {
    const theta = tf.tensor2d(x, [1, 784]);
    const one = tf.tensor2d([[0, 0, 0, 0, 0, 1, 0, 0]]);
    const map = forward(network, preset.image(theta), preset.reads);
    return preset.objective(map, one, theta).dataSync<'float32'>()[0] ?? NaN;
  });
  preset.optimiser.dispose();
  const linear = tf.tidy(() => {
    const image = tf.tensor4d(
      x.map((value) => value / 255),
      [1, 28, 28, 1],
    );
    return forward(network, image, 'conv2').slice([0, 0, 0, 5], [1, -1, -1, 1]).mean().dataSync()[0] ?? NaN;
  });
  let [variation, magnitude] = [0, 0];
  x.forEach((value, i) => {
    magnitude += Math.abs(value);
    if (i % 28 > 0) variation += Math.abs(value - (x[i - 1] ?? NaN));
    if (i >= 28) variation += Math.abs(value - (x[i - 28] ?? NaN));
  });
  expect(found).toBeCloseTo(linear - variation / 784 - (0.3 * magnitude) / 784, 3);
});

describe("Lucid's", () => {
  test('start is noise of 0.01, and Adam moves every coefficient by its rate of 0.05 at first', () => {
    const [first, second] = path('lucid', 'conv2', 5, 1) as [Float32Array, Float32Array];
    expect(norm(first) / Math.sqrt(first.length)).toBeCloseTo(0.01, 3);
    const moves = second.map((value, i) => Math.abs(value - (first[i] ?? NaN))).sort();
    expect(moves.at(-1)).toBeCloseTo(0.05, 4);
    // but for coefficients that the picture does not depend on
    expect(moves[moves.length >> 1]).toBeCloseTo(0.05, 3);
  });

  test('picture of a spectrum is what the inverse FFT makes of it', () => {
    for (const [height, width] of [
      [6, 8],
      [7, 5],
    ] as const) {
      const columns = width % 2 === 1 ? (width - 1) / 2 + 2 : width / 2 + 1;
      const wide = 2 * (columns - 1);
      const rng = createRng(1);
      const theta = Float32Array.from({ length: 2 * height * columns }, () => rng.normal());
      const found = tf.tidy(() => {
        const basis = fourierBasis(height, width);
        return tf
          .matMul(tf.tensor2d(theta, [1, theta.length]), basis)
          .dataSync<'float32'>()
          .slice();
      });
      const expected = tf.tidy(() => {
        const scales = Float32Array.from({ length: height * columns }, (_, i) => {
          const ky = Math.floor(i / columns);
          const fy = (ky < height / 2 ? ky : ky - height) / height;
          const kx = i % columns;
          const fx = (kx < width / 2 ? kx : kx - width) / width;
          return Math.sqrt(width * height) / Math.max(Math.hypot(fy, fx), 1 / Math.max(width, height)) / 4;
        });
        const scaled = (offset: number): Tensor2D =>
          tf.tensor2d(
            scales.map((scale, i) => scale * (theta[offset + i] ?? NaN)),
            [height, columns],
          );
        const spectrum = tf.complex(scaled(0), scaled(height * columns));
        // irfft along the rows of the half spectrum after an inverse FFT along the columns
        const down = tf.spectral.ifft(spectrum.transpose()).transpose();
        const across = tf.spectral.irfft(down).reshape<Tensor2D>([height, wide]);
        return across.slice([0, 0], [height, width]).dataSync<'float32'>().slice();
      });
      found.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i] ?? NaN, 3);
      });
    }
  });

  test('transforms keep a flat grey picture grey, whatever was drawn', () => {
    const rng = createRng(5);
    for (let draw = 0; draw < 20; draw++) {
      const moved = { ...drawMovement(rng), angle: 0 };
      const { matrix, offset, height, width } = movedBy(28, 28, moved);
      expect(height).toBeGreaterThanOrEqual(35);
      expect(height).toBeLessThanOrEqual(44);
      for (let out = 0; out < height * width; out++) {
        const row = matrix.subarray(out * 784, (out + 1) * 784);
        const value = row.reduce((sum, weight) => sum + 0.5 * weight, offset[out] ?? NaN);
        expect(value).toBeCloseTo(0.5, 5);
      }
    }
  });

  test('jitter without scale and turn is a shift by whole pixels', () => {
    const { matrix, offset, width } = movedBy(28, 28, { first: [3, 8], second: [1, 4], scale: 1, angle: 0 });
    // row y of the result is row y + 1 + 3 − 12 of the picture
    const [y, x] = [20, 10];
    const out = y * width + x;
    expect(offset[out]).toBe(0);
    expect(matrix[out * 784 + (y + 4 - 12) * 28 + x + 12 - 12]).toBe(1);
  });
});

test('each gives a picture in the range that the network reads, with a score and no certificate', async () => {
  const windows = new Float32Array(14 * 14 * 20).fill(0.5);
  for (const name of ['kerasIo', 'tfjsExamples', 'lucid', 'tfKerasVis'] as const) {
    const method = methodSchema.parse({ name, steps: 3 }) as PeerMethod;
    const run = askPeer({ network, layer: 'conv2', units: [1, 4], method, seed: 0, windows });
    let next = await run.next();
    while (next.done !== true) next = await run.next();
    const { images, units, picture } = next.value;
    expect(picture).toEqual({ height: 28, width: 28, channels: 1 });
    expect(images.length).toBe(2 * 784);
    expect(units.map(({ unit }) => unit)).toEqual([1, 4]);
    expect(units.every(({ certificate, score }) => certificate === null && Number.isFinite(score))).toBe(
      true,
    );
    if (name !== 'kerasIo') {
      expect(images.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  }
});

test('Lucid moves the picture of a layer behind a channel shuffle, which is for one size alone', async () => {
  const file = join(fixtures, 'onnx-mobile', 'model.onnx');
  const shuffled = await openModel(file, { scaling: '0..1' });
  const method = methodSchema.parse({ name: 'lucid', steps: 2 }) as PeerMethod;
  const asked = { layer: 'project/Conv', units: [0, 3], method, seed: 0, windows: new Float32Array(0) };
  const run = askPeer({ network: shuffled, ...asked });
  let next = await run.next();
  while (next.done !== true) next = await run.next();
  expect(next.value.units.every(({ score }) => Number.isFinite(score))).toBe(true);
  expect(next.value.picture).toEqual({ height: 12, width: 12, channels: 3 });
  shuffled.dispose();
});

test('Methods that turn the picture by a matrix refuse large images, whose matrix would fill the memory', async () => {
  const file = join(fixtures, 'anysize', 'model.keras');
  const large = await openModel(file, { scaling: '0..1', inputSize: 224 });
  for (const name of ['lucid', 'tfKerasVis'] as const)
    expect(() => peer(name, large, 'conv1')).toThrow(/up to 128×128 pixels; this network takes 224×224/);
  peer('kerasIo', large, 'conv1').dispose();
  large.dispose();
});
