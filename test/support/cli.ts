// Runs the built command line as a process of its own, on any Node.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

export const CLI = resolve(import.meta.dirname, '../../out/cli/cli.js');

/** TensorFlow's note at a process's first graph, of which only terminals and pipes are spared: node's are sockets. */
const NOTE =
  /^(WARNING: All log messages before absl::InitializeLog.*|I0000 .*MLIR V1 optimization pass is not enabled)\n/gm;

export interface Said {
  /** Exit code; null after a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly node?: string;
  readonly cwd?: string;
  /** Called with all that was said so far, results before progress, for whoever wants to interrupt. */
  readonly onOutput?: (said: string, kill: (signal: NodeJS.Signals) => void) => void;
}

export function cli(args: readonly string[], options: CliOptions = {}): Promise<Said> {
  const { node = process.execPath, cwd, onOutput } = options;
  const child = spawn(node, [CLI, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  const tell = (): void => {
    // a second Ctrl-C would end it at once
    onOutput?.(stdout + stderr, (signal) => child.killed || child.kill(signal));
  };
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    tell();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    tell();
  });
  return new Promise((done, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      done({ code, stdout, stderr: stderr.replaceAll(NOTE, '') });
    });
  });
}
