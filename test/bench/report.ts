// The bench's results as a page of Markdown and as a plot.
import type { Case } from './cases';
import type { Machine } from './machine';
import { median, quantile } from './statistics';

/** One case and everything measured of it. */
export interface Result extends Case {
  readonly values: readonly number[];
  /** What others took of the machine meanwhile, in processors. */
  readonly others: readonly (number | null)[];
  /** As the values, in processor time. */
  readonly work: readonly (number | null)[];
  readonly quality: string;
}

/** A moment of a fresh process and the milliseconds up to it, or that it took, in each of the tries. */
export interface Moment {
  readonly title: string;
  readonly milliseconds: readonly number[];
}

export interface Report {
  readonly date: string;
  readonly steps: number;
  readonly machine: Machine;
  readonly versions: readonly string[];
  readonly results: readonly Result[];
  readonly starts: readonly Moment[];
}

const UNIT = { training: 'ms a step', ascent: 's' } as const;
const digits = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);

/** Median over the rounds that both took part in of this case's time over the other's. */
export function ratio(result: Result, other: Result): number {
  return median(
    result.values.flatMap((value, round) => {
      const against = other.values[round];
      return against === undefined ? [] : [value / against];
    }),
  );
}

function table(results: readonly Result[]): string[] {
  const [first] = results;
  if (first === undefined) return [];
  const head = `| | median, ${UNIT[first.group]} | quartiles | processor time | rounds | of ${first.title} | what it gives | others' load |`;
  return [
    head,
    '|---|---|---|---|---|---|---|---|',
    ...results.map((result) => {
      const { title, values, quality, others } = result;
      const work = median(result.work.map((value) => value ?? NaN));
      const spread = [0.25, 0.75].map((share) => digits(quantile(values, share))).join('–');
      const load = median(others.map((value) => value ?? NaN));
      const cells = [
        title,
        digits(median(values)),
        spread,
        digits(work),
        values.length,
        `${digits(ratio(result, first))} ×`,
      ];
      return `| ${[...cells, quality, Number.isNaN(load) ? '?' : load.toFixed(2)].join(' | ')} |`;
    }),
  ];
}

export const TITLES = {
  training: "Training: the question's network, batch 50, Adam",
  ascent: 'All 96 filters of both layers',
} as const;

/** The page's part on these results. */
export function markdown({ date, steps, machine, versions, results, starts }: Report): string {
  const groups = (['training', 'ascent'] as const).flatMap((group) => [
    `### ${TITLES[group]}${group === 'ascent' ? `, ${steps} steps each` : ''}`,
    '',
    ...table(results.filter((result) => result.group === group)),
    '',
  ]);
  return [
    `Measured on ${date}: ${machine.processors}, ${machine.memory}, ${machine.system}, Node ${machine.node}; ${versions.join('; ')}. Load at the start ${machine.load}.`,
    '',
    ...groups,
    '### A fresh process',
    '',
    '| | median, ms | quartiles |',
    '|---|---|---|',
    ...starts.map(({ title, milliseconds }) => {
      const spread = [0.25, 0.75].map((share) => quantile(milliseconds, share).toFixed(0)).join('–');
      return `| ${title} | ${median(milliseconds).toFixed(0)} | ${spread} |`;
    }),
    '',
  ].join('\n');
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Bars on a logarithmic axis, one a case, with whiskers from the first quartile to the third. */
export function plot({ date, results }: Report): string {
  const [left, width, row] = [380, 460, 26];
  const parts: string[] = [];
  let y = 30;
  for (const group of ['training', 'ascent'] as const) {
    const shown = results.filter((result) => result.group === group);
    if (shown.length === 0) continue;
    const medians = shown.map(({ values }) => median(values));
    const low = Math.min(...medians) / 2;
    const high = Math.max(...medians) * 1.5;
    const x = (value: number): number => left + (width * Math.log(value / low)) / Math.log(high / low);
    parts.push(`<text x="10" y="${y}" font-weight="bold">${escape(TITLES[group])} (${UNIT[group]})</text>`);
    y += 14;
    shown.forEach(({ title, values }, i) => {
      const middle = medians[i] as number;
      const [from, to] = [x(quantile(values, 0.25)), x(quantile(values, 0.75))].map((at) => at.toFixed(1));
      const line = y + row / 2 - 3;
      parts.push(
        `<text x="${left - 8}" y="${y + 15}" text-anchor="end">${escape(title)}</text>`,
        `<rect x="${left}" y="${y + 3}" width="${(x(middle) - left).toFixed(1)}" height="${row - 10}" fill="${title.startsWith('Filterscope') ? '#2f6fde' : '#9aa4b2'}"/>`,
        `<line x1="${from}" x2="${to}" y1="${line}" y2="${line}" stroke="#111" stroke-width="1.5"/>`,
        `<text x="${(Math.max(x(middle), Number(to)) + 6).toFixed(1)}" y="${y + 15}">${digits(middle)}</text>`,
      );
      y += row;
    });
    y += 24;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="920" height="${y}" viewBox="0 0 920 ${y}" font-family="system-ui, sans-serif" font-size="13">`,
    `<rect width="920" height="${y}" fill="#fff"/>`,
    ...parts,
    `<text x="910" y="${y - 8}" text-anchor="end" fill="#667">medians, logarithmic, ${escape(date)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}
