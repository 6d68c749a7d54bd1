// What Compare shows: which units, which methods or displays as rows, at which budget; and the runs that are missing.
import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import type { RunEvidence } from '../../src-main/contract/calls';
import { methodSchema, type Display, type MethodName } from '../../src-main/contract/method';
import type { VisualizeRun } from '../../src-main/contract/run';
import { cellsOf, coveringRun, numbersOf, type Budget, type RowCell, type RowNumbers } from '../compare/rows';
import { displays } from '../pictures';
import { methodNames, peerNames } from './filters';
import { useModel } from './model';
import { useNotices } from './notices';
import { usePins } from './pins';
import { isActive, useRuns } from './runs';

export interface Row {
  readonly key: string;
  readonly title: string;
  readonly line: string;
  readonly method: MethodName;
  readonly display: Display;
  readonly run: VisualizeRun | null;
  readonly cells: readonly RowCell[];
  readonly evidence: RunEvidence | null;
  readonly numbers: RowNumbers;
  /** Why the method cannot run on this layer; null when it can. */
  readonly reason: string | null;
}

/** Rows are methods on several units, displays of one method, or all methods on one unit with displays as columns. */
export type RowsAre = 'methods' | 'displays' | 'unit';

/** What stands over a column. */
export interface Column {
  readonly key: string | number;
  readonly unit: number;
  readonly title: string;
  /** Null where the row says it. */
  readonly display: { readonly value: Display; readonly hint: string } | null;
}

/** Sets of methods that answer one question each. */
export const methodSets: readonly { label: string; methods: readonly MethodName[] }[] = [
  {
    label: 'The question’s and the right ones',
    methods: ['question', 'plain', 'whitened'],
  },
  {
    label: 'All of Filterscope’s',

    methods: ['box', 'plain', 'fourier', 'whitened'],
  },
  {
    label: 'What others do',
    methods: ['kerasIo', 'tfjsExamples', 'lucid', 'tfKerasVis', 'whitened'],
  },
];

/** From what was asked about, by what others do, to what is right. */
const ORDER: readonly MethodName[] = [
  'question',
  ...peerNames.map(({ value }) => value),
  'box',
  'plain',
  'fourier',
  'whitened',
];
export const comparable = [...methodNames, ...peerNames].sort(
  (a, b) => ORDER.indexOf(a.value) - ORDER.indexOf(b.value),
);

/** Units shown while none is pinned. */
const FIRST = 10;

export const useCompare = defineStore('compare', () => {
  const model = useModel();
  const runs = useRuns();
  const pins = usePins();
  const notices = useNotices();

  const rowsAre = ref<RowsAre>('methods');
  const chosen = ref<readonly MethodName[]>(['question', 'plain', 'whitened']);
  /** The method whose displays are the rows. */
  const single = ref<MethodName>('whitened');
  const ownDisplay = ref<Display | null>(null);
  const display = computed<Display>({
    get: () => ownDisplay.value ?? (model.model?.input.channels === 3 ? 'percentile' : 'contrast'),
    set: (value) => (ownDisplay.value = value),
  });
  const budget = ref<Budget>('own');

  const pinned = computed(() => (model.model === null ? [] : pins.of(model.model.id, model.layerName)));
  /** The columns: pinned units, or the first few while none is pinned. */
  const units = computed<readonly number[]>(() => {
    if (pinned.value.length > 0) return pinned.value;
    return Array.from({ length: Math.min(FIRST, model.layer?.units ?? 0) }, (_, unit) => unit);
  });
  /** A unit as it is called where its layer is not: "unit 37", or its class. */
  function unitTitle(unit: number): string {
    const { layer } = model;
    return layer === null ? '' : `${layer.isOutput ? '' : 'unit '}${model.unitName(layer, unit)}`;
  }
  const columns = computed<readonly Column[]>(() =>
    rowsAre.value === 'unit'
      ? displays.map((display) => ({ key: display.value, unit: model.unit, title: display.label, display }))
      : units.value.map((unit) => ({ key: unit, unit, title: unitTitle(unit), display: null })),
  );
  /** Units in the columns, each once: a unit has one best real window, however it is shown. */
  const unitsShown = computed<readonly number[]>(() =>
    rowsAre.value === 'unit' ? [model.unit] : units.value,
  );
  /** Units that a run must have, and that one has which is begun here. */
  const wanted = computed<readonly number[]>(() =>
    rowsAre.value === 'unit' && !units.value.includes(model.unit)
      ? [...units.value, model.unit]
      : units.value,
  );
  const own = computed(() =>
    model.model === null ? [] : runs.visualizations(model.model.id, model.layerName),
  );

  /** Those of the units that a method draws: the question's loop ends at the first convolution's number of filters. */
  function drawn(method: MethodName): readonly number[] {
    const first = model.model?.layers.find(({ kind }) => kind === 'conv')?.units ?? Infinity;
    return method === 'question' ? wanted.value.filter((unit) => unit < first) : wanted.value;
  }

  /** Why a method has no row here. The question's is about convolutions alone, and not about all of their filters. */
  function reasonAgainst(method: MethodName): string | null {
    if (method !== 'question') return null;
    if (model.layer?.kind === 'dense') return 'For convolutions alone.';
    return unitsShown.value.some((unit) => drawn(method).includes(unit))
      ? null
      : 'Its loop ends before these filters.';
  }

  function row(method: MethodName, shown: Display): Omit<Row, 'key' | 'title' | 'line'> {
    const reason = reasonAgainst(method);
    const run = reason === null ? coveringRun(own.value, method, drawn(method)) : null;
    const found = cellsOf(
      run,
      columns.value.map(({ unit }) => unit),
    );
    const cells = found.map((cell, i) => ({ ...cell, display: columns.value[i]?.display?.value ?? null }));
    const evidence = run === null ? null : (runs.evidence.get(run.id) ?? null);
    const numbers = numbersOf(cells, budget.value, evidence);
    return { method, display: shown, run, cells, evidence, numbers, reason };
  }

  const rows = computed<Row[]>(() => {
    if (rowsAre.value === 'displays') {
      const shared = row(single.value, 'contrast');
      return displays.map(({ value, label, hint }) => ({
        ...shared,
        key: value,
        title: label,
        line: hint,
        display: value,
      }));
    }
    return comparable
      .filter(({ value }) => rowsAre.value === 'unit' || chosen.value.includes(value))
      .map(({ value, label, hint }) => ({
        ...row(value, display.value),
        key: value,
        title: label,
        line: hint,
      }));
  });

  /** Methods of rows that still have no run here. */
  const missing = computed(() => [
    ...new Set(
      rows.value.filter(({ run, reason }) => run === null && reason === null).map(({ method }) => method),
    ),
  ]);
  const active = computed(() => rows.value.flatMap(({ run }) => (run !== null && isActive(run) ? run : [])));

  // the evidence of a run is asked for once, when it has ended
  watch(
    () => rows.value.flatMap(({ run }) => (run?.state === 'finished' ? run.id : [])).join(' '),
    (ids) => {
      for (const id of new Set(ids.split(' ').filter(Boolean))) runs.evidenceOf(id);
    },
    { immediate: true },
  );

  function choose(methods: readonly MethodName[]): void {
    if (methods.length > 0) chosen.value = methods;
  }

  function toggle(method: MethodName): void {
    choose(
      chosen.value.includes(method)
        ? chosen.value.filter((each) => each !== method)
        : [...chosen.value, method],
    );
  }

  /** Runs the given methods on the units shown, one after the other. */
  async function run(methods: readonly MethodName[] = missing.value): Promise<void> {
    const info = model.model;
    if (info === null) return;
    for (const name of methods) {
      await notices.attempt(() =>
        runs.visualize({
          ...{ model: info.id, layer: model.layerName, seed: 0 },
          method: methodSchema.parse({ name }),
          units: wanted.value.length === model.layer?.units ? null : [...wanted.value],
        }),
      );
    }
  }

  async function cancel(): Promise<void> {
    for (const { id } of active.value) await notices.attempt(() => runs.cancel(id));
  }

  return {
    ...{
      rowsAre,
      chosen,
      single,
      display,
      budget,
      pinned,
      units,
      columns,
      unitTitle,
      unitsShown,
      rows,
      missing,
      active,
    },
    ...{ choose, toggle, run, cancel },
  };
});
