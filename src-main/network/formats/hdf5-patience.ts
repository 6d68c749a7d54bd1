// How long the HDF5 library may read one file: damaged ones can send it round in circles.
import { readFileSync } from 'node:fs';

/** Work that reading takes at most, in milliseconds of processor time: so much for any file, and so much for each MB. */
const WORK_MS = 1200;
const WORK_PER_MB_MS = 50;
/** By the clock, many times that: a sound file's work goes on as long as others leave it little of the processors. */
const PATIENCE = 40;
const LOOK_EVERY_MS = 100;
/** Linux counts a thread's time in hundredths of a second. */
const TICK_MS = 10;

/** Milliseconds of processor time that a thread has taken, by its folder under /proc; those of the process where there is none. */
function workOf(thread: string | null): number {
  if (thread !== null) {
    try {
      const fields = readFileSync(`/proc/${thread}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      const ticks = Number(fields[11]) + Number(fields[12]);
      if (Number.isFinite(ticks)) return ticks * TICK_MS;
    } catch {
      // the thread has ended, or this is no Linux
    }
  }
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Calls `tired` once a thread has worked too long from now on; says how to stop that. What counts is its processor
 * time: on a busy machine a sound file is waited for, on a quiet one a damaged file is given up in that time.
 */
export function whenTired(thread: string | null, bytes: number, tired: () => void): () => void {
  const most = WORK_MS + (bytes / 1e6) * WORK_PER_MB_MS;
  const began = performance.now();
  const before = workOf(thread);
  const timer = setInterval(() => {
    const gone = performance.now() - began;
    if (Math.min(workOf(thread) - before, gone) < most && gone < PATIENCE * most) return;
    clearInterval(timer);
    tired();
  }, LOOK_EVERY_MS);
  return () => {
    clearInterval(timer);
  };
}
