// Takes jobs from the link, runs them side by side, and answers each with one value or one error.
import { explain, UserError } from '../contract/errors';
import type { JobName, Jobs, ToEngine } from '../engine-link';
import { doctor } from './doctor';
import { kernel, layerEvidence, testImage, unitEvidence, windows } from './evidence';
import { answer, decomposition, facets, prior, runEvidence, throughTraining } from './judgement';
import type { Handler, JobContext } from './job';
import { factsOf, withNetwork } from './networks';
import type { Port } from './port';
import { readData } from './read-data';
import { prepare } from './prepare';
import { reference } from './reference';
import { respond } from './respond';
import { trainModel } from './train';
import { visualizeLayer } from './visualize';
import { warmUp } from './warm-up';

const handlers: { readonly [N in JobName]: Handler<N> } = {
  doctor,
  open: ({ model }) => withNetwork(model, factsOf),
  train: trainModel,
  visualize: visualizeLayer,
  respond,
  readData,
  testImage,
  layerEvidence,
  unitEvidence,
  reference,
  runEvidence,
  decomposition,
  facets,
  prior,
  throughTraining,
  answer,
  prepare,
  windows,
  kernel,
};

/** A job that goes on: how to end it, and whether it stands still. */
class Running {
  readonly name: JobName;
  readonly controller = new AbortController();
  private paused: { promise: Promise<void>; end: () => void } | null = null;

  constructor(name: JobName) {
    this.name = name;
  }

  signal(what: 'cancel' | 'pause' | 'resume'): void {
    if (what === 'pause') {
      let end = (): void => undefined;
      const promise = new Promise<void>((resolve) => (end = resolve));
      this.paused ??= { promise, end };
      return;
    }
    if (what === 'cancel') this.controller.abort();
    this.paused?.end();
    this.paused = null;
  }

  readonly gate = async (): Promise<void> => {
    await this.paused?.promise;
  };
}

/** Two sentences for people; a fault of the program's own keeps its stack for the log. */
function refusal(error: unknown): { message: string; remedy: string; stack?: string } {
  if (error instanceof DOMException && error.name === 'AbortError') {
    return { message: 'This was cancelled.', remedy: 'Ask for it again when you want it.' };
  }
  if (error instanceof UserError) return { message: error.message, remedy: error.remedy };
  const stack = error instanceof Error ? { stack: error.stack ?? '' } : {};
  return { message: explain(error), remedy: 'Try again; the log has the details.', ...stack };
}

export async function serve(port: Port): Promise<void> {
  const running = new Map<number, Running>();
  const start = async <N extends JobName>(job: number, name: N, input: Jobs[N]['input']): Promise<void> => {
    const work = new Running(name);
    running.set(job, work);
    const context: JobContext<N> = {
      signal: work.controller.signal,
      gate: work.gate,
      busy: () => [...running.values()].some((other) => other.name !== 'prepare'),
      progress: (progress) => {
        port.post({ job, progress });
      },
    };
    try {
      const handler: Handler<N> = handlers[name];
      port.post({ job, value: await handler(input, context) });
    } catch (error) {
      port.post({ job, error: refusal(error) });
    } finally {
      running.delete(job);
    }
  };
  port.onMessage((message: ToEngine) => {
    if ('signal' in message) running.get(message.job)?.signal(message.signal);
    else void start(message.job, message.name, message.input);
  });
  await warmUp(() => {
    port.post({ state: 'ready', detail: '' });
  });
}
