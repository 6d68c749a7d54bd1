// The engine as a utility process: the only kind of child that an app without the runAsNode fuse can start.
import { utilityProcess } from 'electron';

/** The engine's process as the services hold it. */
export interface ElectronEngine {
  readonly post: (message: unknown) => void;
  readonly onMessage: (listener: (message: unknown) => void) => void;
  /** `code` is null when it is not known, as after a kill. */
  readonly onExit: (listener: (code: number | null) => void) => void;
  readonly kill: () => void;
}

/** Starts the bundled engine; what it writes to stderr goes to `log`, line by line. */
export function startEngine(
  program: string,
  environment: Readonly<Record<string, string>>,
  log: (line: string) => void,
): ElectronEngine {
  const child = utilityProcess.fork(program, [], {
    serviceName: 'Filterscope engine',
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n')) if (line.trim() !== '') log(line);
  });
  return {
    post: (message) => {
      child.postMessage(message);
    },
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', listener),
    kill: () => void child.kill(),
  };
}
