// Models by id: opened, kept in the app's library, renamed, exported. The page holds ids, never paths.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { Recent } from '../contract/calls';
import { UserError } from '../contract/errors';
import type { ModelInfo } from '../contract/model';
import type { ModelFacts, ModelSource } from '../engine-link';
import { shippedModel } from '../resources';
import { fileName } from '../store/export';
import type { Emit } from './emitter';
import type { Engine, EngineJob } from './engine';
import type { Exports } from './exports';
import { datasetOf, judgeOf, mustTake } from './model-data';
import {
  copyModel,
  formatOf,
  freshFolder,
  readCard,
  storeGiven,
  zipModel,
  type GivenFile,
} from './model-files';
import { ModelMemory, type Located, type Said } from './model-memory';
import { Openings } from './openings';
import type { OwnData } from './own-data';

export const SHIPPED = 'shipped';

export interface ModelsOptions {
  readonly dataFolder: string;
  readonly engine: Engine;
  readonly exports: Exports;
  readonly own: OwnData;
  readonly emit: Emit;
  readonly log: (line: string) => void;
}

export class Models {
  private readonly options: ModelsOptions;
  private readonly memory: ModelMemory;
  private readonly openings: Openings;
  private readonly open = new Map<string, Located>();
  private preparing: EngineJob<null> | null = null;
  /** The model that a page shows when it is loaded. */
  current: ModelInfo | null = null;

  private constructor(options: ModelsOptions, memory: ModelMemory) {
    this.options = options;
    this.memory = memory;
    this.openings = new Openings(options.emit);
    for (const { path, info } of memory.recents) this.know(path, info);
  }

  static async open(options: ModelsOptions): Promise<Models> {
    return new Models(options, await ModelMemory.open(options.dataFolder, options.log));
  }

  /** Says what the model at `path` is without opening it: for those whose facts are at hand. */
  know(path: string, info: ModelInfo): void {
    this.open.set(info.id, { path, info });
  }

  /** Throws a UserError for an id that names no model of this app. */
  get(id: string): Located {
    const known = this.open.get(id);
    if (known === undefined) {
      throw new UserError('This model is not open any more.', 'Open its file again.');
    }
    return known;
  }

  /** What the engine needs to open it: where it lies, and what was said of it. */
  source(id: string): ModelSource {
    const { path, info } = this.get(id);
    const range = info.scaling.source === 'stated' ? info.scaling.name : null;
    return { path, range, size: info.anySize ? info.input.height : null };
  }

  /** See model-data.ts; null for none. */
  judge(id: string): Promise<string | null> {
    return judgeOf(this.get(id), this.options.own);
  }

  /** The same; throws a UserError when there is none. */
  dataset(id: string): Promise<string> {
    return datasetOf(this.get(id), this.options.own);
  }

  /** Judges a model by data that was chosen before, which is read anew; null takes it back. */
  async useData(id: string, data: string | null): Promise<ModelInfo> {
    if (data !== null) return this.judgeBy(id, this.options.own.pathOf(data));
    const { path, info } = this.get(id);
    const judges = { ...this.memory.said.judges };
    Reflect.deleteProperty(judges, info.sha256);
    return this.reopen(path, info, { judges });
  }

  /** Reads the user's own data at the size of a model and judges it by that. Throws a UserError for what is no data. */
  async judgeBy(id: string, path: string): Promise<ModelInfo> {
    const { path: place, info } = this.get(id);
    await this.options.own.read(path, { target: mustTake(info), side: null });
    return this.reopen(place, info, { judges: { ...this.memory.said.judges, [info.sha256]: path } });
  }

  recents(): Recent[] {
    return this.memory.recents.map(({ path, info, openedAt }) => ({
      id: info.id,
      name: info.name,
      where: this.within(path) ? 'Filterscope' : basename(dirname(path)),
      openedAt,
    }));
  }

  /** Opens a model by path and makes it the current one. Throws a UserError that says what is wrong with it. */
  async openPath(path: string, name?: string): Promise<ModelInfo> {
    const place = resolve(path);
    const info = await this.openings.wait(name ?? basename(place), this.inspect(place, name));
    if (info.id !== SHIPPED) await this.memory.opened(place, info);
    this.current = info;
    this.options.emit('model.opened', { model: info });
    void this.prepare(info.id);
    return info;
  }

  cancelOpening(): void {
    this.openings.cancel();
  }

  /** Has the engine get ready for a first click while it has nothing else to do; no longer for the model before. */
  private async prepare(id: string): Promise<void> {
    this.preparing?.signal('cancel');
    this.preparing = null;
    const dataset = await this.judge(id);
    // the engine has done so for the shipped model when it started
    if (dataset === null || id === SHIPPED || this.current?.id !== id) return;
    const job = this.options.engine.job('prepare', { model: this.source(id), dataset });
    this.preparing = job;
    // what cannot be prepared is told to whoever asks for it
    await job.done.catch(() => undefined);
  }

  openShipped(): Promise<ModelInfo> {
    return this.openPath(shippedModel());
  }

  openRecent(id: string): Promise<ModelInfo> {
    const { path, info } = this.get(id);
    if (!existsSync(path)) {
      void this.memory.forget(path);
      throw new UserError(`${info.name} is not where it was any more.`, 'Open it from its new place.');
    }
    return this.openPath(path, info.name);
  }

  async openFiles(files: readonly GivenFile[], folder: string | null): Promise<ModelInfo> {
    const path = await storeGiven(join(this.options.dataFolder, 'opened'), files, folder);
    const given =
      basename(path) === 'model.json' ? (folder ?? 'dropped model') : basename(path).replace(/\.\w+$/, '');
    return this.openPath(path, given);
  }

  /**
   * Facts of the model at `path`, which is known by its id from then on; not opened for the user. `judge`: path of the
   * user's own data that judges it from now on.
   */
  async inspect(path: string, name?: string, judge?: string): Promise<ModelInfo> {
    const card = await readCard(path);
    const own = await this.own(path, card !== null);
    if (judge !== undefined) {
      this.memory.say({ judges: { ...this.memory.said.judges, [own.sha256]: judge } });
      await this.memory.save();
    }
    const { ranges, sizes, judges } = this.memory.said;
    const [range, size] = [ranges[own.sha256], sizes[own.sha256]];
    const isOther =
      (range !== undefined && range !== own.scaling.name) ||
      (size !== undefined && size !== own.input.height);
    const said = { range: range ?? null, size: size ?? null };
    const facts = isOther ? await this.options.engine.run('open', { model: { path, ...said } }) : own;
    const read = this.options.own.lastRead(judges[own.sha256] ?? '');
    const data = read === null ? null : { id: read.id, name: read.name, notes: read.notes };
    const shipped = path === resolve(shippedModel()) && !isOther && data === null;
    const id = shipped
      ? SHIPPED
      : createHash('sha256')
          .update(path)
          .update(facts.sha256)
          // another range, size or data makes other pictures: those of before are not this model's
          .update(isOther ? [range, size].filter((part) => part !== undefined).join('|') : '')
          .update(data?.id ?? '')
          .digest('hex')
          .slice(0, 20);
    const info: ModelInfo = {
      ...facts,
      ...{ id, data },
      format: formatOf(path),
      scaling: range === undefined ? facts.scaling : { name: range, source: 'stated' },
      name: this.memory.nameOf(path) ?? (shipped ? 'MNIST' : (name ?? facts.name)),
      classes: card?.classes.length === facts.classes.length ? card.classes : facts.classes,
      testAccuracy: card?.test?.accuracy ?? null,
      testImages: card?.test?.images ?? null,
      saved: !this.within(path) || path.startsWith(join(this.options.dataFolder, 'models') + sep),
    };
    this.know(path, info);
    return info;
  }

  /** What the file says by itself. A model that the app trained was given pixels 0..1, though its file does not say so. */
  private async own(path: string, hasCard: boolean): Promise<ModelFacts> {
    const facts = await this.options.engine.run('open', { model: { path, range: null, size: null } });
    const assumed = facts.scaling.source === 'assumed';
    return assumed && hasCard ? { ...facts, scaling: { ...facts.scaling, source: 'found' } } : facts;
  }

  /** States the range of a model's input; stating what the file itself says takes the statement back. */
  async setScaling(id: string, range: string): Promise<ModelInfo> {
    const { path, info } = this.get(id);
    const own = await this.own(path, (await readCard(path)) !== null);
    const isFound = own.scaling.source === 'found' && own.scaling.name === range;
    const ranges = { ...this.memory.said.ranges, [own.sha256]: range };
    if (isFound) Reflect.deleteProperty(ranges, own.sha256);
    return this.reopen(path, info, { ranges });
  }

  /** Chooses the side of the images of a model that takes any size. */
  async setSize(id: string, side: number): Promise<ModelInfo> {
    const { path, info } = this.get(id);
    if (!info.anySize) {
      throw new UserError(
        `The model takes images of ${info.input.height}×${info.input.width} alone.`,
        'Leave its size as it is.',
      );
    }
    return this.reopen(path, info, { sizes: { ...this.memory.said.sizes, [info.sha256]: side } });
  }

  /** Opens a model anew with what the user has just said of it. */
  private async reopen(path: string, { name }: ModelInfo, said: Partial<Said>): Promise<ModelInfo> {
    const before = this.memory.said;
    this.memory.say(said);
    try {
      const opened = await this.openPath(path, name);
      await this.memory.save();
      return opened;
    } catch (error) {
      // what the model cannot take is not kept
      this.memory.say(before);
      throw error;
    }
  }

  /** Keeps a copy in the library under a name. */
  async saveAs(id: string, name: string): Promise<ModelInfo> {
    const { path } = this.get(id);
    const copy = await copyModel(path, freshFolder(join(this.options.dataFolder, 'models'), name));
    this.memory.name(copy, name);
    return this.openPath(copy);
  }

  async rename(id: string, name: string): Promise<ModelInfo> {
    const known = this.get(id);
    const info = { ...known.info, name };
    this.know(known.path, info);
    this.memory.name(known.path, name);
    if (this.current?.id === id) this.current = info;
    await this.memory.save();
    this.options.emit('model.opened', { model: info });
    return info;
  }

  async export(id: string): Promise<{ url: string; name: string }> {
    const { path, info } = this.get(id);
    const bytes = await zipModel(path, info.name);
    return this.options.exports.add({ name: `${fileName(info.name)}.zip`, type: 'application/zip', bytes });
  }

  private within(path: string): boolean {
    return path.startsWith(this.options.dataFolder + sep);
  }
}
