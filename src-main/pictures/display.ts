// From raw float32 pictures to 8 bits: every display mapping of contract/method.
import type { Display } from '../contract/method';
import type { Pixels } from './sheet';

/** Shape of a raw picture, row-major with channels last. */
export interface PictureShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Values that become black and white; what lies outside is clipped. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Standard deviations to each side of the mean that 'meanStd' shows. */
const DEVIATIONS = 2.5;

/** Least and greatest finite value; 0..0 of none. */
export function extremes(values: Float32Array): Range {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? { low: 0, high: 0 } : { low, high };
}

/** The value below which `share` of the sorted values lie, between neighbours by proportion. */
function quantile(sorted: Float32Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? 0;
  return below + (at - Math.floor(at)) * ((sorted[Math.ceil(at)] ?? 0) - below);
}

function rangeOf(values: Float32Array, display: Exclude<Display, 'shared'>): Range {
  switch (display) {
    case 'contrast':
      return extremes(values);
    case 'percentile': {
      const sorted = values.filter(Number.isFinite).sort();
      return sorted.length === 0
        ? extremes(values)
        : { low: quantile(sorted, 0.01), high: quantile(sorted, 0.99) };
    }
    case 'signed': {
      const { low, high } = extremes(values);
      const most = Math.max(Math.abs(low), Math.abs(high));
      return { low: -most, high: most };
    }
    case 'ink':
      return { low: 0, high: 1 };
    case 'positive':
      // a picture without anything positive is black, not flat
      return { low: 0, high: Math.max(extremes(values).high, Number.MIN_VALUE) };
    case 'meanStd': {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      const reach = DEVIATIONS * Math.sqrt(variance);
      return { low: mean - reach, high: mean + reach };
    }
  }
}

/** One or three channels stay; any other number is shown as its mean. */
function visibleChannels(values: Float32Array, { channels }: PictureShape): Float32Array {
  if (channels === 1 || channels === 3) return values;
  const mean = new Float32Array(values.length / channels);
  values.forEach((value, i) => {
    const pixel = Math.floor(i / channels);
    mean[pixel] = (mean[pixel] ?? 0) + value / channels;
  });
  return mean;
}

/**
 * Maps one raw picture to 8 bits; all channels share a range, so that hues stay. A flat picture becomes mid grey where
 * the range is its own; what is no number becomes black. 'shared' takes the layer's range, of which the picture's own
 * stands in when it is left out.
 */
export function show(values: Float32Array, shape: PictureShape, display: Display, layer?: Range): Pixels {
  const { height, width } = shape;
  const visible = visibleChannels(values, shape);
  const { low, high } = display === 'shared' ? (layer ?? extremes(visible)) : rangeOf(visible, display);
  const span = high - low;
  const data = new Uint8Array(visible.length);
  visible.forEach((value, i) => {
    const share = span === 0 ? 128 / 255 : (value - low) / span;
    data[i] = Number.isFinite(value) ? Math.round(Math.min(1, Math.max(0, share)) * 255) : 0;
  });
  return { height, width, channels: shape.channels === 3 ? 3 : 1, data };
}

/**
 * Maps all pictures of a layer [n × h × w × c]. A unit that `live` denies is black, and no part of the range that
 * 'shared' gives to the others.
 */
export function showAll(
  images: Float32Array,
  shape: PictureShape,
  display: Display,
  live: (index: number) => boolean = () => true,
): Pixels[] {
  const size = shape.height * shape.width * shape.channels;
  const count = images.length / size;
  const raw = Array.from({ length: count }, (_, i) => images.subarray(i * size, (i + 1) * size));
  const ranges = raw.filter((_, i) => live(i)).map((values) => extremes(visibleChannels(values, shape)));
  const layer = {
    low: Math.min(...ranges.map(({ low }) => low)),
    high: Math.max(...ranges.map(({ high }) => high)),
  };
  return raw.map((values, i) => {
    const shown = show(values, shape, display, layer);
    return live(i) ? shown : { ...shown, data: new Uint8Array(shown.data.length) };
  });
}
