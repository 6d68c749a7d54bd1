// Whether another start gives another picture: the layer with another seed, and one unit from many starts.
import type { Facets } from '../contract/evidence';
import type { Method } from '../contract/method';
import { median } from '../contract/median';
import type { Network } from '../network/network';
import { facets } from './facets';
import { picturesBy, type MethodPictures } from './methods-compared';
import { scoresOf } from './real-space';
import { distinctnessOf } from './selectivity';
import { dot, standardised } from './statistics';
import { part, step, type Watch } from './watch';

export interface OtherStarts {
  readonly unit: number;
  /** Sixteen starts of that unit with the whitened prior. */
  readonly facets: Facets;
  /** The whole choice of units with the next seed, by each method that starts at random and is bounded. */
  readonly seeds: readonly {
    readonly name: string;
    /** Median over units of the correlation of both seeds' pictures, and of the second's response / the first's. */
    readonly correlation: number;
    readonly response: number;
    readonly distinctness: readonly [first: number, second: number];
  }[];
}

const rows = ({ windows, units }: MethodPictures): Float32Array[] => {
  const size = windows.length / units.length;
  return units.map((_, i) => windows.subarray(i * size, (i + 1) * size));
};

/** `known`: pictures of the layer by the whitened and the plain method with `seed`; `real`: windows of the layer. */
export async function otherStarts(
  network: Network,
  layer: string,
  unit: number,
  known: readonly MethodPictures[],
  real: Float32Array,
  seed: number,
  watch: Watch,
): Promise<OtherStarts> {
  const seeds: OtherStarts['seeds'][number][] = [];
  let whitened: Method | null = null;
  for (const first of known) {
    if (first.method?.name !== 'whitened' && first.method?.name !== 'plain') continue;
    if (first.method.name === 'whitened') whitened = first.method;
    const { units } = first;
    const second = await picturesBy(network, layer, first.method, units, real, seed + 1, watch);
    const all = standardised(Float32Array.from([...first.windows, ...second.windows]), 2 * units.length);
    const [own, other] = [first, second].map(({ windows }) => scoresOf(network, layer, units, windows));
    seeds.push({
      name: first.name,
      correlation: median(units.map((_, i) => dot(all[i] ?? [], all[i + units.length] ?? []))),
      response: median(units.map((_, i) => (other?.[i] ?? NaN) / (own?.[i] ?? NaN))),
      distinctness: [distinctnessOf(rows(first)), distinctnessOf(rows(second))],
    });
    await step(part(watch, 0, 0.7), seeds.length / 2);
  }
  if (whitened === null) throw new RangeError('There are no pictures with the prior.');
  const found = await facets(network, layer, unit, whitened, real, { seed }, part(watch, 0.7, 1));
  return { unit, seeds, facets: found };
}
