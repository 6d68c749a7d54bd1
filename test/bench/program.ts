// A worker process that is asked by lines of JSON and answers by them.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Answer, Request } from './cases';

export interface Program {
  readonly pid: number;
  /** What it says it consists of. */
  readonly versions: string;
  readonly ask: (request: Request) => Promise<Answer>;
  readonly end: () => void;
}

/** Starts a worker and waits until it is ready. Rejects when it ends instead; its complaints are on stderr. */
export async function startProgram(command: string, args: readonly string[]): Promise<Program> {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<unknown> => {
    const next = await lines.next();
    if (next.done === true) throw new Error(`${command} ended before it answered.`);
    return JSON.parse(next.value);
  };
  const { ready } = (await read()) as { ready: string };
  return {
    pid: child.pid ?? 0,
    versions: ready,
    ask: async (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return (await read()) as Answer;
    },
    end: () => {
      child.kill();
    },
  };
}
