// Once before all tests: libtensorflow is in place, and the programs of plain node are built as they ship.
import { resolve } from 'node:path';
import { build } from 'vite';
import { ensureTensorflow } from '../src-main/native/provision';

export default async function setup(): Promise<void> {
  await ensureTensorflow((line, bytes) => {
    if (bytes === undefined) process.stderr.write(`${line}\n`);
  });
  const root = resolve(import.meta.dirname, '..');
  await build({ root, configFile: resolve(root, 'vite.cli.config.ts'), logLevel: 'error' });
  const input = { engine: 'src-main/engine.ts', web: 'src-main/web.ts' };
  await build({
    ...{ root, configFile: false, logLevel: 'error' },
    build: { ssr: true, outDir: 'out/test', rolldownOptions: { input } },
  });
}
