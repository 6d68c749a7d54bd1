// Writes a folder whole or not at all.
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../contract/errors';

/**
 * Writes files, by path with forward slashes, into a folder beside `folder` and renames it when whole. The folder
 * must not exist yet, so that nothing is overwritten. Throws a UserError when it does.
 */
export async function writeFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const beside = await mkdtemp(join(dirname(folder), `.${basename(folder)}-`));
  try {
    for (const [path, bytes] of files) {
      await mkdir(dirname(join(beside, path)), { recursive: true });
      const file = await open(join(beside, path), 'w');
      await file.writeFile(bytes);
      await file.sync();
      await file.close();
    }
    await rename(beside, folder).catch((cause: unknown) => {
      throw new UserError(
        `The folder ${basename(folder)} could not be put in its place.`,
        'Choose a folder that does not exist yet.',
        { cause },
      );
    });
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    throw error;
  }
}
