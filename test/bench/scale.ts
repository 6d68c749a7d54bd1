// What an ascent costs against units, window, depth, restarts and threads: each point in a process of its own.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machine } from './machine';
import { measurePoint, type Point, type Sized } from './scale-point';
import { median } from './statistics';

/** Processes a point; the median stands. BENCH_TRIES overrides it. */
const TRIES = Number(process.env['BENCH_TRIES'] ?? 3);

const BASE: Point = { units: 64, side: 14, channels: 1, depth: 2, starts: 1 };

/** The axes; on each one number of the base changes. */
const AXES: readonly {
  readonly axis: string;
  readonly key: keyof Point | 'threads';
  readonly values: number[];
}[] = [
  { axis: 'units', key: 'units', values: [1, 4, 16, 64, 256, 1024] },
  {
    axis: 'window side (whole images of 3 channels, dense units)',
    key: 'side',
    values: [14, 28, 56, 112, 224],
  },
  { axis: 'convolutions below the layer', key: 'depth', values: [1, 2, 3, 4] },
  { axis: 'restarts', key: 'starts', values: [1, 2, 4, 8, 16] },
  { axis: 'threads', key: 'threads', values: [1, 2] },
];

/** Measures a point in a process of its own, on one processor where it is asked. */
function apart(point: Point, threads: number | null): Sized {
  const program = [process.execPath, process.argv[1] ?? '', JSON.stringify(point)];
  const [command = '', ...args] =
    threads === null ? program : ['taskset', '-c', `0-${threads - 1}`, ...program];
  const tries = Array.from(
    { length: TRIES },
    () =>
      JSON.parse(
        execFileSync(command, args, { encoding: 'utf8', env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' } }),
      ) as Sized,
  );
  return {
    msPerStep: median(tries.map(({ msPerStep }) => msPerStep)),
    workPerStep: median(tries.map(({ workPerStep }) => workPerStep)),
    megabytes: median(tries.map(({ megabytes }) => megabytes)),
  };
}

interface Row extends Sized {
  readonly axis: string;
  readonly value: number;
}

/** The slope of log processor time over log value between the last two points: 1 is linear. */
function law(rows: readonly Row[]): number {
  const [a, b] = rows.slice(-2);
  if (a === undefined || b === undefined) return NaN;
  return Math.log(b.workPerStep / a.workPerStep) / Math.log(b.value / a.value);
}

function markdown(rows: readonly Row[]): string {
  return AXES.flatMap(({ axis }) => {
    const shown = rows.filter((row) => row.axis === axis);
    const exponent = law(shown);
    return [
      `| ${axis} | ${shown.map(({ value }) => value).join(' | ')} |`,
      `|---|${shown.map(() => '---').join('|')}|`,
      `| ms a step | ${shown.map(({ msPerStep }) => msPerStep.toPrecision(3)).join(' | ')} |`,
      `| processor time, ms a step | ${shown.map(({ workPerStep }) => workPerStep.toPrecision(3)).join(' | ')} |`,
      `| peak memory, MB | ${shown.map(({ megabytes }) => megabytes.toFixed(0)).join(' | ')} |`,
      '',
      ...(axis === 'threads'
        ? []
        : [`At the end of the axis the processor time grows as the power ${exponent.toFixed(2)} of it.`, '']),
    ];
  }).join('\n');
}

/** One small plot an axis, both logarithmic. */
function plot(rows: readonly Row[]): string {
  const [width, height, pad] = [210, 190, 42];
  const panels = AXES.map(({ axis }, i) => {
    const shown = rows.filter((row) => row.axis === axis);
    const scale = (values: number[], at: number, size: number) => {
      const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
      return (value: number): number => at + (size * (Math.log(value) - low)) / (high - low || 1);
    };
    const x = scale(
      shown.map(({ value }) => value),
      i * width + pad,
      width - pad - 20,
    );
    const y = scale(
      shown.map(({ workPerStep }) => workPerStep),
      height - 40,
      -(height - 90),
    );
    const points = shown.map((row) => `${x(row.value).toFixed(1)},${y(row.workPerStep).toFixed(1)}`);
    return [
      `<text x="${i * width + pad}" y="24" font-weight="bold">${axis.split(' (')[0] ?? axis}</text>`,
      `<polyline points="${points.join(' ')}" fill="none" stroke="#2f6fde" stroke-width="2"/>`,
      ...shown.flatMap((row) => {
        const [px, py] = [x(row.value).toFixed(1), y(row.workPerStep)];
        return [
          `<circle cx="${px}" cy="${py.toFixed(1)}" r="3" fill="#2f6fde"/>`,
          `<text x="${px}" y="${(py - 8).toFixed(1)}" text-anchor="middle" font-size="10">${row.workPerStep.toPrecision(2)}</text>`,
          `<text x="${px}" y="${height - 20}" text-anchor="middle" font-size="10" fill="#667">${row.value}</text>`,
        ];
      }),
    ].join('\n');
  });
  const all = AXES.length * width;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${all}" height="${height}" viewBox="0 0 ${all} ${height}" font-family="system-ui, sans-serif" font-size="12">\n<rect width="${all}" height="${height}" fill="#fff"/>\n${panels.join('\n')}\n<text x="10" y="${height - 4}" font-size="10" fill="#667">milliseconds of processor time a step, both axes logarithmic</text>\n</svg>\n`;
}

const asked = process.argv[2];
if (asked !== undefined) {
  process.stdout.write(JSON.stringify(await measurePoint(JSON.parse(asked) as Point)));
  process.exit(0);
}
const rows: Row[] = [];
for (const { axis, key, values } of AXES) {
  for (const value of values) {
    const point: Point =
      key === 'threads'
        ? { ...BASE, units: 256 }
        : key === 'side'
          ? { ...BASE, side: value, channels: 3, depth: 0 }
          : { ...BASE, [key]: value };
    const row = { axis, value, ...apart(point, key === 'threads' ? value : null) };
    process.stderr.write(
      `${axis} ${value}: ${row.msPerStep.toFixed(2)} ms a step, ${row.megabytes.toFixed(0)} MB\n`,
    );
    rows.push(row);
  }
}
const large = apart({ units: 1000, side: 224, channels: 3, depth: 0, starts: 1 }, null);
const note = `A layer of 1000 units on whole images of 224×224×3: ${large.msPerStep.toFixed(0)} ms a step of all units (${large.workPerStep.toFixed(0)} of processor time), ${large.megabytes.toFixed(0)} MB at the peak.`;
const { processors, load } = machine();
const page = `Measured on ${new Date().toISOString().slice(0, 10)}: ${processors}, load ${load}. Base: 64 units, window 14×14, two convolutions, one start.\n\n${markdown(rows)}\n${note}\n`;
const folder = join('test', 'bench', 'results');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'scale.json'), `${JSON.stringify({ rows, large }, null, 1)}\n`);
writeFileSync(join(folder, 'scale.svg'), plot(rows));
const [begin, end] = ['<!-- scale -->', '<!-- /scale -->'];
const text = readFileSync('BENCHMARKS.md', 'utf8');
const [head = '', rest = ''] = text.split(begin);
writeFileSync('BENCHMARKS.md', `${head}${begin}\n\n${page}\n${end}${rest.split(end)[1] ?? ''}`);
process.stdout.write(page);
