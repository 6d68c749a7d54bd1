// Starts of one picture that came to the same.

/** Scores within this share of the best agree with it. */
const AGREEMENT = 0.02;

/** How many of the starts' scores agree with the best, itself counted. */
export function agreeing(scores: readonly number[]): number {
  const best = Math.max(...scores);
  return scores.filter((score) => score >= best - AGREEMENT * Math.abs(best)).length;
}
