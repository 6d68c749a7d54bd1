// Where the app keeps its data: where the system says, where the environment says, or where the user chose.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UserError } from '../../src-main/contract/errors';
import { appFolders, chooseDataFolder } from '../../src-main/native/site';

const isLinux = process.platform === 'linux';
if (!isLinux) process.stderr.write('Skipped: only on Linux can the folder that the system gives be moved.\n');

describe.skipIf(!isLinux)('the data folder', () => {
  let root: string;
  const usual = (): string => join(root, 'share/filterscope');
  const drive = (): string => join(root, 'drive');

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'filterscope-site-'));
    mkdirSync(drive());
    vi.stubEnv('XDG_DATA_HOME', join(root, 'share'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true });
  });

  test('is the one that the system gives, unless the environment names another', () => {
    expect(appFolders({})).toMatchObject({ data: usual(), missing: null });
    expect(appFolders({ FILTERSCOPE_DATA: drive() })).toMatchObject({ data: drive(), missing: null });
  });

  test('and that of the cache: a variable that is set to nothing names none', () => {
    vi.stubEnv('XDG_CACHE_HOME', join(root, 'caches'));
    expect(appFolders({ FILTERSCOPE_CACHE: drive() }).cache).toBe(drive());
    const unset = appFolders({});
    expect(appFolders({ FILTERSCOPE_CACHE: '', FILTERSCOPE_DATA: '' })).toEqual(unset);
    expect(unset).toMatchObject({ cache: join(root, 'caches/filterscope'), data: usual() });
    expect(chooseDataFolder(drive(), { FILTERSCOPE_DATA: '' })).toBe(join(drive(), 'Filterscope'));
  });

  test('is the one that the user chose, a folder of its own in it, from then on', () => {
    const chosen = chooseDataFolder(drive(), {});
    expect(chosen).toBe(join(drive(), 'Filterscope'));
    expect(appFolders({})).toMatchObject({ data: chosen, missing: null });
    // chosen once more it is the same, and not one inside it
    expect(chooseDataFolder(chosen, {})).toBe(chosen);
  });

  test('where the chosen one is not there, the system’s stands in for it and it is said', () => {
    const chosen = chooseDataFolder(drive(), {});
    rmSync(drive(), { recursive: true });
    expect(appFolders({})).toMatchObject({ data: usual(), missing: chosen });
    mkdirSync(chosen, { recursive: true });
    expect(appFolders({})).toMatchObject({ data: chosen, missing: null });
  });

  test('a place that is no folder is refused, and nothing changes', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    expect(() => chooseDataFolder(file, {})).toThrow(UserError);
    expect(existsSync(join(usual(), 'data-folder'))).toBe(false);
    expect(appFolders({}).data).toBe(usual());
  });

  test('is not chosen where the environment names it', () => {
    expect(() => chooseDataFolder(drive(), { FILTERSCOPE_DATA: root })).toThrow(/FILTERSCOPE_DATA/);
  });
});
