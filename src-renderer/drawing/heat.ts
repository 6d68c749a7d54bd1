// The heat ramp: 0..255 to a colour of rising lightness, the same in both themes.

const STOPS = [0x0e1012, 0x0a3647, 0x0c647a, 0x469da8, 0xa8d3cd, 0xf7f8f0];

/**
 * What white stands for in a layer's maps: the greatest answer to real data, so that a colour means the same whatever is drawn and
 * an empty canvas is as dark as it is quiet; more where the drawing is answered more, so that nothing is cut off. `best`: scores
 * of real windows; null where none are known.
 */
export function heatScale(own: number, best: Float32Array | null): { scale: number; isReal: boolean } {
  const real = best?.reduce((most, score) => (score > most ? score : most), 0) ?? 0;
  return { scale: Math.max(own, real), isReal: real >= own && real > 0 };
}

/** A colour for each byte, as ImageData keeps it on little-endian machines: 0xAABBGGRR. */
export const HEAT: Uint32Array = Uint32Array.from({ length: 256 }, (_, value) => {
  const at = (value / 255) * (STOPS.length - 1);
  const index = Math.min(STOPS.length - 2, Math.floor(at));
  const share = at - index;
  const channel = (shift: number): number => {
    const low = ((STOPS[index] ?? 0) >> shift) & 255;
    const high = ((STOPS[index + 1] ?? 0) >> shift) & 255;
    return Math.round(low + share * (high - low));
  };
  return ((255 << 24) | (channel(0) << 16) | (channel(8) << 8) | channel(16)) >>> 0;
});
