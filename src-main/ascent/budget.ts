// The size that pictures are given where the method leaves it open: by the real windows, else by contrast.
import { remembered } from '../network/remembered';
import type { Ascent, Frame } from './ascend';
import type { LayerAscent } from './layer-ascent';
import { median } from '../contract/median';
import { CONTRAST } from './search';

/** Units by which a budget is chosen, and steps of each try. */
const PROBES = 16;
const PROBE_STEPS = 32;

async function drain(run: AsyncGenerator<Frame, Ascent>): Promise<Ascent> {
  for (;;) {
    const { done, value } = await run.next();
    if (done === true) return value;
  }
}

/**
 * The least budget at which the layer's median live unit responds as to its best real window, found by bisection
 * with short runs of a few units; the greatest when none suffices. Found once for a layer and a way of searching.
 * Without windows, the radius at which the pictures of a few of `units` have the usual contrast.
 */
export async function chosenBudget(layer: LayerAscent, units: readonly number[]): Promise<number> {
  const { network, layer: name, method, seed, windows, signal } = layer.options;
  const { budgets, byContrast } = layer.search;
  if (byContrast) return contrastBudget(layer, units);
  let [low, high] = [0, budgets.length - 1];
  if (high === 0) return budgets[0] as number;
  const robust = method.name === 'fourier' && method.robust;
  const kept = remembered<number>(
    [network, windows],
    `budget of ${name} by ${method.name} ${robust} ${seed}`,
  );
  const known = kept.get();
  if (known !== undefined) return known;
  const live = [...layer.best.keys()].filter((unit) => (layer.best[unit] ?? 0) > 0);
  const every = Math.max(1, Math.floor(live.length / PROBES));
  const probes = live.filter((_, i) => i % every === 0).slice(0, PROBES);
  if (probes.length === 0) return budgets[low] as number;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { scores } = await drain(layer.climb(probes, budgets[middle] as number, PROBE_STEPS, 1, new Set()));
    const ratios = probes.map((unit, i) => (scores[i] as number) / (layer.best[unit] as number));
    if (median(ratios) >= 1) high = middle;
    else low = middle + 1;
  }
  const found = budgets[low] as number;
  return signal?.aborted === true ? found : kept.set(found);
}

/** Pictures deviate from mid grey in proportion to the radius. */
async function contrastBudget(layer: LayerAscent, units: readonly number[]): Promise<number> {
  const { height, width, channels } = layer.size;
  const probes = units.filter((_, i) => i % Math.max(1, Math.floor(units.length / 4)) === 0).slice(0, 4);
  let radius = Math.sqrt(height * width * channels) / 4;
  for (let tries = 0; tries < 2; tries++) {
    const { images } = await drain(layer.climb(probes, radius, PROBE_STEPS / 2, 1, new Set()));
    const pixels = images.length / probes.length;
    const deviations = probes.map((_, i) => {
      const picture = images.subarray(i * pixels, (i + 1) * pixels);
      return Math.sqrt(picture.reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / pixels);
    });
    const deviation = median(deviations);
    if (deviation > 0 && Number.isFinite(deviation)) radius *= CONTRAST / deviation;
  }
  return radius;
}
