// Takes the symbol tables out of libtensorflow's packaged copy: a quarter of it, which nothing reads.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Called by electron-builder. On macOS the library's signature would break, on Windows there is no such table. */
export default function afterPack({ appOutDir, electronPlatformName }) {
  if (electronPlatformName !== 'linux') return;
  const root = join(appOutDir, 'resources/app.asar.unpacked/node_modules/@tensorflow/tfjs-node');
  const stamp = join(root, 'deps/provisioned.json');
  if (!existsSync(stamp))
    throw new Error('TensorFlow is not in place; run npm start once, then package again.');
  const provisioned = JSON.parse(readFileSync(stamp, 'utf8'));
  for (const path of Object.keys(provisioned.files)) {
    const file = join(root, path);
    // into a new file: the packaged one may be a hard link to that of the checkout
    execFileSync('strip', ['--strip-unneeded', '-o', `${file}.stripped`, file]);
    renameSync(`${file}.stripped`, file);
    provisioned.files[path] = statSync(file).size;
  }
  writeFileSync(`${stamp}.new`, JSON.stringify(provisioned, null, 1));
  renameSync(`${stamp}.new`, stamp);
}
