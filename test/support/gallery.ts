// A small gallery with known pictures, for tests of what is kept on disk.
import type { GalleryUnit } from '../../src-main/contract/gallery';
import type { GalleryContent } from '../../src-main/store/gallery';

const unit = (number: number, state: GalleryUnit['state'] = 'converged'): GalleryUnit => ({
  unit: number,
  state,
  score: state === 'dead' ? null : 1.5 + number,
  bestReal: 1,
  certificate: state === 'dead' ? null : { cosine: 0.999, gap: 0.001 },
  norm: 4,
  startScores: [1.5],
});

/** Three units, the last one dead, of 2 × 4 pixels with `channels`, and two frames. */
export function galleryContent({ channels = 1, title = 'conv2 · whitened' } = {}): GalleryContent {
  const size = 2 * 4 * channels;
  const images = Float32Array.from({ length: 3 * size }, (_, i) => Math.sin(i));
  return {
    about: {
      appVersion: '0.0.0',
      createdAt: '2026-01-02T03:04:05.000Z',
      title,
      model: {
        ...{ name: 'a <model>', sha256: 'ab'.repeat(32), range: '0..1' },
        input: { height: 28, width: 28, channels },
      },
      bestOf: { windows: 30_000, all: false },
      layer: { name: 'conv2', units: 3, receptiveField: { height: 2, width: 4 } },
      method: { name: 'whitened', parameters: { name: 'whitened', radius: 4.5, steps: 10 } },
      dataset: { name: 'MNIST', sha256: 'cd'.repeat(32) },
      seed: 7,
      picture: { height: 2, width: 4, channels },
      units: [unit(0), unit(3), unit(12, 'dead')],
      timings: { seconds: 1.25, steps: 10 },
    },
    display: 'contrast',
    images,
    curveSteps: [0, 5],
    curves: [Float32Array.from([1, 2, 3]), Float32Array.from([2, 3, 4])],
    frames: [0, 5].map((step) => ({ step, images: images.map((value) => value * (step - 9)) })),
  };
}
