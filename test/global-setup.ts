// Once before all tests: libtensorflow is in place, and the command line is built as it ships.
import { resolve } from 'node:path';
import { build } from 'vite';
import { ensureTensorflow } from '../src-main/native/provision';

export default async function setup(): Promise<void> {
  await ensureTensorflow((line, bytes) => {
    if (bytes === undefined) process.stderr.write(`${line}\n`);
  });
  const root = resolve(import.meta.dirname, '..');
  await build({ root, configFile: resolve(root, 'vite.cli.config.ts'), logLevel: 'error' });
}
