// What a curve does, in one sentence: the text alternative of a chart.

/**
 * "Loss falls from 2.30 to 0.12 in 1 240 steps, flat after 300." Flat: every later value lies within 2 % of the
 * curve's whole span from the last one; said only when that holds for more than half of the curve.
 */
export function trend(
  name: string,
  steps: ArrayLike<number>,
  values: ArrayLike<number | null>,
  format: (value: number) => string,
  count: (value: number) => string,
): string {
  const points = Array.from(steps, (step, i) => ({ step, value: values[i] ?? Number.NaN })).filter(
    (point) => Number.isFinite(point.step) && Number.isFinite(point.value),
  );
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return `${name}: no values yet.`;
  if (first === last) return `${name} is ${format(first.value)} at step ${count(first.step)}.`;
  const all = points.map((point) => point.value);
  const span = Math.max(...all) - Math.min(...all);
  const change = last.value - first.value;
  const verb = Math.abs(change) < span * 0.02 || span === 0 ? 'goes' : change > 0 ? 'rises' : 'falls';
  const settled = points.findLastIndex((point) => Math.abs(point.value - last.value) > span * 0.02) + 1;
  const flat = points[settled];
  const said = `${name} ${verb} from ${format(first.value)} to ${format(last.value)} in ${count(last.step - first.step)} steps`;
  return flat !== undefined && settled < points.length / 2 && settled > 0
    ? `${said}, flat after ${count(flat.step)}.`
    : `${said}.`;
}
