// What a command is given by the program around it.
import type { Console } from './console';

export interface Session {
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly console: () => Console;
  /** Puts TensorFlow in place, telling what goes on; what needs it is imported after that. */
  readonly tensorflow: (out: Console) => Promise<void>;
}
