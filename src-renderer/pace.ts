// Takes in events at the pace of the eye: those that come thick and fast are handed on together, so that the page is drawn once
// for all of them and not once for each.
import type { Sent } from '../src-main/contract/wire';

/** Milliseconds between two hand-overs of frames and reports. */
const PACE = 100;
const FAST: readonly string[] = ['run.frame', 'run.report', 'data.progress', 'ask.progress'];

/**
 * Returns what takes an event. Events are handed on in their order, in a task of their own: at once, but frames and reports
 * at most every 100 ms, unless something else comes after them.
 */
export function paced(handOn: (events: readonly Sent[]) => void): (event: Sent) => void {
  let waiting: Sent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let due = Infinity;
  let before = -Infinity;
  const pass = (): void => {
    const events = waiting;
    waiting = [];
    due = Infinity;
    before = performance.now();
    handOn(events);
  };
  return (event) => {
    waiting.push(event);
    const now = performance.now();
    const at = FAST.includes(event.name) ? Math.max(now, before + PACE) : now;
    if (at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(pass, at - now);
  };
}
