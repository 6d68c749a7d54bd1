// The app's log: a text file in the data folder that is rotated when it is large.
import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const MOST_BYTES = 1_000_000;

export interface Log {
  readonly folder: string;
  write(line: string): void;
  /** The last lines, oldest first. */
  tail(lines: number): string[];
}

/** Lines go to `<folder>/filterscope.log`; the file before it is kept as filterscope.1.log. Never throws. */
export function openLog(folder: string): Log {
  const path = join(folder, 'filterscope.log');
  const rotate = (): void => {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size > MOST_BYTES) renameSync(path, join(folder, 'filterscope.1.log'));
  };
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch {
      // a full disk must not end the work that would have been logged
    }
  };
  attempt(() => mkdirSync(folder, { recursive: true }));
  return {
    folder,
    write: (line) => {
      attempt(() => {
        rotate();
        appendFileSync(path, `${new Date().toISOString()} ${line}\n`);
      });
    },
    tail: (lines) => {
      let text = '';
      attempt(() => (text = readFileSync(path, 'utf8')));
      return text.trimEnd().split('\n').slice(-lines);
    },
  };
}
