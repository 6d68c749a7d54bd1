// The app, put together: its services, and what a host has of them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { explain, UserError } from '../contract/errors';
import type { StartEngine } from '../engine-link';
import { resourceFolder, shippedModel } from '../resources';
import { APP_VERSION } from '../version';
import { answersOf } from './answers';
import type { Application, HostAbilities } from './application';
import { Asks } from './asks';
import { Emitter } from './emitter';
import { Engine } from './engine';
import { Exports } from './exports';
import { Galleries } from './galleries';
import { openLog } from './log';
import { Media } from './media';
import { Models } from './models';
import { OpeningCancelled } from './openings';
import { OwnData } from './own-data';
import { replyTo } from './reply';
import { Runs } from './runs';
import { SettingsStore } from './settings';
import { readShipped } from './shipped';

export interface ApplicationOptions {
  /** Everything that the app keeps lies below it; made when it is not there. */
  readonly dataFolder: string;
  readonly abilities: HostAbilities;
  /** Starts the engine's process as this host can. */
  readonly startEngine: StartEngine;
  /** Paths of the user's own data, to be offered beside what was chosen before. */
  readonly ownData?: readonly string[];
}

/** Opens the app's data and starts its engine; does not wait for either the engine or a model. */
export async function createApplication(options: ApplicationOptions): Promise<Application> {
  const { dataFolder, abilities, startEngine } = options;
  const log = openLog(join(dataFolder, 'logs'));
  const write = (line: string): void => {
    log.write(line);
  };
  write(`Filterscope ${APP_VERSION} starts, ${abilities.name}.`);
  const emitter = new Emitter();
  const { emit } = emitter;
  const settings = await SettingsStore.open(dataFolder, emit, write);
  const engine = new Engine({
    start: startEngine,
    log: write,
    environment: (): Record<string, string> => {
      const { threads } = settings.current;
      return {
        FILTERSCOPE_SCANS: join(dataFolder, 'scans'),
        ...(threads === 0
          ? {}
          : { TF_NUM_INTRAOP_THREADS: String(threads), OMP_NUM_THREADS: String(threads) }),
      };
    },
    state: (state, detail) => {
      emit('engine.state', { state, detail });
    },
  });
  const asks = new Asks(engine, emit);
  const exports = new Exports();
  const own = await OwnData.open({
    ...{ dataFolder, engine, emit, log: write },
    given: options.ownData ?? [],
  });
  const models = await Models.open({ dataFolder, engine, exports, own, emit, log: write });
  const shipped = await readShipped();
  if (shipped !== null) models.know(shippedModel(), shipped);
  models.current = shipped;
  const runs = await Runs.open({
    folder: join(dataFolder, 'runs'),
    shipped: join(resourceFolder(), 'runs'),
    ...{ engine, models, own, emit, log: write },
  });
  const galleries = new Galleries({ dataFolder, abilities, runs, exports, emit, log: write });
  void galleries.emptyTrash();
  const media = new Media({ engine, exports, galleries, models, runs });

  const answers = answersOf({
    ...{ dataFolder, abilities, log, settings, engine, asks, exports, own, models, runs, galleries },
  });
  return {
    call: (name, input) => replyTo(answers, name, input, write),
    media: (request) => media.answer(request),
    on: (listener) => emitter.on(listener),
    openPath: async (path) => {
      try {
        if (!existsSync(path)) throw new UserError(`There is no file ${path}.`, 'Check its name.');
        await models.openPath(path);
      } catch (error) {
        if (error instanceof OpeningCancelled) return;
        const { message, remedy } =
          error instanceof UserError ? error : { message: explain(error), remedy: 'Try another file.' };
        emit('model.refused', { message, remedy });
      }
    },
    close: async () => {
      await runs.close();
      engine.close();
      write('Filterscope ends.');
    },
  };
}
