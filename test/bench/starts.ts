// Starts the engine's work in fresh processes, one after the other: alone, and as the app has it do.
import { execFileSync } from 'node:child_process';
import type { Moment } from './report';

/** What each of `tries` fresh processes reports of its own start. */
export function measureStarts(programs: readonly string[], tries: number): Moment[] {
  return programs.flatMap((program) => measure(program, tries));
}

function measure(program: string, tries: number): Moment[] {
  const all = Array.from({ length: tries }, () => {
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', BENCH_SPAWNED: String(Date.now()) };
    const said = execFileSync(process.execPath, [program], { encoding: 'utf8', env });
    return JSON.parse(said) as Record<string, number>;
  });
  return Object.keys(all[0] ?? {}).map((title) => ({
    title,
    milliseconds: all.map((moments) => moments[title] ?? NaN),
  }));
}
