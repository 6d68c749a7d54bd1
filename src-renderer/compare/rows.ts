// What a row of Compare shows: the run behind a method, a unit's place in it, and the numbers at its right.
import { bestOfWords, ratioToReal } from '../../src-main/contract/best-of';
import type { RunEvidence } from '../../src-main/contract/calls';
import type { Display, MethodName } from '../../src-main/contract/method';
import type { UnitResult, VisualizeRun } from '../../src-main/contract/run';
import { median } from '../median';
import { fixed, times } from '../numbers';
import { WITHOUT_PICTURE } from '../stores/runs';

/** One unit of a row; `index` is its place among the run's units, −1 where the run lacks it. */
export interface RowCell {
  readonly unit: number;
  readonly result: UnitResult | null;
  readonly index: number;
  /** How this cell alone is shown; null: as its row is. */
  readonly display: Display | null;
}

export type Budget = 'own' | 'common';

const worth = (run: VisualizeRun): boolean =>
  run.state !== 'failed' && (run.state !== 'cancelled' || run.frames.length > 0);

/** The newest run by a method that has every one of the units; null where there is none. `runs`: newest first. */
export function coveringRun(
  runs: readonly VisualizeRun[],
  method: MethodName,
  units: readonly number[],
): VisualizeRun | null {
  const has = ({ units: results }: VisualizeRun): boolean =>
    units.every((unit) => results.some((result) => result.unit === unit));
  return runs.find((run) => run.request.method.name === method && worth(run) && has(run)) ?? null;
}

export function cellsOf(run: VisualizeRun | null, units: readonly number[]): RowCell[] {
  return units.map((unit) => {
    const index = run?.units.findIndex((result) => result.unit === unit) ?? -1;
    return { unit, index, result: run?.units[index] ?? null, display: null };
  });
}

/** A unit's score over that of its best real window, at the run's own budget or at the one that all rows share. */
export function ratioOf(
  { result, index }: RowCell,
  budget: Budget,
  evidence: RunEvidence | null,
): number | null {
  if (budget === 'common') {
    const ratio = evidence?.commonBudget[index];
    return ratio === undefined || !Number.isFinite(ratio) ? null : ratio;
  }
  return result === null ? null : ratioToReal(result);
}

/** What the scores of rows are multiples of; with the rows that it is so of, where they differ. */
export function scoresAre(
  rows: readonly {
    readonly title: string;
    readonly run: Pick<VisualizeRun, 'bestOf'> | null;
    readonly evidence: Pick<RunEvidence, 'bestOf'> | null;
    readonly numbers: Pick<RowNumbers, 'score'>;
  }[],
  budget: Budget,
  whole: boolean,
): string {
  const titles = new Map<string, string[]>();
  for (const { title, run, evidence, numbers } of rows) {
    if (numbers.score === null) continue;
    const of = budget === 'common' ? evidence?.bestOf : run?.bestOf;
    const words = bestOfWords(of ?? null, { whole });
    titles.set(words, [...(titles.get(words) ?? []), title]);
  }
  const [only, ...more] = titles.keys();
  if (more.length === 0) return only ?? '';
  return [...titles].map(([words, of]) => `${words} (${of.join(', ')})`).join('; ');
}

export const hasPicture = ({ result }: RowCell): boolean =>
  result !== null && !WITHOUT_PICTURE.includes(result.state);

/** What stands below a picture: its score, or why there is none. */
export function scoreWord(
  cell: RowCell,
  run: VisualizeRun | null,
  budget: Budget,
  evidence: RunEvidence | null,
): string {
  const { result } = cell;
  if (result !== null && WITHOUT_PICTURE.includes(result.state)) return result.state;
  const ratio = ratioOf(cell, budget, evidence);
  if (ratio !== null) return times(ratio);
  if (budget === 'own' && result?.score != null) return fixed(result.score);
  return run === null ? 'not run' : '–';
}

export interface RowNumbers {
  /** 1 − mean absolute correlation between all pictures of the run; null until it has ended. */
  readonly distinctness: number | null;
  /** Medians over the units shown. */
  readonly score: number | null;
  readonly nearestReal: number | null;
  /** Rank correlation of the layers below with the best real windows', and between those; null on a first layer. */
  readonly path: { readonly picture: number; readonly real: number } | null;
  /** Probability that independent networks give to the class; null for hidden layers. */
  readonly others: number | null;
}

export function numbersOf(
  cells: readonly RowCell[],
  budget: Budget,
  evidence: RunEvidence | null,
): RowNumbers {
  const ratios = cells.flatMap((cell) => ratioOf(cell, budget, evidence) ?? []);
  const of = (values: Float32Array | undefined): number | null =>
    median(cells.flatMap(({ index }) => values?.[index] ?? []));
  const [picture, real] = [of(evidence?.path?.picture), of(evidence?.path?.real)];
  return {
    distinctness: evidence === null ? null : 1 - evidence.likeness,
    score: median(ratios),
    nearestReal: of(evidence?.nearestReal),
    path: picture === null || real === null ? null : { picture, real },
    others: of(evidence?.transfer?.others),
  };
}

/** A word for how distinct pictures are. */
export function distinctWord(distinctness: number): string {
  if (distinctness < 0.2) return 'nearly the same';
  return distinctness < 0.5 ? 'much alike' : 'distinct';
}
