// What steps buy: certificates and responses of all filters after so many steps, against those after many more.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { visualize, type AscentMethod, type Visualization } from '../../src-main/ascent/visualize';
import { openMnist } from '../../src-main/datasets/dataset';
import { realWindows } from '../../src-main/evidence/real-windows';
import { openModel } from '../../src-main/network/formats/open';
import { shippedModel } from '../../src-main/resources';
import { median } from './statistics';

const STEPS = [16, 32, 64, 128, 256, 512];
/** The run that responses are compared with. */
const LONG = 2048;
const LAYERS = ['conv1', 'conv2'] as const;
const METHODS = ['whitened', 'plain'] as const;

const dataset = openMnist();
const network = await openModel(join(shippedModel(), 'model.json'));

async function climbed(name: (typeof METHODS)[number], layer: string, steps: number): Promise<Visualization> {
  const method: AscentMethod =
    name === 'plain' ? { name, norm: 'auto', steps, starts: 1 } : { name, radius: 'auto', steps, starts: 1 };
  const { values: windows } = realWindows(dataset, network, layer);
  const run = visualize({ network, layer, units: null, method, seed: 0, windows, frameSteps: [] });
  for (;;) {
    const { done, value } = await run.next();
    if (done === true) return value;
  }
}

interface Row {
  readonly method: string;
  readonly layer: string;
  readonly steps: number;
  /** 1 − gap of live filters. */
  readonly median: number;
  readonly worst: number;
  /** Median response as a share of that after LONG steps. */
  readonly response: number;
}

const rows: Row[] = [];
for (const name of METHODS) {
  for (const layer of LAYERS) {
    const long = await climbed(name, layer, LONG);
    for (const steps of STEPS) {
      const { units } = await climbed(name, layer, steps);
      const certificates = units.flatMap(({ certificate }) =>
        certificate === null ? [] : [1 - certificate.gap],
      );
      const shares = units.flatMap(({ score }, i) => {
        const most = long.units[i]?.score ?? null;
        return score === null || most === null ? [] : [score / most];
      });
      const worst = Math.min(...certificates);
      rows.push({
        method: name,
        layer,
        steps,
        median: median(certificates),
        worst,
        response: median(shares),
      });
    }
  }
}

const page = METHODS.flatMap((method) =>
  LAYERS.flatMap((layer) => {
    const shown = rows.filter((row) => row.method === method && row.layer === layer);
    const line = (title: string, of: (row: Row) => string) => `| ${title} | ${shown.map(of).join(' | ')} |`;
    return [
      line(`${method}, ${layer}: steps`, ({ steps }) => String(steps)),
      `|---|${shown.map(() => '---').join('|')}|`,
      line('certificate, median', (row) => row.median.toFixed(4)),
      line('certificate, worst', (row) => row.worst.toFixed(4)),
      line(`response / that after ${LONG} steps, median`, ({ response }) => response.toFixed(3)),
      '',
    ];
  }),
).join('\n');
const folder = join('test', 'bench', 'results');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'quality.json'), `${JSON.stringify(rows, null, 1)}\n`);
const [begin, end] = ['<!-- quality -->', '<!-- /quality -->'];
const [head = '', rest = ''] = readFileSync('BENCHMARKS.md', 'utf8').split(begin);
writeFileSync('BENCHMARKS.md', `${head}${begin}\n\n${page}\n${end}${rest.split(end)[1] ?? ''}`);
process.stdout.write(`${page}\n`);
process.exit(0);
