// The engine's end of the link: Electron's parent port, or node's IPC channel.
import type { FromEngine, ToEngine } from '../engine-link';

export interface Port {
  post(message: FromEngine): void;
  onMessage(listener: (message: ToEngine) => void): void;
}

/** What Electron puts on the `process` of a utility process. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

/** The port to whoever started this process; when that one goes, so does the engine. */
export function openPort(): Port {
  const parent = (process as { parentPort?: ParentPort }).parentPort;
  if (parent !== undefined) {
    return {
      post: (message) => {
        parent.postMessage(message);
      },
      onMessage: (listener) => {
        parent.on('message', ({ data }) => {
          listener(data as ToEngine);
        });
      },
    };
  }
  process.on('disconnect', () => {
    process.exit();
  });
  return {
    post: (message) => {
      process.send?.(message);
    },
    onMessage: (listener) => {
      process.on('message', (message) => {
        listener(message as ToEngine);
      });
    },
  };
}
