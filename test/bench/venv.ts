// A Python environment with the peers, made once in the user's cache folder.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appFolders } from '../../src-main/native/site';

/** The interpreter of an environment that has what `requirements` lists; made by python3 and pip where it is missing, for which `size` is fetched. */
export function pythonWith(requirements: string, size: string): string {
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(appFolders().cache, `bench-python-${hash}`);
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const whole = join(folder, 'whole');
  if (!existsSync(whole)) {
    rmSync(folder, { recursive: true, force: true });
    process.stderr.write(`Setting up the peers, once: some ${size} are fetched.\n`);
    execFileSync('python3', ['-m', 'venv', folder], { stdio: 'inherit' });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
    execFileSync(python, pip, { stdio: ['ignore', 2, 2] });
    writeFileSync(whole, '');
  }
  return python;
}
