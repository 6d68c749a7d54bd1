// The app, put together: its services, and one answer for every call of the contract.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import type { QuestionAnswer } from '../contract/answer';
import { calls, type DatasetInfo, type CallName, type CallOutput, type Calls } from '../contract/calls';
import { explain, UserError } from '../contract/errors';
import type { Reply } from '../contract/wire';
import { catalogue } from '../datasets/catalogue';
import type { ModelSource, StartEngine } from '../engine-link';
import type { Fact } from '../native/examine';
import { reportHtml } from '../report/html';
import { resourceFolder, shippedModel } from '../resources';
import { fileName } from '../store/export';
import { APP_VERSION } from '../version';
import { allFacts, errorReport, licences, machineFacts } from './about';
import type { Application, HostAbilities } from './application';
import { Asks } from './asks';
import { Emitter } from './emitter';
import { Engine } from './engine';
import { Exports } from './exports';
import { Galleries } from './galleries';
import { openLog } from './log';
import { judged, picked } from './judged-run';
import { Media } from './media';
import { Models, OpeningCancelled, SHIPPED } from './models';
import { OwnData } from './own-data';
import { Runs } from './runs';
import { SettingsStore } from './settings';
import { readShipped, readShippedAnswer } from './shipped';

export interface ApplicationOptions {
  /** Everything that the app keeps lies below it; made when it is not there. */
  readonly dataFolder: string;
  readonly abilities: HostAbilities;
  /** Starts the engine's process as this host can. */
  readonly startEngine: StartEngine;
  /** Paths of the user's own data, to be offered beside what was chosen before. */
  readonly ownData?: readonly string[];
}

/** What a call is given: its input as its schema leaves it. */
type Answer<N extends CallName> = (
  input: z.output<Calls[N]['input']>,
) => CallOutput<N> | Promise<CallOutput<N>>;
type Answers = { readonly [N in CallName]: Answer<N> };

const isCall = (name: string): name is CallName => Object.hasOwn(calls, name);

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

  const facts = (): Fact[] => machineFacts(dataFolder, abilities.name);
  const place = async (model: string): Promise<{ model: ModelSource; dataset: string }> => ({
    model: models.source(model),
    dataset: await models.dataset(model),
  });
  /** Answers of this session by model. */
  const answered = new Map<string, QuestionAnswer>();
  const answerOf = async (model: string, ask?: string): Promise<QuestionAnswer> => {
    const { name } = models.get(model).info;
    const found = await asks.run('answer', { ...(await place(model)), name }, ask);
    answered.set(model, found);
    return found;
  };
  const knownAnswer = async (model: string): Promise<QuestionAnswer | null> =>
    answered.get(model) ?? (model === SHIPPED ? readShippedAnswer(models.get(model).info) : null);
  const datasets = (): DatasetInfo[] =>
    catalogue().map(({ id, name, train, test, height, width }) => ({ id, name, train, test, height, width }));
  const chooseData = (kind: 'folder' | 'file'): Promise<string | null> => {
    if (abilities.chooseData === undefined) {
      throw new UserError(
        'A page in a browser cannot open folders of this machine.',
        'Choose the data in the desktop app, or name it with --own-data when you start this one.',
      );
    }
    return abilities.chooseData(kind);
  };
  const answers: Answers = {
    'app.start': () => ({
      version: APP_VERSION,
      host: abilities.name,
      settings: settings.current,
      model: models.current,
      recents: models.recents(),
      datasets: datasets(),
      runs: runs.list(),
    }),
    'app.doctor': async () => allFacts(facts(), await engine.run('doctor', null)),
    'app.licences': () => licences().map((licence) => ({ ...licence })),
    'app.showLogs': () => {
      if (abilities.showInFolder === undefined) {
        throw new UserError('A page in a browser cannot show folders.', `The logs are in ${log.folder}.`);
      }
      abilities.showInFolder(log.folder);
      return undefined;
    },
    'app.errorReport': () => errorReport(facts(), log),
    'settings.save': (changes) => settings.save(changes),

    'models.openDialog': async () => {
      if (abilities.chooseModel === undefined) {
        throw new UserError('A page in a browser has its own file dialog.', 'Drop the files on the window.');
      }
      const path = await abilities.chooseModel();
      return path === null ? null : models.openPath(path);
    },
    'models.openFiles': ({ files }) => models.openFiles(files),
    'models.openRecent': ({ id }) => models.openRecent(id),
    'models.openShipped': () => models.openShipped(),
    'models.cancelOpening': () => {
      models.cancelOpening();
      return undefined;
    },
    'models.save': ({ model, name }) => models.saveAs(model, name),
    'models.rename': ({ model, name }) => models.rename(model, name),
    'models.setScaling': ({ model, scaling }) => models.setScaling(model, scaling),
    'models.setSize': ({ model, side }) => models.setSize(model, side),
    'models.recents': () => models.recents(),
    'models.export': ({ model }) => models.export(model),

    'data.choose': async ({ model, kind }) => {
      const path = await chooseData(kind);
      return path === null ? null : models.judgeBy(model, path);
    },
    'data.use': ({ model, data }) => models.useData(model, data),
    'data.list': () => own.list(),
    'data.chooseForTraining': async ({ kind }) => {
      const path = await chooseData(kind);
      return path === null ? null : own.read(path, { target: null, side: null });
    },
    'data.read': ({ data, side }) => own.read(own.pathOf(data), { target: null, side }),
    'data.cancel': () => {
      own.stop();
      return undefined;
    },

    'runs.train': (request) => runs.train(request),
    'runs.visualize': (request) => runs.visualize(request),
    'runs.list': () => runs.list(),
    'runs.cancel': ({ run }) => {
      runs.cancel(run);
      return undefined;
    },
    'runs.pause': async ({ run }) => {
      await runs.pause(run);
      return undefined;
    },
    'runs.resume': async ({ run }) => {
      await runs.resume(run);
      return undefined;
    },
    'runs.curves': async ({ run }) => runs.curves(run),

    'evidence.layer': async ({ model, layer }) =>
      engine.run('layerEvidence', { ...(await place(model)), layer }),
    'asks.cancel': ({ ask }) => {
      asks.cancel(ask);
      return undefined;
    },
    'evidence.unit': async ({ model, layer, unit, ask }) => {
      const where = { ...(await place(model)), layer };
      const found = await asks.run('unitEvidence', { ...where, unit }, ask);
      // all windows were looked through for it
      await runs.refer(model, layer, await engine.run('reference', where));
      return found;
    },

    'evidence.run': async ({ run }) => engine.run('runEvidence', await judged(runs, models, run)),
    'evidence.decomposition': async ({ run, unit }) =>
      engine.run('decomposition', await picked(runs, models, run, unit)),
    'evidence.facets': async ({ run, unit, ask }) => {
      const { request, method } = runs.pictures(run).live.run;
      const job = { ...(await place(request.model)), layer: request.layer, unit, method };
      return asks.run('facets', job, ask);
    },
    'evidence.prior': async ({ model, layer, unit, ask }) =>
      asks.run('prior', { ...(await place(model)), layer, unit }, ask),
    'evidence.throughTraining': async ({ model, layer, run, ask }) => {
      const method = run === null ? null : runs.pictures(run).live.run.method;
      return asks.run('throughTraining', { ...(await place(model)), layer, method }, ask);
    },
    'question.known': ({ model }) => knownAnswer(model),
    'question.answer': ({ model, ask }) => answerOf(model, ask),
    'question.report': async ({ model }) => {
      const html = new TextEncoder().encode(
        reportHtml((await knownAnswer(model)) ?? (await answerOf(model))),
      );
      const name = `${fileName(models.get(model).info.name)}-answer.html`;
      return exports.add({ name, type: 'text/html', bytes: html });
    },

    'draw.respond': ({ model, image }) => engine.run('respond', { model: models.source(model), image }),
    'draw.dataset': async ({ model }) => {
      const dataset = await models.judge(model);
      return datasets().find(({ id }) => id === dataset) ?? models.dataInfo(model);
    },
    'draw.testImage': async ({ model, index }) => {
      const { image, label } = await engine.run('testImage', {
        dataset: await models.dataset(model),
        target: models.target(model),
        index,
      });
      return { image: Uint8Array.from(image), label, index };
    },

    'galleries.list': () => galleries.list(),
    'galleries.save': ({ run, title, display }) => galleries.save(run, title, display),
    'galleries.saveToFolder': ({ run, title, display }) => galleries.saveToFolder(run, title, display),
    'galleries.openFolder': () => galleries.openFolder(),
    'galleries.open': ({ id }) => galleries.open(id),
    'galleries.rename': ({ id, title }) => galleries.rename(id, title),
    'galleries.remove': async ({ id }) => {
      await galleries.remove(id);
      return undefined;
    },
    'galleries.restore': ({ id }) => galleries.restore(id),
    'galleries.showInFolder': ({ id }) => {
      galleries.showInFolder(id);
      return undefined;
    },
    'galleries.export': ({ id, format }) => galleries.export(id, format),
  };

  const answerCall = async <N extends CallName>(name: N, input: unknown): Promise<Reply<N>> => {
    const parsed = calls[name].input.safeParse(input ?? undefined);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new UserError(
        `${name} was asked with a wrong ${issue?.path.join('.') || 'input'}: ${issue?.message ?? ''}.`,
        'Reload the window; if it happens again, report it.',
      );
    }
    const work: Answer<N> = answers[name];
    return { ok: true, value: await work(parsed.data as z.output<Calls[N]['input']>) };
  };
  return {
    call: async (name, input) => {
      try {
        if (!isCall(name)) throw new UserError(`There is no call "${name}".`, 'Reload the window.');
        return await answerCall(name, input);
      } catch (error) {
        if (error instanceof UserError) {
          return { ok: false, error: { message: error.message, remedy: error.remedy } };
        }
        write(error instanceof Error ? (error.stack ?? error.message) : String(error));
        return {
          ok: false,
          error: { message: explain(error), remedy: 'Try again; the log has the details.' },
        };
      }
    },
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
