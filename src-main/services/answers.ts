// What the app answers to each call of its contract.
import type { z } from 'zod';
import type { QuestionAnswer } from '../contract/answer';
import type { CallName, CallOutput, Calls, DatasetInfo } from '../contract/calls';
import { UserError } from '../contract/errors';
import { catalogue } from '../datasets/catalogue';
import type { ModelSource } from '../engine-link';
import type { Fact } from '../native/examine';
import { reportHtml } from '../report/html';
import { fileName } from '../store/export';
import { APP_VERSION } from '../version';
import { allFacts, errorReport, licences, machineFacts } from './about';
import type { HostAbilities } from './application';
import type { Asks } from './asks';
import type { Engine } from './engine';
import type { Exports } from './exports';
import type { Galleries } from './galleries';
import { judged, picked } from './judged-run';
import type { Log } from './log';
import { ownDataOf, targetOf } from './model-data';
import { SHIPPED, type Models } from './models';
import type { OwnData } from './own-data';
import type { Runs } from './runs';
import type { SettingsStore } from './settings';
import { readShippedAnswer } from './shipped';

/** What a call is given: its input as its schema leaves it. */
export type Answer<N extends CallName> = (
  input: z.output<Calls[N]['input']>,
) => CallOutput<N> | Promise<CallOutput<N>>;
export type Answers = { readonly [N in CallName]: Answer<N> };

export interface Services {
  readonly dataFolder: string;
  readonly abilities: HostAbilities;
  readonly log: Log;
  readonly settings: SettingsStore;
  readonly engine: Engine;
  readonly asks: Asks;
  readonly exports: Exports;
  readonly own: OwnData;
  readonly models: Models;
  readonly runs: Runs;
  readonly galleries: Galleries;
}

export function answersOf(services: Services): Answers {
  const { dataFolder, abilities, log, settings, engine, asks, exports, own, models, runs, galleries } =
    services;
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
  return {
    'app.start': () => ({
      version: APP_VERSION,
      host: abilities.name,
      settings: settings.current,
      model: models.current,
      recents: models.recents(),
      datasets: datasets(),
      runs: runs.list(),
    }),
    'app.facts': () => facts(),
    'app.doctor': async () => allFacts(facts(), await engine.run('doctor', null)),
    'app.licences': () => licences().map((licence) => ({ ...licence })),
    'app.showFolder': ({ folder }) => {
      const path = folder === 'logs' ? log.folder : dataFolder;
      if (abilities.showInFolder === undefined) {
        throw new UserError('A page in a browser cannot show folders.', `The ${folder} are in ${path}.`);
      }
      abilities.showInFolder(path);
      return undefined;
    },
    'app.chooseDataFolder': async () => {
      if (abilities.chooseFolder === undefined || abilities.keepDataIn === undefined) {
        throw new UserError('A page in a browser cannot choose folders.', 'Name it by --data at the start.');
      }
      const folder = await abilities.chooseFolder('save', 'Keep Filterscope’s data in');
      return folder === null ? null : abilities.keepDataIn(folder);
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
    'models.openFiles': ({ files, folder }) => models.openFiles(files, folder),
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
      await runs.refer(model, layer, () => engine.run('reference', where));
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
      return datasets().find(({ id }) => id === dataset) ?? ownDataOf(models.get(model).info, own);
    },
    'draw.testImage': async ({ model, index }) => {
      const { image, label } = await engine.run('testImage', {
        dataset: await models.dataset(model),
        target: targetOf(models.get(model).info),
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
}
