// The engine as a child of plain node.
import { fork } from 'node:child_process';
import type { FromEngine, StartEngine } from '../../engine-link';

/** Starts the bundled engine at `program`; what it writes to stderr goes to `log`, line by line. */
export const forkEngine =
  (program: string, log: (line: string) => void): StartEngine =>
  (environment) => {
    const child = fork(program, [], {
      env: { ...process.env, ...environment },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().split('\n')) if (line.trim() !== '') log(line);
    });
    let over = false;
    return {
      get pid() {
        return child.pid;
      },
      post: (message) => {
        // a message to a process that has just died is lost with it
        if (child.connected) child.send(message, () => undefined);
      },
      onMessage: (listener) => {
        child.on('message', (message) => {
          listener(message as FromEngine);
        });
      },
      onExit: (listener) => {
        const once = (code: number | null): void => {
          if (over) return;
          over = true;
          listener(code);
        };
        child.on('exit', once);
        child.on('error', () => {
          once(null);
        });
      },
      kill: () => {
        child.kill('SIGKILL');
      },
    };
  };
