// The matrix of responses as a heat map, and the groups of pictures that are nearly the same.
import { HEAT } from '../drawing/heat';

/** z-scores from −LIMIT to LIMIT take the whole ramp; those beyond are cut. */
export const LIMIT = 3;

/** Colours of z-scores, 0xAABBGGRR each; what is no number is the ramp's middle. */
export function heatOf(scores: Float32Array): Uint32Array {
  return Uint32Array.from(scores, (score) => {
    const share = Number.isFinite(score) ? (score + LIMIT) / (2 * LIMIT) : 0.5;
    return HEAT[Math.round(255 * Math.min(1, Math.max(0, share)))] ?? 0;
  });
}

/** Units by cluster, those clusters that have more than one, largest first. `units`: of each place. */
export function duplicatesIn(clusters: readonly number[], units: readonly number[]): number[][] {
  const groups = new Map<number, number[]>();
  clusters.forEach((cluster, i) => {
    groups.set(cluster, [...(groups.get(cluster) ?? []), units[i] ?? i]);
  });
  return [...groups.values()].filter((group) => group.length > 1).sort((a, b) => b.length - a.length);
}

/** The place of the greatest response in a row, and its value; −1 for an empty row. */
export function strongestIn(
  responses: Float32Array,
  row: number,
  count: number,
): { at: number; value: number } {
  let [at, value] = [-1, -Infinity];
  for (let i = 0; i < count; i++) {
    const response = responses[row * count + i] ?? -Infinity;
    if (response > value) [at, value] = [i, response];
  }
  return { at, value };
}
