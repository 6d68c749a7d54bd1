// The engine's process: puts TensorFlow in place, then takes jobs and posts what they give.
import { explain } from './contract/errors';
import { openPort } from './engine/port';
import { ensureTensorflow } from './native/provision';

const port = openPort();
// Ctrl-C in a terminal reaches the whole group: the app ends the engine when the checkpoint is written
process.on('SIGINT', () => undefined);
try {
  await ensureTensorflow((line, bytes) => {
    const share =
      bytes === undefined || bytes.total === 0 ? '' : ` ${mega(bytes.done)} of ${mega(bytes.total)} MB`;
    port.post({ state: 'starting', detail: `${line}${share}` });
  });
  const { serve } = await import('./engine/serve');
  await serve(port);
} catch (error) {
  port.post({ state: 'starting', detail: explain(error) });
  throw error;
}

function mega(bytes: number): number {
  return Math.round(bytes / 1e6);
}
