// What the Filters view shows and would run: method and parameters by layer, seed, display, which units, and the run behind
// each unit.
import { defineStore } from 'pinia';
import { computed, ref, shallowReactive } from 'vue';
import {
  methodSchema,
  usualDisplay,
  type Display,
  type Method,
  type MethodName,
} from '../../src-main/contract/method';
import type { UnitResult, VisualizeRun } from '../../src-main/contract/run';
import { parseUnits } from '../unit-ranges';
import { useApp } from './app';
import { useModel } from './model';
import { useNotices } from './notices';
import { isActive, useRuns } from './runs';

export const methodNames: readonly { value: MethodName; label: string; hint: string }[] = [
  {
    value: 'whitened',
    label: 'Whitened',
    hint: 'Shaped like real windows: the search keeps to their statistics',
  },
  { value: 'plain', label: 'Plain', hint: 'Any pixels of one common norm' },
  { value: 'box', label: 'Box', hint: 'Any pixels from 0 to 1' },
  { value: 'fourier', label: 'Fourier', hint: 'Frequencies of natural strength, robust to small moves' },
  { value: 'question', label: 'Question’s', hint: 'The mean over the whole picture, as the question ran it' },
];
/** What other tools do, with their own constants: rows of Compare alone. */
export const peerNames: typeof methodNames = [
  { value: 'kerasIo', label: 'keras.io', hint: 'Its example: 30 steps of 10, border left out' },
  { value: 'tfjsExamples', label: 'tfjs-examples', hint: 'Its visualize-convnet: 40 normalised steps' },
  { value: 'lucid', label: 'Lucid', hint: 'Fourier basis, jitter, scale and rotation' },
  { value: 'tfKerasVis', label: 'tf-keras-vis', hint: 'Its defaults: jitter, rotation, total variation' },
];
export const methodLabel = (name: string): string =>
  [...methodNames, ...peerNames].find(({ value }) => value === name)?.label ?? name;

/** One unit of the layer at hand: what is known of it, and where its picture is. */
export interface Cell {
  readonly unit: number;
  readonly result: UnitResult;
  /** The run behind it and its place among the run's units; null while it was never run. */
  readonly run: VisualizeRun | null;
  readonly index: number;
  /** Whether the parameters were changed since its run. */
  readonly stale: boolean;
}

const untouched = (unit: number): UnitResult => ({
  ...{ unit, state: 'queued', score: null, bestReal: null, certificate: null, norm: null, startScores: [] },
});

const same = (a: Method, b: Method): boolean => {
  const flat = (of: Method): string =>
    JSON.stringify(Object.entries(of).sort(([x], [y]) => (x < y ? -1 : 1)));
  return flat(a) === flat(b);
};

export const useFilters = defineStore('filters', () => {
  const app = useApp();
  const model = useModel();
  const runs = useRuns();
  const notices = useNotices();

  const methodName = ref<MethodName>('whitened');
  /** Parameters that were set by hand, by layer and method. */
  const edits = shallowReactive(new Map<string, { method: Method; seed: number }>());
  const ownDisplay = ref<Display | null>(null);
  const beside = ref(false);
  const query = ref('');

  const display = computed<Display>({
    get: () => {
      if (ownDisplay.value !== null) return ownDisplay.value;
      if (app.settings.display !== 'usual') return app.settings.display;
      const whole = model.layer?.receptiveField === null;
      return usualDisplay(methodName.value, { whole, channels: model.model?.input.channels ?? 1 });
    },
    set: (value) => (ownDisplay.value = value),
  });

  const layerKey = (name: MethodName): string => `${model.model?.id}/${model.layerName}/${name}`;

  /** Finished and running visualisations of the layer by a method, newest first. */
  const runsBy = (name: MethodName): VisualizeRun[] =>
    model.model === null
      ? []
      : runs
          .visualizations(model.model.id, model.layerName)
          .filter(
            ({ request, state, frames }) =>
              request.method.name === name && (state !== 'cancelled' || frames.length > 0),
          );

  /** The parameters a run would have: those set by hand, else those of the newest run of the whole layer, else the defaults. */
  function parameters(name: MethodName): { method: Method; seed: number } {
    const edited = edits.get(layerKey(name));
    if (edited !== undefined) return edited;
    const last = runsBy(name).find(({ request }) => request.units === null)?.request;
    return last === undefined
      ? { method: methodSchema.parse({ name }), seed: 0 }
      : { method: last.method, seed: last.seed };
  }
  const method = computed(() => parameters(methodName.value).method);
  const seed = computed(() => parameters(methodName.value).seed);

  function edit(changed: Partial<{ method: Method; seed: number }>): void {
    edits.set(layerKey(methodName.value), { ...parameters(methodName.value), ...changed });
  }

  /** The units of the layer as a method has them: each from its newest run. */
  function cellsBy(name: MethodName): Cell[] {
    const layer = model.layer;
    if (layer === null) return [];
    const wanted = parameters(name);
    const cells = new Map<number, Cell>();
    const all = Array.from({ length: layer.units }, (_, unit) => unit);
    for (const run of runsBy(name)) {
      const stale = !same(run.request.method, wanted.method) || run.request.seed !== wanted.seed;
      // before its first step a run does not say what it has
      const empty = run.units.length === 0 && isActive(run);
      const results = empty ? (run.request.units ?? all).map(untouched) : run.units;
      results.forEach((result, index) => {
        // a unit that a run never came to is shown from the run before it
        const waiting = result.state === 'queued' && !isActive(run);
        if (!waiting && !cells.has(result.unit))
          cells.set(result.unit, { unit: result.unit, result, run, index, stale });
      });
    }
    return all.map(
      (unit) => cells.get(unit) ?? { unit, result: untouched(unit), run: null, index: 0, stale: false },
    );
  }
  const cells = computed(() => cellsBy(methodName.value));
  const besideCells = computed(() => (beside.value ? cellsBy('question') : []));

  /** Units that the search leaves: "0-15, 37", a state, or for classes their names; all for an empty one. */
  const units = computed(() => {
    const layer = model.layer;
    if (layer === null) return [];
    const name = (unit: number): string => model.unitName(layer, unit);
    return parseUnits(query.value, layer.units, name, (unit) => cells.value[unit]?.result.state ?? 'queued');
  });
  const visible = computed(() => units.value.flatMap((unit) => cells.value[unit] ?? []));

  /** The run that goes on in this layer by this method. */
  const active = computed(() => runsBy(methodName.value).find(isActive) ?? null);
  /** The newest run in this layer by this method, where it failed and was not waved aside. */
  const failed = computed(() => {
    const newest = runsBy(methodName.value)[0];
    return newest?.state === 'failed' && !aside.has(newest.id) ? newest : null;
  });
  const aside = shallowReactive(new Set<string>());
  function dismiss(run: string): void {
    aside.add(run);
  }
  /** The newest run of the whole layer: the one that a gallery is saved from. */
  const whole = computed(
    () =>
      runsBy(methodName.value).find(({ request, frames }) => request.units === null && frames.length > 0) ??
      null,
  );
  /** The cell in the inspector. */
  const selected = computed(() => cells.value[model.unit] ?? null);

  async function start(what: {
    name?: MethodName;
    units?: readonly number[] | null;
    method?: Method;
  }): Promise<void> {
    const info = model.model;
    const layer = model.layer;
    if (info === null || layer === null) return;
    const wanted = parameters(what.name ?? methodName.value);
    await notices.attempt(() =>
      runs.visualize({
        ...{ model: info.id, layer: layer.name, seed: wanted.seed, method: what.method ?? wanted.method },
        units: what.units == null ? null : [...what.units],
      }),
    );
  }

  /** Runs the method on the layer, or on those units that the search leaves. */
  const run = (): Promise<void> =>
    start({ units: units.value.length === (model.layer?.units ?? 0) ? null : units.value });

  /** Runs one unit again with twice the steps. */
  async function runLonger(unit: number): Promise<void> {
    const now = selected.value?.run?.request.method ?? method.value;
    if (now.name === 'question') return;
    const longer = { ...now, steps: Math.min(20_000, now.steps * 2) };
    await start({ units: [unit], method: longer });
  }

  const retry = (unit: number): Promise<void> => start({ units: [unit] });
  const runQuestion = (): Promise<void> => start({ name: 'question' });

  async function cancel(): Promise<void> {
    const going = active.value;
    if (going !== null) await notices.attempt(() => runs.cancel(going.id));
  }

  return {
    ...{ methodName, method, seed, display, beside, query, cells, besideCells, units, visible },
    ...{ active, failed, whole, selected, edit, run, runLonger, retry, runQuestion, cancel, dismiss },
  };
});
