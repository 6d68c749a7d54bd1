// Ten thousand steps of ascent and of training: tensors and resident memory must stay flat.
import { join } from 'node:path';
import { visualize, type AscentMethod } from '../../src-main/ascent/visualize';
import { trainingConfigurationSchema } from '../../src-main/contract/training';
import { openMnist } from '../../src-main/datasets/dataset';
import { realWindows } from '../../src-main/evidence/real-windows';
import { tf } from '../../src-main/native/tensorflow';
import { openModel } from '../../src-main/network/formats/open';
import { shippedModel } from '../../src-main/resources';
import { train } from '../../src-main/training/train';

const STEPS = 10_000;
/** Growth that is no leak: pages that the allocator keeps. */
const ALLOWED_MB = 30;

interface Mark {
  readonly step: number;
  readonly tensors: number;
  readonly megabytes: number;
}

const mark = (step: number): Mark => ({
  step,
  tensors: tf.memory().numTensors,
  megabytes: process.memoryUsage.rss() / 2 ** 20,
});

/** Compares the marks after the first fifth with the last one. */
function judge(name: string, marks: readonly Mark[]): boolean {
  const settled = marks.find(({ step }) => step >= STEPS / 5);
  const last = marks.at(-1);
  if (settled === undefined || last === undefined) throw new Error(`${name} left no marks.`);
  const flat =
    last.tensors <= settled.tensors &&
    last.megabytes - settled.megabytes <= ALLOWED_MB &&
    last.step >= STEPS * 0.9;
  const from = `step ${settled.step}: ${settled.tensors} tensors, ${settled.megabytes.toFixed(0)} MB`;
  const to = `step ${last.step}: ${last.tensors} tensors, ${last.megabytes.toFixed(0)} MB`;
  process.stdout.write(`${name}: ${from}; ${to}: ${flat ? 'flat' : 'NOT FLAT'}\n`);
  return flat;
}

const dataset = openMnist();
const network = await openModel(join(shippedModel(), 'model.json'));
const method: AscentMethod = { name: 'whitened', radius: 4, steps: STEPS, starts: 1 };
const frameSteps = Array.from({ length: 21 }, (_, i) => Math.min(STEPS - 1, (i * STEPS) / 20));
const climbing: Mark[] = [];
const { values: windows } = realWindows(dataset, network, 'conv2');
for await (const { step } of visualize({
  ...{ network, layer: 'conv2', units: [...Array(16).keys()], method, seed: 0, windows, frameSteps },
})) {
  climbing.push(mark(step));
}

const configuration = trainingConfigurationSchema.parse({
  ...{ steps: STEPS, filters: [4, 6], hidden: 32, reportEvery: STEPS / 20 },
});
const training: Mark[] = [];
for await (const event of train({
  dataset: { ...dataset, test: { ...dataset.test, count: 100 } },
  configuration,
})) {
  if (event.type === 'report') training.push(mark(event.step));
}
const flat = [judge('ascent', climbing), judge('training', training)].every(Boolean);
process.exit(flat ? 0 : 1);
