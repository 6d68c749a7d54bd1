// Networks that the tests work on: the shipped one, and small untrained ones of the question's shape.
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openModel } from '../../src-main/network/formats/open';
import { encodeTfjsLayers } from '../../src-main/network/formats/tfjs-layers';
import type { Network } from '../../src-main/network/network';
import { shippedModel } from '../../src-main/resources';
import { initialWeights, topology } from '../../src-main/training/question-network';

/** The trained network that ships with the app. */
export const openShipped = (): Promise<Network> => openModel(join(shippedModel(), 'model.json'));

/** An untrained network of the question's shape, small; `deadFilter` of layer 1 is all 0 with a negative bias. */
export async function question({ deadFilter = -1, seed = 4 } = {}): Promise<Network> {
  const task = { height: 28, width: 28, channels: 1, classes: [...Array(10).keys()].map(String) };
  const architecture = { filters: [6, 8] as [number, number], kernelSize: 5, hidden: 20 };
  const weights = initialWeights(task, architecture, seed);
  if (deadFilter >= 0) {
    for (let i = 0; i < 25; i++) (weights[0]?.data as Float32Array)[i * 6 + deadFilter] = 0;
    (weights[1]?.data as Float32Array)[deadFilter] = -1;
  }
  const { json, bin } = encodeTfjsLayers(topology(task, architecture, 0.5), weights);
  const folder = mkdtempSync(join(tmpdir(), 'filterscope-network-'));
  try {
    await writeFile(join(folder, 'model.json'), json);
    await writeFile(join(folder, 'weights.bin'), bin);
    return await openModel(join(folder, 'model.json'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
