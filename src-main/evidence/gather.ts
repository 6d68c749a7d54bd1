// Everything that the answer rests on, computed from one model and one dataset: numbers and raw pictures, no words.
import { methodSchema } from '../contract/method';
import type { PriorLadder, ThroughTraining } from '../contract/evidence';
import type { Network } from '../network/network';
import { nodeOf, unitLayers, unitOperation } from '../network/network';
import { windowOf } from '../network/receptive-field';
import { classFacts, type ClassFacts } from './class-facts';
import { layerBelow } from './decomposition';
import { faults, type Faults } from './faults';
import {
  layerFacts,
  realAt,
  strongestUnit,
  type LayerFacts,
  type LayerOptions,
  type Real,
} from './layer-facts';
import { otherStarts, type OtherStarts } from './other-starts';
import { priorLadder } from './prior-ladder';
import { throughTraining, type Moment } from './through-training';
import { part, type Watch } from './watch';

export interface AnswerOptions extends LayerOptions {
  readonly testAccuracy: number | null;
  /** Networks of the same task, trained independently; may be empty. */
  readonly others: readonly Network[];
  /** Snapshots kept while it was trained, earliest first, without the finished network. */
  readonly snapshots: readonly Moment[];
  /** Updates that the finished network had; null where it is unknown. */
  readonly steps: number | null;
}

export interface Facts {
  readonly options: AnswerOptions;
  readonly first: LayerFacts;
  readonly second: LayerFacts | null;
  readonly faults: Faults | null;
  readonly classes: ClassFacts | null;
  readonly ladder: PriorLadder | null;
  /** Of the layer that the ladder is of. */
  readonly starts: OtherStarts;
  readonly training: readonly ThroughTraining[];
}

/** Computes it all; throws the signal's reason when it is aborted, a UserError for a model without convolutions. */
export async function gather(options: AnswerOptions, watch: Watch): Promise<Facts> {
  const { network, dataset, snapshots, start, steps } = options;
  const convolutions = unitLayers(network)
    .filter((node) => unitOperation(node)?.op !== 'dense' && !windowOf(network, node.name).whole)
    .map(({ name }) => name);
  const first = convolutions[0];
  if (first === undefined) throw new RangeError('The model has no convolution with a window of its own.');
  const second = convolutions.find((name) => layerBelow(network, name) !== null) ?? null;
  const reals = new Map<string, Real>();
  watch.doing?.('Looking at real windows');
  for (const layer of second === null ? [first] : [first, second]) {
    reals.set(layer, await realAt(network, dataset, layer, part(watch, 0, 0.05)));
  }
  const real = (layer: string): Real => reals.get(layer) as Real;
  watch.doing?.('Repairing the question’s method');
  const { op } = nodeOf(network, first).operation;
  const asked =
    op === 'conv2d' && network.input[2] === 1
      ? await faults(network, first, second, real, options.seed, part(watch, 0.05, 0.2))
      : null;
  watch.doing?.(`Comparing methods on ${first}`);
  const firstFacts = await layerFacts(options, first, real(first), asked, part(watch, 0.2, 0.4));
  let secondFacts: LayerFacts | null = null;
  if (second !== null) {
    watch.doing?.(`Comparing methods on ${second}`);
    secondFacts = await layerFacts(options, second, real(second), asked, part(watch, 0.4, 0.85));
  }
  watch.doing?.('Making class pictures');
  const classes = await classFacts(options, part(watch, 0.85, 0.9));
  const deep = secondFacts ?? firstFacts;
  const unit = strongestUnit(deep);
  const windows = real(deep.layer).sample.values;
  watch.doing?.('Starting again from elsewhere');
  const starts = await otherStarts(
    ...([network, deep.layer, unit, deep.methods, windows, options.seed, part(watch, 0.9, 0.93)] as const),
  );
  watch.doing?.('Loosening the prior');
  const ladder = await priorLadder(network, deep.layer, unit, windows, part(watch, 0.93, 0.95));
  watch.doing?.('Going through training');
  const training: ThroughTraining[] = [];
  if (snapshots.length > 0) {
    const moments = [...snapshots, { step: steps ?? NaN, network }];
    for (const facts of secondFacts === null ? [firstFacts] : [firstFacts, secondFacts]) {
      const method = methodSchema.parse({ name: 'whitened', radius: facts.radius, steps: 96 });
      const sample = real(facts.layer).sample.values;
      training.push(await throughTraining(moments, start, facts.layer, method, sample, part(watch, 0.95, 1)));
    }
  }
  watch.progress?.(1);
  return {
    options,
    first: firstFacts,
    second: secondFacts,
    faults: asked,
    classes,
    ladder,
    starts,
    training,
  };
}
