// What a training's reports say: curves, pace, and where the accuracy axis starts.
import type { TrainRun } from '../../src-main/contract/run';
import type { Line } from '../charts/line-plot';
import { smooth } from '../charts/smoothing';

/** Reports at either side that the smoothed line looks at. */
const RADIUS = 8;
/** Loss is smoothed as it is drawn: by its logarithm. */
const smoothLog = (values: readonly number[]): number[] =>
  smooth(
    values.map((value) => Math.log(Math.max(value, 1e-12))),
    RADIUS,
  ).map(Math.exp);

export interface TrainingCurves {
  readonly loss: readonly Line[];
  readonly accuracy: readonly Line[];
}

/** Loss and accuracy of a run: each batch pale, the smoothed line over it, tests as points. */
export function curvesOf({ reports, tests }: Pick<TrainRun, 'reports' | 'tests'>): TrainingCurves {
  const x = reports.map(({ step }) => step);
  const lines = (
    pick: (of: { loss: number; accuracy: number }) => number,
    smoothed: (values: readonly number[]) => number[],
  ): Line[] => {
    const y = reports.map(pick);
    return [
      { name: 'each batch', style: 'raw', x, y },
      { name: 'training', style: 'main', x, y: smoothed(y) },
      ...(tests.length === 0
        ? []
        : [{ name: 'test', style: 'second' as const, x: tests.map(({ step }) => step), y: tests.map(pick) }]),
    ];
  };
  return {
    loss: lines(({ loss }) => loss, smoothLog),
    accuracy: lines(
      ({ accuracy }) => accuracy,
      (values) => smooth(values, RADIUS),
    ),
  };
}

/** Milliseconds a step lately; null before there are two reports. */
export function pace({ reports }: Pick<TrainRun, 'reports'>): number | null {
  const last = reports.at(-1);
  const first = reports.at(-Math.min(10, reports.length));
  if (first === undefined || last === undefined || last.step <= first.step) return null;
  return (1000 * (last.seconds - first.seconds)) / (last.step - first.step);
}

/** Where the accuracy axis starts, so that most of the smoothed curve is in view: 0, 0.5, 0.8 or 0.9. */
export function accuracyFloor(smoothed: ArrayLike<number>): number {
  const sorted = Array.from(smoothed).sort((a, b) => a - b);
  const low = sorted[Math.floor(sorted.length * 0.2)] ?? 0;
  return [0.9, 0.8, 0.5].find((floor) => low > floor + 0.02) ?? 0;
}
