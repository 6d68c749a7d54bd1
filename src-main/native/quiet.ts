// Keeps a terminal free of the one note that TensorFlow writes past its own log level.
import { closeSync, fstatSync, openSync } from 'node:fs';

const STDERR = 2;
let done = false;

/** The same stream under another number, to come back to; null where it cannot be opened anew without losing its place. */
function another(): number | null {
  try {
    const found = fstatSync(STDERR);
    return found.isCharacterDevice() || found.isFIFO() ? openSync('/dev/fd/2', 'a') : null;
  } catch {
    return null;
  }
}

/**
 * Runs `work`, the first time with stderr led away where it is a terminal or a pipe: the first graph of a process makes
 * TensorFlow say that a compiler is not enabled, whatever TF_CPP_MIN_LOG_LEVEL is. Files and sockets keep the note.
 */
export function quietly<T>(work: () => T): T {
  if (done) return work();
  done = true;
  const before = another();
  if (before === null) return work();
  closeSync(STDERR);
  // the lowest free number is given, which is the one just closed
  openSync('/dev/null', 'w');
  try {
    return work();
  } finally {
    closeSync(STDERR);
    openSync('/dev/fd/' + String(before), 'a');
    closeSync(before);
  }
}
