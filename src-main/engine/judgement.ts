// The jobs that judge pictures: a run against real data, a unit's picture explained, its facets, prior and history.
import { isOutput } from '../ascent/real';
import type { QuestionAnswer } from '../contract/answer';
import type { RunEvidence } from '../contract/evidence';
import { methodSchema, type Method } from '../contract/method';
import { answer as answerQuestion } from '../evidence/answer';
import { decomposition as explain } from '../evidence/decomposition';
import { facets as findFacets } from '../evidence/facets';
import { priorLadder } from '../evidence/prior-ladder';
import { bestWindows } from '../evidence/real-scores';
import { strongestWindows } from '../evidence/real-space';
import { runEvidence as judge } from '../evidence/selectivity';
import { throughTraining as lookBack } from '../evidence/through-training';
import type { Watch } from '../evidence/watch';
import type { Network } from '../network/network';
import { knownModel } from '../training/known-model';
import { shippedOthers } from '../resources';
import { watching, type Handler } from './job';
import { openingOf, withKin, withNetwork } from './networks';
import { withDataFor, withLayerData } from './real';
import { Shared } from './shared';

/** Best real windows of a unit that its picture is compared with. */
const BEST = 9;
const SEED = 0;

export const runEvidence: Handler<'runEvidence'> = ({ model, layer, dataset, units, images, picture }) =>
  withNetwork(model, (network) =>
    withLayerData(dataset, network, layer, ({ sample, scores }) => {
      const judgedBy = (others: readonly Network[]): RunEvidence =>
        judge({
          ...{ network, layer, units, images, shape: picture, real: sample.values, others },
          bestOf: (unit) => bestWindows(scores, sample, unit, BEST),
          among: { windows: scores.count, all: false },
        });
      // others read class pictures alone
      return isOutput(network, layer)
        ? withDataFor(dataset, network, (of) => withKin(network, of, judgedBy))
        : judgedBy([]);
    }),
  );

export const decomposition: Handler<'decomposition'> = ({ model, layer, unit, image, picture }) =>
  withNetwork(model, (network) =>
    explain(network, layer, unit, strongestWindows(network, layer, [unit], image, picture)),
  );

export const facets: Handler<'facets'> = ({ model, layer, dataset, unit, method }, context) =>
  withNetwork(model, (network) =>
    withLayerData(dataset, network, layer, ({ sample }) =>
      findFacets(network, layer, unit, method, sample.values, {}, watching(context)),
    ),
  );

export const prior: Handler<'prior'> = ({ model, layer, dataset, unit }, context) =>
  withNetwork(model, (network) =>
    withLayerData(dataset, network, layer, ({ sample }) =>
      priorLadder(network, layer, unit, sample.values, watching(context)),
    ),
  );

/** Steps of the pictures of a snapshot, and the radius where no run says it: one for all moments, so that they compare. */
const SNAPSHOT_STEPS = 96;
const USUAL_RADIUS = 4;

/** A run's method with fewer steps where its budget is one for all moments, else the usual one. */
function snapshotMethod(method: Method | null): Method {
  if (method?.name === 'whitened' && typeof method.radius === 'number')
    return { ...method, steps: SNAPSHOT_STEPS, starts: 1 };
  if (method?.name === 'plain' && typeof method.norm === 'number')
    return { ...method, steps: SNAPSHOT_STEPS, starts: 1 };
  return methodSchema.parse({ name: 'whitened', radius: USUAL_RADIUS, steps: SNAPSHOT_STEPS });
}

export const throughTraining: Handler<'throughTraining'> = ({ model, layer, dataset, method }, context) =>
  withNetwork(model, (opened) =>
    withDataFor(dataset, opened, async (data) => {
      const known = await knownModel(model.path, data, [], openingOf(model));
      try {
        const { snapshots, network, start, steps } = known;
        if (snapshots.length === 0) return null;
        const moments = [...snapshots, { step: steps ?? 0, network }];
        return await withLayerData(dataset, network, layer, ({ sample }) =>
          lookBack(moments, start, layer, snapshotMethod(method), sample.values, watching(context)),
        );
      } finally {
        known.dispose();
      }
    }),
  );

/** Shared by those who wait for one, and not kept: to ask again is to have it worked out again. */
const answers = new Shared<QuestionAnswer>(0);

export const answer: Handler<'answer'> = ({ model, dataset, name }, context) =>
  withNetwork(model, (network) => {
    const make = (watch: Watch): Promise<QuestionAnswer> =>
      withDataFor(dataset, network, async (data) => {
        const { dispose, ...known } = await knownModel(
          model.path,
          data,
          await shippedOthers(),
          openingOf(model),
        );
        try {
          return await answerQuestion({ ...known, seed: SEED }, watch);
        } finally {
          dispose();
        }
      });
    const key = [dataset, model.path, model.range, model.size, network.sha256].join('|');
    return answers.use(key, watching(context), make, (found) => ({
      ...found,
      model: { ...found.model, name },
    }));
  });
