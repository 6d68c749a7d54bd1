// How alike pictures are: Pearson correlation of their pixels, which does not mind how they were stretched.

/** A picture's pixels with mean 0 and length 1; null for a flat one, which is like nothing. */
export function unitVector(pixels: ArrayLike<number>): Float32Array | null {
  const n = pixels.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += (pixels[i] ?? 0) / n;
  const shifted = Float32Array.from(pixels, (value) => value - mean);
  const norm = Math.sqrt(dot(shifted, shifted));
  return norm < 1e-6 ? null : shifted.map((value) => value / norm);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** Correlation −1..1 of two pictures of one size; null where it isn't defined. */
export const likeness = (a: Float32Array | null, b: Float32Array | null): number | null =>
  a === null || b === null || a.length !== b.length ? null : dot(a, b);

/** Pairs beyond these units are left out: the mean is known well enough, and the window stays smooth. */
const ENOUGH = 128;

/** 1 − the mean likeness of every pair, up to sign: 0 all alike, 1 all different. null for fewer than two pictures. */
export function distinctness(pictures: readonly (Float32Array | null)[]): number | null {
  const live = pictures.filter((picture) => picture !== null).slice(0, ENOUGH);
  let sum = 0;
  live.forEach((a, i) => {
    for (const b of live.slice(i + 1)) sum += Math.abs(dot(a, b));
  });
  const pairs = (live.length * (live.length - 1)) / 2;
  return pairs === 0 ? null : 1 - sum / pairs;
}
