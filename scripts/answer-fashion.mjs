// Trains three networks on Fashion-MNIST and answers the question for the first; the others read its class pictures.
import { spawnSync } from 'node:child_process';

const STEPS = '1000';
const folders = ['out/fashion', 'out/fashion-1', 'out/fashion-2'];

function cli(...words) {
  const { status } = spawnSync(process.execPath, ['out/cli/cli.js', ...words], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

for (const [seed, folder] of folders.entries()) {
  const kept = seed === 0 ? ['--snapshots', '50,500'] : [];
  cli('train', folder, '--data', 'fashion', '--steps', STEPS, '--seed', String(seed), ...kept);
}
const [model, ...others] = folders;
cli('answer', model, 'out/fashion.html', '--data', 'fashion', '--others', others.join(','));
