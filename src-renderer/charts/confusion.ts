// What a confusion matrix says: how strongly a cell is drawn, and the most frequent mistake.

/** Share 0..1 of the greatest wrong count, by its square root so that single mistakes are still seen; 0 on the diagonal. */
export function strengths(counts: readonly (readonly number[])[]): number[][] {
  const greatest = Math.max(1, ...counts.flatMap((row, truth) => row.filter((_, read) => read !== truth)));
  return counts.map((row, truth) =>
    row.map((count, read) => (read === truth ? 0 : Math.sqrt(count / greatest))),
  );
}

/** The pair of classes that is mistaken most often; null when nothing is wrong. */
export function mostConfused(
  counts: readonly (readonly number[])[],
): { truth: number; read: number; count: number } | null {
  const wrong = counts
    .flatMap((row, truth) => row.map((count, read) => ({ truth, read, count })))
    .filter((cell) => cell.truth !== cell.read && cell.count > 0);
  return wrong.reduce<(typeof wrong)[number] | null>(
    (most, cell) => (most === null || cell.count > most.count ? cell : most),
    null,
  );
}
