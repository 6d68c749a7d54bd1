// What a gallery says of itself, as labels and values.
import { ratioToReal } from '../../src-main/contract/best-of';
import type { Gallery } from '../../src-main/contract/gallery';
import { median } from '../median';
import { count, duration, fixed, gap, moment, relativeTo, times, whole } from '../numbers';
import { rangeLabel } from '../ranges';
import { agreeing } from '../starts';
import { methodLabel } from '../stores/filters';

/** What its scores are multiples of; empty without data. */
export const scoresAre = ({ units, bestOf, layer }: Gallery): string =>
  units.some((unit) => ratioToReal(unit) !== null)
    ? relativeTo(bestOf, { whole: layer.receptiveField === null })
    : '';

export function medianScore({ units }: Gallery): string {
  const middle = median(units.flatMap((unit) => ratioToReal(unit) ?? []));
  return middle === null ? 'not measured' : times(middle);
}

export function medianGap({ units }: Gallery): string {
  const middle = median(units.flatMap(({ certificate }) => (certificate === null ? [] : [certificate.gap])));
  return middle === null ? 'not measured' : gap(middle);
}

/** Radius or norm, in the space that it bounds; the box and the question have none. */
export function budget({ method }: Gallery): string {
  const { radius, norm } = method.parameters;
  if (typeof radius === 'number') {
    return `${fixed(radius)} in ${method.name === 'whitened' ? 'whitened units' : 'the spectrum'}`;
  }
  if (typeof norm === 'number') return `${fixed(norm)} in pixel norm`;
  return method.name === 'box' ? 'pixels from 0 to 1' : 'none';
}

export function steps({ method, timings }: Gallery): string {
  const { steps: many = timings.steps, iterations = many } = method.parameters;
  return typeof iterations === 'number' ? whole(iterations) : whole(timings.steps);
}

/** "60 converged, 4 dead". */
export function states({ units }: Gallery): string {
  const counts = new Map<string, number>();
  for (const { state } of units) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, n]) => `${whole(n)} ${state}`).join(', ');
}

/** Units with more than one start, of which at least two came within 2 % of the best. */
export function startsAgree({ units }: Gallery): string {
  const tried = units.filter(({ startScores }) => startScores.length > 1);
  if (tried.length === 0) return 'not measured';
  const agreed = tried.filter(({ startScores }) => agreeing(startScores) > 1);
  return `${whole(agreed.length)} of ${count(tried.length, 'unit')}`;
}

export const factsOf = (gallery: Gallery): { label: string; value: string }[] => [
  { label: 'Model', value: gallery.model.name },
  { label: 'Layer', value: gallery.layer.name },
  { label: 'Pixels', value: gallery.model.range === null ? 'not recorded' : rangeLabel(gallery.model.range) },
  { label: 'Method', value: methodLabel(gallery.method.name) },
  { label: 'Budget', value: budget(gallery) },
  { label: 'Steps', value: steps(gallery) },
  { label: 'Seed', value: String(gallery.seed) },
  { label: 'Median score', value: `${medianScore(gallery)} ${scoresAre(gallery).slice(2)}`.trim() },
  { label: 'Median gap', value: medianGap(gallery) },
  { label: 'Starts agree', value: startsAgree(gallery) },
  { label: 'States', value: states(gallery) },
  { label: 'Data', value: gallery.dataset?.name ?? 'none' },
  { label: 'Made', value: `${moment(gallery.createdAt)}, in ${duration(gallery.timings.seconds)}` },
];
