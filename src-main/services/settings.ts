// The user's settings: kept in memory and in settings.json.
import { join } from 'node:path';
import { settingsSchema, type Settings, type SettingsChanges } from '../contract/settings';
import type { Emit } from './emitter';
import { readState, writeState } from './state-file';

export class SettingsStore {
  private readonly path: string;
  private readonly emit: Emit;
  private settings: Settings;

  private constructor(path: string, emit: Emit, settings: Settings) {
    this.path = path;
    this.emit = emit;
    this.settings = settings;
  }

  static async open(dataFolder: string, emit: Emit, log: (line: string) => void): Promise<SettingsStore> {
    const path = join(dataFolder, 'settings.json');
    return new SettingsStore(
      path,
      emit,
      await readState(path, settingsSchema, settingsSchema.parse({}), log),
    );
  }

  get current(): Settings {
    return this.settings;
  }

  async save(changes: SettingsChanges): Promise<Settings> {
    this.settings = settingsSchema.parse({ ...this.settings, ...changes });
    this.emit('settings.changed', { settings: this.settings });
    await writeState(this.path, this.settings);
    return this.settings;
  }
}
