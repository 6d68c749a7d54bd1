// Which units a search leaves: numbers and ranges ("0-15, 37"), states ("dead"), or names of classes.

/**
 * Units of 0..count − 1 that the words leave, ascending; all of them for empty words. `name` and `state` say what a unit is
 * called and how it stands. Words separated by commas or spaces add up.
 */
export function parseUnits(
  words: string,
  count: number,
  name: (unit: number) => string,
  state: (unit: number) => string,
): number[] {
  const all = Array.from({ length: count }, (_, unit) => unit);
  const wanted = words
    .toLowerCase()
    .replaceAll(/\s*(-|–|\.\.|to)\s*(?=\d)/g, '-')
    .split(/[\s,]+/)
    .filter(Boolean);
  if (wanted.length === 0) return all;
  const tests = wanted.map((word) => {
    const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? [];
    if (from === undefined) {
      return (unit: number) => state(unit).startsWith(word) || name(unit).toLowerCase().startsWith(word);
    }
    return (unit: number) => unit >= Number(from) && unit <= Number(to ?? from);
  });
  return all.filter((unit) => tests.some((test) => test(unit)));
}
