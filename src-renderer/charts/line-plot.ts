// A line chart's drawing: what uPlot is told so that it draws by the chart rules, and nothing of Vue.
import uPlot from 'uplot';
import { linearRange, logRange, type Range } from './ranges';
import { linearTicks, logTicks, tickLabel } from './ticks';
import type { ChartColours } from './theme';

export type Scale = 'linear' | 'log';

/** One curve. `x` ascends; NaN and null in `y` are left out, as is what a logarithmic axis has no place for. */
export interface Line {
  readonly name: string;
  /** main: accent. raw: the noise behind a smoothed main line. context: thin grey. second: dashed, hollow points. */
  readonly style: 'main' | 'raw' | 'context' | 'second';
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number | null>;
}

export interface PlotShape {
  readonly xScale: Scale;
  readonly yScale: Scale;
  /** Ends of the axes; found from the data where not given. */
  readonly xRange?: Range | undefined;
  readonly yRange?: Range | undefined;
  readonly reference?: { readonly value: number; readonly name: string } | undefined;
  readonly xTick?: ((value: number) => string) | undefined;
  readonly yTick?: ((value: number) => string) | undefined;
  /** Charts with the same key share their crosshair. */
  readonly syncKey?: string | undefined;
}

/** uPlot's own numbers: its enum exists in its types alone. */
const distributions = { linear: {}, log: { distr: 3, log: 10 } } as const;

/** Room at the left for tick labels, so that charts above each other share the edge of their axes. */
const LEFT = 44;
const FOOT = 26;

/** All lines over one ascending x, as uPlot wants them: [x, y of line 0, y of line 1, …], undefined where a line has no point. */
export function joined(
  lines: readonly Line[],
  shape: Pick<PlotShape, 'xScale' | 'yScale'>,
): uPlot.AlignedData {
  const tables = lines.map((line): uPlot.AlignedData => {
    const points = Array.from(line.x, (x, i) => [x, line.y[i] ?? Number.NaN] as const).filter(
      ([x, y]) =>
        Number.isFinite(y) && (shape.xScale === 'linear' || x > 0) && (shape.yScale === 'linear' || y > 0),
    );
    return [points.map(([x]) => x), points.map(([, y]) => y)];
  });
  return tables.length === 0 ? [[]] : uPlot.join(tables);
}

function series(line: Line, colours: ChartColours): uPlot.Series {
  const base = { label: line.name, spanGaps: true, points: { show: false } };
  switch (line.style) {
    case 'main':
      return { ...base, stroke: colours.accent, width: 2 };
    case 'raw':
      return { ...base, stroke: colours.s3, width: 1, alpha: 0.45 };
    case 'context':
      return { ...base, stroke: colours.s3, width: 1, alpha: 0.8 };
    case 'second':
      return {
        ...base,
        stroke: colours.s2,
        width: 1.5,
        dash: [4, 3],
        points: { show: true, size: 7, width: 1.5, stroke: colours.s2, fill: colours.ground },
      };
  }
}

/** The x axis, over the lowest grid line. */
function drawAxis({ ctx, bbox }: uPlot, colours: ChartColours): void {
  ctx.fillStyle = colours.edge;
  ctx.fillRect(bbox.left, bbox.top + bbox.height, bbox.width, Math.max(1, Math.round(uPlot.pxRatio)));
}

/** The dashed line at the reference value with its name on it, inside the plot's box. */
function drawReference(
  plot: uPlot,
  reference: NonNullable<PlotShape['reference']>,
  colours: ChartColours,
): void {
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(reference.value, 'y', true)) + 0.5;
  if (!Number.isFinite(y) || y < bbox.top - 1 || y > bbox.top + bbox.height + 1) return;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.strokeStyle = colours.text3;
  ctx.fillStyle = colours.text3;
  ctx.lineWidth = ratio;
  ctx.setLineDash([4 * ratio, 3 * ratio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.font = `${11 * ratio}px ${colours.font}`;
  ctx.textAlign = 'right';
  // the name keeps to the side of the line that the first curve does not end on
  const end = Array.from(plot.data[1] ?? []).findLast((value) => value != null) ?? -Infinity;
  const below = end >= reference.value;
  ctx.textBaseline = below ? 'top' : 'bottom';
  ctx.fillText(reference.name, bbox.left + bbox.width, y + (below ? 4 : -2) * ratio);
  ctx.restore();
}

/** Options for a plot of the given size; `shape` is asked at every drawing, so that axes follow the data. */
export function plotOptions(
  lines: readonly Line[],
  shape: () => PlotShape,
  colours: ChartColours,
  size: { width: number; height: number },
  moved: (plot: uPlot) => void,
): uPlot.Options {
  const { xScale, yScale, syncKey } = shape();
  const font = `11px ${colours.font}`;
  const ticks = (scale: Scale, low: number, high: number, most: number): number[] =>
    scale === 'log' ? logTicks(low, high, most) : linearTicks(low, high, most);
  const everyY = (plot: uPlot): (number | null | undefined)[] => [
    ...plot.data.slice(1).flatMap((values) => Array.from(values)),
    shape().reference?.value,
  ];
  const yRange = (plot: uPlot): Range => {
    const { yRange: given } = shape();
    if (given !== undefined) return given;
    const values = everyY(plot).map((value) => value ?? null);
    return yScale === 'log' ? logRange(values) : linearRange(values);
  };
  const xRange = (_: uPlot, low: number | null, high: number | null): Range => {
    const given = shape().xRange;
    if (given !== undefined) return given;
    const start = low ?? 0;
    const end = high ?? 1;
    return start < end ? [start, end] : [start, start + 1];
  };
  return {
    ...size,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: {
        size: 7,
        width: 0,
        fill: (_, index) => (lines[index - 1]?.style === 'second' ? colours.s2 : colours.accent),
      },
      ...(syncKey === undefined ? {} : { sync: { key: syncKey, scales: ['x', null] } }),
    },
    scales: {
      x: {
        time: false,
        ...distributions[xScale],
        range: (plot, low, high) => [...xRange(plot, low, high)],
      },
      y: { ...distributions[yScale], range: (plot) => [...yRange(plot)] },
    },
    axes: [
      {
        stroke: colours.text3,
        font,
        size: FOOT,
        gap: 4,
        grid: { show: false },
        ticks: { show: true, stroke: colours.edge, width: 1, size: 4 },
        filter: (_, splits) => splits,
        splits: (_, __, low, high) => ticks(xScale, low, high, 5),
        values: (_, splits) => splits.map(shape().xTick ?? tickLabel),
      },
      {
        stroke: colours.text3,
        font,
        size: LEFT,
        gap: 8,
        grid: { show: true, stroke: colours.grid, width: 1 },
        ticks: { show: false },
        filter: (_, splits) => splits,
        splits: (_, __, low, high) => ticks(yScale, low, high, size.height < 160 ? 4 : 6),
        values: (_, splits) => splits.map(shape().yTick ?? tickLabel),
      },
    ],
    series: [{}, ...lines.map((line) => series(line, colours))],
    hooks: {
      setCursor: [moved],
      draw: [
        (plot) => {
          drawAxis(plot, colours);
          const { reference } = shape();
          if (reference !== undefined) drawReference(plot, reference, colours);
        },
      ],
    },
  };
}
