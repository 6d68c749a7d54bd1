// What a certificate says, in words that claim no more than it does.
import type { GalleryUnit } from '../contract/gallery';

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.001 ? 2 : 1)} %`;

/** One or two sentences on a unit's picture. */
export function certificateInWords({ state, certificate, startScores }: GalleryUnit): string {
  const gap = certificate === null ? '' : ` (gap ${percent(certificate.gap)})`;
  const most = Math.max(...startScores);
  const agreeing = startScores.filter((score) => score >= most - 0.02 * Math.abs(most)).length;
  const restarts =
    startScores.length < 2
      ? ' One start: other local optima may be as good.'
      : ` ${agreeing} of ${startScores.length} starts reach a score within 2 % of the best.`;
  switch (state) {
    case 'exact':
      return 'Exact: the unit is linear in its window, so this is the one best picture under the bound.';
    case 'converged':
      return `Converged: to first order no allowed change raises the response${gap}. A local optimum.${restarts}`;
    case 'close':
      return `Close: a little is still to be gained to first order${gap}; more steps may help.${restarts}`;
    case 'climbing':
      return certificate === null
        ? 'No certificate: this method bounds nothing, or stops after a fixed number of steps.'
        : `Still climbing: the gradient points elsewhere${gap}. Run it longer before reading it.`;
    case 'dead':
      return 'Dead: no real window makes the unit fire, so a picture of it would show nothing.';
    case 'failed':
      return 'Failed: the response is no number.';
  }
}
