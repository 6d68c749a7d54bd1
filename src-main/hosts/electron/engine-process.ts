// The engine as a utility process: the only kind of child that an app without the runAsNode fuse can start.
import { utilityProcess } from 'electron';
import type { FromEngine, StartEngine } from '../../engine-link';

/** Starts the bundled engine `program`; what it writes to stderr goes to `log`, line by line. */
export const startUtility =
  (program: string, log: (line: string) => void): StartEngine =>
  (environment) => {
    const child = utilityProcess.fork(program, [], {
      serviceName: 'Filterscope engine',
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().split('\n')) if (line.trim() !== '') log(line);
    });
    return {
      get pid() {
        return child.pid;
      },
      post: (message) => {
        child.postMessage(message);
      },
      onMessage: (listener) => {
        child.on('message', (message: FromEngine) => {
          listener(message);
        });
      },
      onExit: (listener) => {
        child.once('exit', listener);
      },
      kill: () => {
        child.kill();
      },
    };
  };
