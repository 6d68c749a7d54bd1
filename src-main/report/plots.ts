// Small plots as inline SVG: lines over numbers, bars by name.
import type { Plot } from '../contract/answer';
import { escape } from './escape';

const shown = (value: number): string => String(Math.round(value * 100) / 100).replace('-', '−');

/** Round tick values that span low to high. */
function ticks(low: number, high: number, count = 4): number[] {
  const raw = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= raw) ?? raw;
  const out: number[] = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step * 1e-6; at += step) out.push(at);
  return out;
}

const line = (x1: number, y1: number, x2: number, y2: number, colour: string): string =>
  `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="var(--${colour})"/>`;
const label = (x: number, y: number, anchor: string, words: string): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${escape(words)}</text>`;

function lines({ series, x: xName, caption }: Plot): string {
  const [width, height, left, right, top, bottom] = [560, 220, 44, 110, 12, 34];
  const xs = series.flatMap(({ x }) => x);
  const ys = series.flatMap(({ y }) => y).filter(Number.isFinite);
  const [x0, x1] = [0, Math.max(...xs)];
  const [y0, y1] = [Math.min(0, ...ys), Math.max(...ys)];
  const px = (value: number): number =>
    Math.round(left + ((value - x0) / (x1 - x0)) * (width - left - right));
  const py = (value: number): number =>
    Math.round(height - bottom - ((value - y0) / (y1 - y0 || 1)) * (height - top - bottom));
  const parts = ticks(y0, y1).map(
    (value) =>
      line(left, py(value), width - right, py(value), 'grid') +
      label(left - 8, py(value) + 4, 'end', shown(value)),
  );
  parts.push(line(left, height - bottom, width - right, height - bottom, 'edge'));
  parts.push(
    ...ticks(x0, x1, 5).map((value) => label(px(value), height - bottom + 16, 'middle', shown(value))),
  );
  parts.push(label(width - right, height - 4, 'end', xName));
  const ends: number[] = [];
  series.forEach(({ name, x, y }, i) => {
    const colour = i === 0 ? 'accent' : 's2';
    const points = x.map((value, k) => `${px(value)},${py(y[k] ?? 0)}`).join(' ');
    const dash = i === 0 ? '' : ' stroke-dasharray="5 3"';
    parts.push(
      `<polyline points="${points}" fill="none" stroke="var(--${colour})" stroke-width="2"${dash}/>`,
    );
    x.forEach((value, k) => {
      const fill = i === 0 ? `var(--${colour})` : 'var(--surface)';
      parts.push(
        `<circle cx="${px(value)}" cy="${py(y[k] ?? 0)}" r="3" fill="${fill}" stroke="var(--${colour})"/>`,
      );
    });
    let at = py(y.at(-1) ?? 0) + 4;
    if (ends.some((other) => Math.abs(other - at) < 14)) at += 14;
    ends.push(at);
    parts.push(label(width - right + 8, at, 'start', name));
  });
  return svg(width, height, caption, parts);
}

function bars({ series, names = [], caption }: Plot): string {
  const values = series[0]?.y ?? [];
  const [width, row, left, right] = [620, 22, 170, 60];
  const height = values.length * row + 8;
  const finite = values.filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...finite), Math.max(0, ...finite)];
  const px = (value: number): number =>
    Math.round(left + ((value - low) / (high - low || 1)) * (width - left - right));
  const parts = values.map((value, i) => {
    const y = i * row + 4;
    const [from, to] = [Math.min(px(0), px(value)), Math.max(px(0), px(value))];
    return (
      label(left - 10, y + 13, 'end', names[i] ?? '') +
      `<rect x="${from}" y="${y}" width="${Math.max(1, to - from)}" height="${row - 8}" fill="var(--accent)"/>` +
      label(to + 6, y + 12, 'start', shown(value))
    );
  });
  parts.push(line(px(0), 0, px(0), height, 'edge'));
  return svg(width, height, caption, parts);
}

const svg = (width: number, height: number, caption: string, parts: readonly string[]): string =>
  `<svg role="img" aria-label="${escape(caption)}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${parts.join('')}</svg>`;

export const plotSvg = (plot: Plot): string => (plot.kind === 'bar' ? bars(plot) : lines(plot));
