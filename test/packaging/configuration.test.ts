// The packages as electron-builder.yml describes them: valid, for three systems, with Electron's fuses set.
import { getConfig, validateConfiguration } from 'app-builder-lib/out/util/config/config.js';
import { DebugLogger } from 'builder-util';
import { decode } from 'fast-png';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const config = await getConfig(root, 'electron-builder.yml', null);

describe('The configuration of the packages', () => {
  it('is valid for electron-builder', async () => {
    await expect(validateConfiguration(config, new DebugLogger(false))).resolves.toBeUndefined();
  });

  it('makes AppImage and deb, dmg, and an installer for Windows', () => {
    expect([config.linux?.target, config.mac?.target, config.win?.target]).toEqual([
      ['AppImage', 'deb'],
      ['dmg'],
      ['nsis'],
    ]);
  });

  it("sets the fuses that keep Electron's program from running anything else", () => {
    expect(config.electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
    });
  });

  it('opens the kinds of model files that belong to nothing else', () => {
    const associations = [config.fileAssociations ?? []].flat();
    expect(associations.flatMap(({ ext }) => ext)).toEqual(['keras', 'h5', 'hdf5', 'onnx']);
    expect(associations.every(({ mimeType, role }) => mimeType !== undefined && role === 'Viewer')).toBe(
      true,
    );
  });

  it.each([16, 24, 32, 48, 64, 128, 256, 512, 1024])('has an icon of %i pixels', (size) => {
    const icon = decode(readFileSync(join(root, `resources/icons/${size}x${size}.png`)));
    expect([icon.width, icon.height, icon.channels]).toEqual([size, size, 4]);
    const middle = ((size >> 1) * size + (size >> 1)) * 4;
    expect([...icon.data.slice(middle, middle + 4)], 'the chosen square').toEqual([0x5f, 0xb9, 0xd1, 255]);
    expect(icon.data[3], 'a clear corner').toBeLessThan(255);
  });

  it("has the same pictures in Windows' and in Apple's container", () => {
    const picture = (size: number): Buffer => readFileSync(join(root, `resources/icons/${size}x${size}.png`));
    const ico = readFileSync(join(root, config.win?.icon ?? ''));
    expect(ico.readUInt16LE(4)).toBe(7);
    const last = 6 + 16 * 6;
    const [bytes, place] = [ico.readUInt32LE(last + 8), ico.readUInt32LE(last + 12)];
    expect(ico.subarray(place, place + bytes).equals(picture(256))).toBe(true);
    const icns = readFileSync(join(root, config.mac?.icon ?? ''));
    expect(icns.toString('latin1', 0, 4)).toBe('icns');
    expect(icns.readUInt32BE(4)).toBe(icns.length);
    expect(icns.subarray(-picture(1024).length).equals(picture(1024))).toBe(true);
  });

  it('names icons and a hook that exist', () => {
    for (const path of [config.linux?.icon, config.mac?.icon, config.win?.icon, config.afterPack]) {
      expect(existsSync(join(root, path as string)), String(path)).toBe(true);
    }
  });
});
