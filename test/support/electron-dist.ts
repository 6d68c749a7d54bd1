// A folder in the shape of Electron's own distribution, for packaging where the real one cannot be had.
import { createPackage } from '@electron/asar';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the fuses lie in Electron's binary: version 1, nine fuses, as they are when it is new. */
const FUSES = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 9]),
  Buffer.from('101100100'),
]);

/** Writes the seven files that electron-builder needs to go to its end on Linux; the program only says what it is. */
export async function writeElectronDist(folder: string, version: string): Promise<void> {
  mkdirSync(join(folder, 'locales'), { recursive: true });
  mkdirSync(join(folder, 'resources'));
  const program = "#!/bin/sh\necho 'This stands in for Electron.'\nexit 1\n";
  writeFileSync(join(folder, 'electron'), Buffer.concat([Buffer.from(program), FUSES, Buffer.from('\n')]));
  chmodSync(join(folder, 'electron'), 0o755);
  for (const name of [
    'LICENSE',
    'LICENSES.chromium.html',
    'chrome-sandbox',
    'icudtl.dat',
    'locales/en-US.pak',
  ]) {
    writeFileSync(join(folder, name), '');
  }
  writeFileSync(join(folder, 'version'), version);
  const source = join(folder, 'default-app');
  mkdirSync(source);
  writeFileSync(join(source, 'index.js'), '');
  await createPackage(source, join(folder, 'resources', 'default_app.asar'));
  rmSync(source, { recursive: true });
}
