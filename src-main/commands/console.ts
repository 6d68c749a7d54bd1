// What a command says: lines and progress for people, one JSON document for machines.
import { SingleBar } from 'cli-progress';
import type { Report } from '../native/provider';

export interface Progress {
  /** Sets how much is done; `note` is a short text shown beside the bar. */
  update(done: number, note?: string): void;
  stop(): void;
}

export interface Console {
  readonly json: boolean;
  /** A line of a result. Nothing with --json. */
  say(line: string): void;
  /** The result for machines: one JSON document on stdout with --json, else nothing. */
  result(value: unknown): void;
  /** Long work: a bar with the time left on a terminal, else a line now and then, on stderr. */
  progress(label: string, total: number): Progress;
  /** What provisioning says: lines, and a bar of megabytes for each thing fetched. */
  fetching(): Report;
}

/** Seconds between two lines of progress where there is no terminal. */
const LINE_EVERY = 10;
/** Share of the work that must be done before it tells anything of the time left. */
const LEAST = 0.02;

/** A clock of one piece of work: says how long the rest will take if it goes on as it went, or nothing too early to tell. */
function clock(total: number): (done: number) => string {
  const began = performance.now();
  return (done) => {
    if (done < LEAST * total) return '';
    const seconds = Math.ceil(((performance.now() - began) / 1000 / done) * (total - done));
    return seconds < 100 ? `${seconds} s left` : `${Math.round(seconds / 60)} min left`;
  };
}

function bar(label: string, total: number): Progress {
  const left = clock(total);
  const shown = new SingleBar({
    format: `${label} {bar} {percentage} %  {note}  {left}`,
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
  });
  shown.start(total, 0, { note: '', left: '' });
  return {
    update: (done, note) => {
      shown.update(done, { left: left(done), ...(note === undefined ? {} : { note }) });
    },
    stop: () => {
      shown.stop();
    },
  };
}

function lines(label: string, total: number, write: (line: string) => void): Progress {
  const left = clock(total);
  let said = performance.now();
  return {
    update: (done, note) => {
      const now = performance.now();
      if (now - said < LINE_EVERY * 1000) return;
      said = now;
      const parts = [`${Math.round((100 * done) / total)} %`, note, left(done)];
      write(`${label}: ${parts.filter((part) => part !== undefined && part !== '').join(', ')}`);
    },
    stop: () => undefined,
  };
}

const MB = 1e6;

/** One bar after the other: a new label ends the one before. */
function fetching(progress: Console['progress']): Report {
  let shown: { label: string; bar: Progress } | null = null;
  return (label, bytes) => {
    if (shown !== null && shown.label !== label) {
      shown.bar.stop();
      shown = null;
    }
    if (bytes === undefined) {
      process.stderr.write(`${label}\n`);
      return;
    }
    const [done, total] = [Math.round(bytes.done / MB), Math.round(bytes.total / MB)];
    if (shown === null) {
      if (!process.stderr.isTTY) process.stderr.write(`${label}, ${total} MB\n`);
      shown = { label, bar: progress(label, total) };
    }
    shown.bar.update(done, `${done} of ${total} MB`);
    if (bytes.done >= bytes.total) shown.bar.stop();
  };
}

/** The console of a terminal or of a pipe. */
export function createConsole(json: boolean): Console {
  const progress: Console['progress'] = (label, total) =>
    process.stderr.isTTY
      ? bar(label, total)
      : lines(label, total, (line) => {
          process.stderr.write(`${line}\n`);
        });
  return {
    json,
    say: (line) => {
      if (!json) process.stdout.write(`${line}\n`);
    },
    result: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value, null, 1)}\n`);
    },
    progress,
    fetching: () => fetching(progress),
  };
}
