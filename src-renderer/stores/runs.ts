// All runs, live by events: their states, the newest frame of each, and the curve of every unit.
import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';
import type { Curves, RunEvidence } from '../../src-main/contract/calls';
import type { EventData } from '../../src-main/contract/events';
import type {
  Run,
  TrainRequest,
  TrainRun,
  UnitResult,
  VisualizeRequest,
  VisualizeRun,
} from '../../src-main/contract/run';
import { call } from '../bridge';

/** Scores of one run's units: steps, and per unit a value a step; NaN where unknown. */
export interface RunCurves {
  readonly steps: readonly number[];
  readonly scores: readonly (readonly number[])[];
}

export const isActive = (run: Run): boolean => ['queued', 'running', 'paused'].includes(run.state);

/** What the units are that have no picture. */
export const WITHOUT_PICTURE: readonly UnitResult['state'][] = ['queued', 'dead', 'failed'];

export const useRuns = defineStore('runs', () => {
  const runs = shallowReactive(new Map<string, Run>());
  const curves = shallowReactive(new Map<string, RunCurves>());
  const evidence = shallowReactive(new Map<string, RunEvidence>());
  /** The frame to show of a run that goes on. */
  const newest = shallowReactive(new Map<string, number>());
  /** Runs that were told to stop, until they say that they have. */
  const cancelling = new Set<string>();
  /** Runs whose curves were asked for in full. */
  const whole = new Set<string>();
  /** Runs whose evidence was asked for. */
  const asked = new Set<string>();

  function take(all: readonly Run[]): void {
    runs.clear();
    curves.clear();
    evidence.clear();
    newest.clear();
    whole.clear();
    asked.clear();
    for (const run of all) runs.set(run.id, run);
  }

  function changed({ run: told }: EventData<'run.changed'>): void {
    const before = runs.get(told.id);
    if (!isActive(told)) cancelling.delete(told.id);
    // what was sent before the cancel arrived there says nothing new
    const run = cancelling.has(told.id) ? { ...told, state: 'cancelled' as const } : told;
    runs.set(run.id, run);
    if (before !== undefined && isActive(before) && !isActive(run) && run.kind === 'visualize') {
      newest.delete(run.id);
      whole.delete(run.id);
      void fetchCurves(run.id);
    }
  }

  function framed(event: EventData<'run.frame'>): void {
    const run = runs.get(event.run);
    if (run?.kind !== 'visualize') return;
    const fresh = new Map(event.units.map((unit) => [unit.unit, unit]));
    // frames beyond the kept ones are pictures of the moment, which the main side soon drops
    const frames = event.frame === run.frames.length ? [...run.frames, event.step] : run.frames;
    newest.set(event.run, event.frame);
    const units = run.units.map((unit) => fresh.get(unit.unit) ?? unit);
    runs.set(run.id, { ...run, frames, units, done: event.done, secondsLeft: event.secondsLeft });
    extend(run, event);
  }

  /** Adds a frame's scores to the curves, so that they grow while the run goes on. */
  function extend(run: VisualizeRun, event: EventData<'run.frame'>): void {
    const known = curves.get(run.id) ?? { steps: [], scores: run.units.map(() => []) };
    const fresh = new Map(event.units.map((unit) => [unit.unit, unit.score ?? Number.NaN]));
    const at = known.steps.indexOf(event.step);
    const length = known.steps.length;
    curves.set(run.id, {
      steps: at < 0 ? [...known.steps, event.step] : known.steps,
      scores: run.units.map(({ unit }, i) => {
        const row = known.scores[i] ?? new Array<number>(length).fill(Number.NaN);
        const score = fresh.get(unit) ?? Number.NaN;
        if (at < 0) return [...row, score];
        return Number.isNaN(score) ? row : row.with(at, score);
      }),
    });
  }

  /** Asks for a run's curves in full, once. */
  async function fetchCurves(id: string): Promise<void> {
    if (whole.has(id)) return;
    whole.add(id);
    const found = await call('runs.curves', { run: id }).catch(() => null);
    const run = runs.get(id);
    if (found !== null && run?.kind === 'visualize') curves.set(id, byUnit(found, run.units.length));
  }

  /** How a run's pictures compare with each other and with real data; null until it is known. */
  function evidenceOf(id: string): RunEvidence | null {
    const known = evidence.get(id);
    if (known !== undefined) return known;
    if (asked.has(id)) return null;
    asked.add(id);
    void call('evidence.run', { run: id }).then(
      (found) => evidence.set(id, found),
      () => undefined,
    );
    return null;
  }

  function reported({ run: id, report, secondsLeft }: EventData<'run.report'>): void {
    const run = runs.get(id);
    if (run?.kind !== 'train') return;
    const reports = [...run.reports.filter(({ step }) => step < report.step), report];
    runs.set(id, { ...run, reports, done: Math.max(run.done, report.step), secondsLeft });
  }

  function tested({ run: id, test }: EventData<'run.test'>): void {
    const run = runs.get(id);
    if (run?.kind !== 'train') return;
    runs.set(id, { ...run, tests: [...run.tests.filter(({ step }) => step < test.step), test] });
  }

  async function visualize(request: VisualizeRequest): Promise<Run> {
    return started(await call('runs.visualize', request));
  }

  async function train(request: TrainRequest): Promise<Run> {
    return started(await call('runs.train', request));
  }

  function started(run: Run): Run {
    // an event may have come first and know more
    if (!runs.has(run.id)) runs.set(run.id, run);
    return run;
  }

  /** Shown at once: the main side stops a run that it is told to stop. Rejects, and shows the run as it was, when it is not heard. */
  async function cancel(id: string): Promise<void> {
    const run = runs.get(id);
    if (run === undefined || !isActive(run)) return;
    // a training that is kept has its model only when it has stopped
    if (run.kind === 'visualize') {
      cancelling.add(id);
      runs.set(id, { ...run, state: 'cancelled', secondsLeft: null });
    }
    try {
      await call('runs.cancel', { run: id });
    } catch (error) {
      cancelling.delete(id);
      runs.set(id, run);
      throw error;
    }
  }
  const pause = (run: string): Promise<undefined> => call('runs.pause', { run });
  const resume = (run: string): Promise<undefined> => call('runs.resume', { run });

  /** Index of the newest frame of a run; −1 before the first. */
  const newestFrame = (run: VisualizeRun): number => newest.get(run.id) ?? run.frames.length - 1;

  /** The visualisations of a model's layer, newest first. */
  function visualizations(model: string, layer: string): VisualizeRun[] {
    return [...runs.values()]
      .filter((run): run is VisualizeRun => run.kind === 'visualize')
      .filter(({ request }) => request.model === model && request.layer === layer)
      .reverse();
  }

  /** The trainings, newest first. */
  const trainings = (): TrainRun[] =>
    [...runs.values()].filter((run): run is TrainRun => run.kind === 'train').reverse();

  return {
    ...{ runs, curves, evidence, take, changed, framed, reported, tested },
    ...{
      visualize,
      train,
      cancel,
      pause,
      resume,
      fetchCurves,
      evidenceOf,
      newestFrame,
      visualizations,
      trainings,
    },
  };
});

/** Turns [steps × units] row-major into a row for each unit. */
export function byUnit({ steps, scores }: Curves, units: number): RunCurves {
  return {
    steps: Array.from(steps),
    scores: Array.from({ length: units }, (_, unit) =>
      Array.from(steps, (_step, i) => scores[i * units + unit] ?? Number.NaN),
    ),
  };
}
