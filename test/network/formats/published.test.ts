// Published models, end to end: opened, every convolution held to ONNX Runtime, a layer visualised. `npm run try-models`.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { visualize } from '../../../src-main/ascent/visualize';
import { methodSchema } from '../../../src-main/contract/method';
import { openModel } from '../../../src-main/network/formats/open';
import { nodeOf, unitLayers } from '../../../src-main/network/network';
import { compute, references, worstEitherWay, type Reference } from './parity';

const folder = process.env.FILTERSCOPE_MODELS ?? '';
const present = folder !== '' && existsSync(folder);
if (!present)
  console.log(
    'Published models are skipped: FILTERSCOPE_MODELS names no folder that make_published.py filled.',
  );

describe.skipIf(!present)('Published models', () => {
  it.each(present ? readdirSync(folder) : [])('%s', async (name) => {
    const path = join(folder, name);
    const [image, ...outputs] = references(path) as [Reference, ...Reference[]];
    const began = performance.now();
    const network = await openModel(join(path, 'model.onnx'), {
      inputSize: image.shape[1] ?? 96,
      scaling: '0..1',
    });
    const opened = performance.now() - began;
    let greatest = 0;
    let compared = 0;
    for (const output of outputs) {
      if (!network.nodes.some((node) => node.name === output.name)) continue;
      compared++;
      const scale = output.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      const difference = worstEitherWay(compute(network, image, output.name), output) / scale;
      greatest = Math.max(greatest, difference);
      expect(difference, output.name).toBeLessThan(1e-4);
    }
    const layer = unitLayers(network)[5]?.name ?? '';
    const method = methodSchema.options[3].parse({ name: 'fourier', steps: 32 });
    const units = [0, 1, 2, 3].filter((unit) => unit < nodeOf(network, layer).shape[2]);
    const start = performance.now();
    const run = visualize({ network, layer, units, method, seed: 0, windows: new Float32Array(0) });
    let next = await run.next();
    while (next.done !== true) next = await run.next();
    expect(next.value.images.every(Number.isFinite)).toBe(true);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(
      `${name}: opened in ${opened.toFixed(0)} ms, ${compared} layers, greatest relative difference ${greatest.toExponential(1)}, ${layer} visualised in ${seconds} s`,
    );
    network.dispose();
  });
});
