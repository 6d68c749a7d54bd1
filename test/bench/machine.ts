// What the machine is, and how much of it others used while something was measured.
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

/** Seconds of processor time since the start: of the whole machine, and of some processes. */
interface Use {
  readonly all: number;
  readonly ours: number;
}

const TICKS = 100;

/** Linux says it under /proc; elsewhere nothing is known. */
function use(pids: readonly number[]): Use | null {
  try {
    const [user = 0, nice = 0, system = 0, , , irq = 0, soft = 0, steal = 0] = (
      readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] as string
    )
      .split(/\s+/)
      .slice(1)
      .map(Number);
    const ours = pids.map((pid) => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return Number(fields[11]) + Number(fields[12]);
    });
    return {
      all: (user + nice + system + irq + soft + steal) / TICKS,
      ours: ours.reduce((sum, ticks) => sum + ticks, 0) / TICKS,
    };
  } catch {
    return null;
  }
}

export interface Share {
  /** Processor seconds that the watched processes took. */
  readonly ours: number;
  /** How many processors' worth everything else took. */
  readonly others: number;
}

/** Watches from now on; the result says who took what meanwhile, null where it is unknown. */
export function watch(pids: readonly number[]): () => Share | null {
  const before = use(pids);
  const began = performance.now();
  return () => {
    const after = use(pids);
    if (before === null || after === null) return null;
    const ours = after.ours - before.ours;
    const others = after.all - before.all - ours;
    return { ours, others: Math.max(0, others / ((performance.now() - began) / 1000)) };
  };
}

export interface Machine {
  readonly processors: string;
  readonly memory: string;
  readonly system: string;
  readonly node: string;
  readonly load: string;
}

export function machine(): Machine {
  const all = cpus();
  return {
    processors: `${all.length} × ${all[0]?.model.trim() ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${process.platform} ${release()}`,
    node: process.version,
    load: loadavg()
      .map((value) => value.toFixed(2))
      .join(', '),
  };
}
