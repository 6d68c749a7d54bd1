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

function bar(label: string, total: number): Progress {
  const shown = new SingleBar({
    format: `${label} {bar} {percentage} %  {note}  {eta_formatted} left`,
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    etaBuffer: 50,
  });
  shown.start(total, 0, { note: '' });
  return {
    update: (done, note) => {
      shown.update(done, note === undefined ? {} : { note });
    },
    stop: () => {
      shown.stop();
    },
  };
}

function lines(label: string, total: number, write: (line: string) => void): Progress {
  const began = performance.now();
  let said = began;
  return {
    update: (done, note) => {
      const now = performance.now();
      if (now - said < LINE_EVERY * 1000 || done < LEAST * total) return;
      said = now;
      const left = Math.round((((now - began) / done) * (total - done)) / 1000);
      write(
        `${label}: ${Math.round((100 * done) / total)} %${note === undefined ? '' : `, ${note}`}, ${left} s left`,
      );
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
