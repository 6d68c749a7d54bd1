// The jobs that judge pictures: a run against real data, a unit's picture explained, its facets, prior and history.
import type { QuestionAnswer } from '../contract/answer';
import { methodSchema } from '../contract/method';
import { answer as answerQuestion } from '../evidence/answer';
import { decomposition as explain } from '../evidence/decomposition';
import { facets as findFacets } from '../evidence/facets';
import { priorLadder } from '../evidence/prior-ladder';
import { extremeWindows } from '../evidence/real-scores';
import { strongestWindows } from '../evidence/real-space';
import { runEvidence as judge } from '../evidence/selectivity';
import { throughTraining as lookBack } from '../evidence/through-training';
import { knownModel } from '../training/known-model';
import { shippedOthers } from '../resources';
import type { Handler } from './job';
import { openingOf, withNetwork } from './networks';
import { withDataFor, withLayerData, type LayerData } from './real';
import { Recent } from './recent';

/** Best real windows of a unit that its picture is compared with. */
const BEST = 9;
const SEED = 0;

function bestOf({ sample, scores }: LayerData, unit: number): Float32Array {
  const size = sample.height * sample.width * sample.channels;
  const found = extremeWindows(scores, sample, unit, BEST);
  const out = new Float32Array(found.length * size);
  found.forEach(({ index }, i) => {
    out.set(sample.values.subarray(index * size, (index + 1) * size), i * size);
  });
  return out;
}

export const runEvidence: Handler<'runEvidence'> = ({ model, layer, dataset, units, images, picture }) =>
  withNetwork(model, (network) =>
    withLayerData(dataset, network, layer, (data) =>
      judge({
        ...{ network, layer, units, images, shape: picture, real: data.sample.values },
        bestOf: (unit) => bestOf(data, unit),
      }),
    ),
  );

export const decomposition: Handler<'decomposition'> = ({ model, layer, unit, image, picture }) =>
  withNetwork(model, (network) =>
    explain(network, layer, unit, strongestWindows(network, layer, [unit], image, picture)),
  );

export const facets: Handler<'facets'> = ({ model, layer, dataset, unit, method }, { signal }) =>
  withNetwork(model, (network) =>
    withLayerData(dataset, network, layer, ({ sample }) =>
      findFacets(network, layer, unit, method, sample.values, { signal }),
    ),
  );

export const prior: Handler<'prior'> = ({ model, layer, dataset, unit }, { signal }) =>
  withNetwork(model, (network) =>
    withLayerData(dataset, network, layer, ({ sample }) =>
      priorLadder(network, layer, unit, sample.values, { signal }),
    ),
  );

/** Steps and radius of the pictures of a snapshot: one radius for all moments, so that they can be compared. */
const SNAPSHOT_METHOD = methodSchema.options[0].parse({ name: 'whitened', radius: 4, steps: 96 });

export const throughTraining: Handler<'throughTraining'> = ({ model, layer, dataset }, { signal }) =>
  withNetwork(model, (opened) =>
    withDataFor(dataset, opened, async (data) => {
      const known = await knownModel(model.path, data, [], openingOf(model));
      try {
        const { snapshots, network, start, steps } = known;
        if (snapshots.length === 0) return null;
        const moments = [...snapshots, { step: steps ?? 0, network }];
        return await withLayerData(dataset, network, layer, ({ sample }) =>
          lookBack(moments, start, layer, SNAPSHOT_METHOD, sample.values, { signal }),
        );
      } finally {
        known.dispose();
      }
    }),
  );

const answers = new Recent<QuestionAnswer>(4);

export const answer: Handler<'answer'> = ({ model, dataset, name }, { signal, progress }) =>
  withNetwork(model, (network) => {
    const make = (): Promise<QuestionAnswer> =>
      withDataFor(dataset, network, async (data) => {
        const { dispose, ...known } = await knownModel(
          model.path,
          data,
          await shippedOthers(),
          openingOf(model),
        );
        let doing = '';
        try {
          return await answerQuestion(
            { ...known, seed: SEED },
            {
              signal,
              doing: (what) => (doing = what),
              progress: (share) => {
                progress({ done: Math.round(share * 1000), total: 1000, doing });
              },
            },
          );
        } finally {
          dispose();
        }
      });
    const key = [dataset, model.path, model.range, model.size, network.sha256].join('|');
    return answers.use(key, make, (found) => ({ ...found, model: { ...found.model, name } }));
  });
