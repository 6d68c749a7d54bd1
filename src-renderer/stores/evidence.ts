// The page of evidence: whether it is open, and what the engine answered about runs, units and layers, each asked for once.
import { defineStore } from 'pinia';
import { ref, shallowReactive } from 'vue';
import type { RunEvidence } from '../../src-main/contract/calls';
import type { Decomposition, Facets, PriorLadder, ThroughTraining } from '../../src-main/contract/evidence';
import { call } from '../bridge';
import { useAsks } from './asks';
import { useRuns } from './runs';

/** idle: nobody asked for it yet. */
export type Answer<T> =
  /** `asked`: its key in stores/asks, of what can be cancelled. */
  | { readonly state: 'idle' | 'loading'; readonly asked?: string }
  | { readonly state: 'failed'; readonly error: unknown; readonly retry: () => void }
  | { readonly state: 'ready'; readonly value: T };

export const IDLE = { state: 'idle' } as const;
const LOADING = { state: 'loading' } as const;

/** Answers kept; each is at most a few hundred kilobytes. */
const KEPT = 400;

export const useEvidence = defineStore('evidence', () => {
  const runs = useRuns();
  const asks = useAsks();
  /** What the page is about; null while it is closed. */
  const page = ref<'unit' | 'layer' | null>(null);
  const answers = shallowReactive(new Map<string, Answer<unknown>>());

  async function begin(key: string, ask: (name: string) => Promise<unknown>, slow = false): Promise<void> {
    // set after this tick: the asking may happen while a template is being rendered
    await Promise.resolve();
    if (answers.has(key)) return;
    const oldest = answers.size >= KEPT ? answers.keys().next().value : undefined;
    if (oldest !== undefined) answers.delete(oldest);
    answers.set(key, slow ? { ...LOADING, asked: key } : LOADING);
    try {
      const value = await (slow ? asks.make(key, ask) : ask(''));
      answers.set(key, { state: 'ready', value });
    } catch (error) {
      const retry = (): void => {
        answers.delete(key);
        void begin(key, ask, slow);
      };
      answers.set(key, { state: 'failed', error, retry });
    }
  }

  function once<T>(key: string, ask: (name: string) => Promise<T>, slow = false): Answer<T> {
    const known = answers.get(key);
    if (known === undefined) void begin(key, ask, slow);
    return (known ?? LOADING) as Answer<T>;
  }

  /** How a run's pictures compare with each other and with real data. */
  function ofRun(id: string): Answer<RunEvidence> {
    const known = runs.evidence.get(id);
    if (known !== undefined) return { state: 'ready', value: known };
    return once(`run ${id}`, async () => {
      const found = await call('evidence.run', { run: id });
      runs.evidence.set(id, found);
      return found;
    });
  }

  /** A unit's picture of a run, explained by the layer below; null where there is none. */
  const decomposition = (run: string, unit: number): Answer<Decomposition | null> =>
    once(`decomposition ${run} ${unit}`, () => call('evidence.decomposition', { run, unit }));

  const prior = (model: string, layer: string, unit: number): Answer<PriorLadder> =>
    once(
      `prior ${model} ${layer} ${unit}`,
      (ask) => call('evidence.prior', { model, layer, unit, ask }),
      true,
    );

  /** Null for a model that keeps no snapshots. Pictures are made at the size of those of `run`, where it is given. */
  const throughTraining = (
    model: string,
    layer: string,
    run: string | null = null,
  ): Answer<ThroughTraining | null> =>
    once(
      `training ${model} ${layer} ${run ?? ''}`,
      (ask) => call('evidence.throughTraining', { model, layer, run, ask }),
      true,
    );

  const facetsKey = (run: string, unit: number): string => `facets ${run} ${unit}`;
  /** Further starts of a unit, once they were asked for by tryStarts. */
  const facets = (run: string, unit: number): Answer<Facets> =>
    (answers.get(facetsKey(run, unit)) ?? IDLE) as Answer<Facets>;
  const tryStarts = (run: string, unit: number): Promise<void> =>
    begin(facetsKey(run, unit), (ask) => call('evidence.facets', { run, unit, ask }), true);

  return { page, ofRun, decomposition, prior, throughTraining, facets, tryStarts };
});
