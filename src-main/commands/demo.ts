// filterscope demo: the whole main job, from the data to both layers' galleries, both ways.
import { join } from 'node:path';
import { methodSchema } from '../contract/method';
import { trainingConfigurationSchema } from '../contract/training';
import { openMnist } from '../datasets/dataset';
import { shippedModel } from '../resources';
import type { Console } from './console';
import { mustNotExist } from './options';
import { askQuestion } from './question';
import { trainModel } from './train';
import { openModel } from '../network/formats/open';
import { visualizeNetwork } from './visualize';

export interface DemoFlags {
  readonly fast: boolean;
  readonly out: string;
  readonly steps: number;
}

/** Trains (or takes the shipped model), then makes all galleries below `out`. An abort keeps what is finished. */
export async function demo(flags: DemoFlags, out: Console, signal: AbortSignal): Promise<void> {
  mustNotExist(flags.out);
  const dataset = openMnist();
  const model = flags.fast ? shippedModel() : join(flags.out, 'model');
  if (!flags.fast) {
    const configuration = trainingConfigurationSchema.parse({ steps: flags.steps });
    if (!(await trainModel(model, dataset, configuration, { ...out, result: () => undefined }, signal)))
      return;
  }
  const network = await openModel(model);
  const results: object[] = [];
  try {
    for (const layer of ['conv1', 'conv2']) {
      if (signal.aborted) return;
      const question = methodSchema.options[4].parse({ name: 'question' });
      results.push(
        await askQuestion(
          network,
          join(flags.out, `${layer}-question`),
          { ...question, layer, seed: 0 },
          out,
          signal,
        ),
      );
    }
    for (const layer of ['conv1', 'conv2', 'classes']) {
      for (const name of ['whitened', 'plain'] as const) {
        if (signal.aborted) return;
        const wanted = { layer, units: null, method: methodSchema.parse({ name }), seed: 0 };
        results.push(
          await visualizeNetwork(network, dataset, join(flags.out, `${layer}-${name}`), wanted, out, signal),
        );
      }
    }
    out.say(`The galleries are in ${flags.out}; look at */sheet.png and *-question/TF_vis_3x3.png first.`);
    out.result({ out: flags.out, results });
  } finally {
    network.dispose();
  }
}
