// Once before the stories in the browser: the whole app, built as it ships. Left out where none of them is asked for.
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

export default async function setup(): Promise<void> {
  // what stands behind "vitest run"
  const asked = process.argv.slice(3).filter((word) => !word.startsWith('-'));
  if (asked.length > 0 && !asked.some((pattern) => pattern.includes('e2e'))) return;
  const root = resolve(import.meta.dirname, '../..');
  await promisify(execFile)(
    resolve(root, 'node_modules/.bin/electron-vite'),
    ['build', '--logLevel', 'error'],
    {
      cwd: root,
    },
  );
}
