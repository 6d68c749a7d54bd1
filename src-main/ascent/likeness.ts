// How alike the pictures of a layer are: 0 when all differ, 1 when all are the same up to sign and stretch.

/** Mean absolute Pearson correlation over all pairs of n pictures; flat pictures count as 0. */
export function meanLikeness(images: Float32Array, n: number): number {
  const size = images.length / n;
  const centred = Array.from({ length: n }, (_, i) => {
    const picture = images.subarray(i * size, (i + 1) * size);
    const mean = picture.reduce((sum, value) => sum + value, 0) / size;
    const shifted = Float64Array.from(picture, (value) => value - mean);
    const norm = Math.sqrt(shifted.reduce((sum, value) => sum + value * value, 0)) || 1;
    return shifted.map((value) => value / norm);
  });
  let total = 0;
  for (let a = 0; a < n; a++) {
    for (let b = a + 1; b < n; b++) {
      total += Math.abs(
        (centred[a] as Float64Array).reduce(
          (sum, value, i) => sum + value * ((centred[b] as Float64Array)[i] ?? 0),
          0,
        ),
      );
    }
  }
  return total / ((n * (n - 1)) / 2);
}
