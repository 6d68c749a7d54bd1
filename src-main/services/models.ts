// Models by id: opened, kept in the app's library, renamed, exported. The page holds ids, never paths.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { z } from 'zod';
import type { DatasetInfo, Recent } from '../contract/calls';
import { UserError } from '../contract/errors';
import { modelInfoSchema, sideSchema, type ModelInfo } from '../contract/model';
import { rangeSchema } from '../contract/range';
import { judging } from '../datasets/catalogue';
import type { Target } from '../datasets/target';
import { shippedModel } from '../resources';
import { fileName } from '../store/export';
import type { ModelFacts, ModelSource } from '../engine-link';
import type { Emit } from './emitter';
import type { Engine, EngineJob } from './engine';
import type { Exports } from './exports';
import {
  copyModel,
  formatOf,
  freshFolder,
  readCard,
  storeGiven,
  zipModel,
  type GivenFile,
} from './model-files';
import type { OwnData } from './own-data';
import { readState, writeState } from './state-file';

const knownSchema = z.object({ path: z.string(), openedAt: z.string(), info: modelInfoSchema });
type Known = z.infer<typeof knownSchema>;
const fileSchema = z.object({
  /** Last opened first. */
  recents: z.array(knownSchema),
  /** Names given by the user, by path. */
  names: z.record(z.string(), z.string()),
  /** Ranges of the input stated by the user, by the model's sha256. */
  ranges: z.record(z.string(), rangeSchema).default({}),
  /** Sides of the images of models that take any size, chosen by the user, by the model's sha256. */
  sizes: z.record(z.string(), sideSchema).default({}),
  /** The user's own data by its path, chosen to judge a model, by the model's sha256. */
  judges: z.record(z.string(), z.string()).default({}),
});

const MOST_RECENTS = 20;
export const SHIPPED = 'shipped';

/** The user gave up waiting for a model. */
export class OpeningCancelled extends UserError {
  constructor() {
    super('Opening the model was cancelled.', 'Open it again when you like.');
  }
}

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
  private readonly path: string;
  private readonly state: z.infer<typeof fileSchema>;
  private readonly open = new Map<string, Known>();
  /** Give up a model that is being opened, each. */
  private readonly openings = new Set<() => void>();
  private preparing: EngineJob<null> | null = null;
  /** The model that a page shows when it is loaded. */
  current: ModelInfo | null = null;

  private constructor(options: ModelsOptions, path: string, state: z.infer<typeof fileSchema>) {
    this.options = options;
    this.path = path;
    this.state = state;
    for (const known of state.recents) this.open.set(known.info.id, known);
  }

  static async open(options: ModelsOptions): Promise<Models> {
    const path = join(options.dataFolder, 'models.json');
    const state = await readState(
      path,
      fileSchema,
      { recents: [], names: {}, ranges: {}, sizes: {}, judges: {} },
      options.log,
    );
    return new Models(options, path, state);
  }

  /** Says what the model at `path` is without opening it: for those whose facts are at hand. */
  know(path: string, info: ModelInfo): void {
    this.open.set(info.id, { path, info, openedAt: '' });
  }

  /** Throws a UserError for an id that names no model of this app. */
  get(id: string): { readonly path: string; readonly info: ModelInfo } {
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

  /** The dataset that judges a model: the user's own that was chosen for it, else the one its card names, else the first whose images it takes; null for none. */
  async judge(id: string): Promise<string | null> {
    const { path, info } = this.get(id);
    if (info.data !== null) return this.options.own.pathOf(info.data.id);
    const card = await readCard(path).catch(() => null);
    return judging(info.input, card?.dataset.name ?? null)?.id ?? null;
  }

  /** The user's own data that judges a model, as it was when it was read; null where there is none. */
  dataInfo(id: string): DatasetInfo | null {
    const { data, input } = this.get(id).info;
    const read = data === null ? null : this.options.own.lastRead(this.options.own.pathOf(data.id));
    if (read === null) return null;
    const { name, train, test } = read;
    return { id: read.id, name, train, test, height: input.height, width: input.width };
  }

  /** Judges a model by data that was chosen before, which is read anew; null takes it back. */
  async useData(id: string, data: string | null): Promise<ModelInfo> {
    if (data !== null) return this.judgeBy(id, this.options.own.pathOf(data));
    const { path, info } = this.get(id);
    const judges = { ...this.state.judges };
    Reflect.deleteProperty(judges, info.sha256);
    return this.reopen(path, info, { judges });
  }

  /** Reads the user's own data at the size of a model and judges it by that. Throws a UserError for what is no data. */
  async judgeBy(id: string, path: string): Promise<ModelInfo> {
    const { path: place, info } = this.get(id);
    const target = this.target(id);
    if (target === null) {
      throw new UserError(
        `The model takes images of ${info.input.channels} channels; pictures are grey or red, green and blue.`,
        'Its pictures can be made without data; evidence from data cannot.',
      );
    }
    await this.options.own.read(path, { target, side: null });
    return this.reopen(place, info, { judges: { ...this.state.judges, [info.sha256]: path } });
  }

  /** The size of pictures that a model takes; null where pictures have other channels. */
  target(id: string): Target | null {
    const { height, width, channels } = this.get(id).info.input;
    return channels === 1 || channels === 3 ? { height, width, channels } : null;
  }

  /** As `judge`; throws a UserError when there is none. */
  async dataset(id: string): Promise<string> {
    const found = await this.judge(id);
    if (found === null) {
      const { height, width, channels } = this.get(id).info.input;
      throw new UserError(
        `There is no dataset of ${height}×${width}×${channels} images for this model.`,
        'Its pictures can be made without data; evidence from data cannot.',
      );
    }
    return found;
  }

  recents(): Recent[] {
    return this.state.recents.map(({ path, info, openedAt }) => ({
      id: info.id,
      name: info.name,
      where: this.within(path) ? 'Filterscope' : basename(dirname(path)),
      openedAt,
    }));
  }

  /** Opens a model by path and makes it the current one. Throws a UserError that says what is wrong with it. */
  async openPath(path: string, name?: string): Promise<ModelInfo> {
    const place = resolve(path);
    const info = await this.waitFor(name ?? basename(place), this.inspect(place, name));
    if (info.id !== SHIPPED) {
      this.state.recents = [
        { path: place, info, openedAt: new Date().toISOString() },
        ...this.state.recents.filter((other) => other.path !== place),
      ].slice(0, MOST_RECENTS);
      await this.save();
    }
    this.current = info;
    this.options.emit('model.opened', { model: info });
    void this.prepare(info.id);
    return info;
  }

  /** Waits for a model that is being opened, and says so, until the user gives up. */
  private async waitFor(name: string, info: Promise<ModelInfo>): Promise<ModelInfo> {
    let giveUp = (): void => undefined;
    const cancelled = new Promise<never>((_, reject) => {
      giveUp = () => {
        reject(new OpeningCancelled());
      };
    });
    this.openings.add(giveUp);
    this.options.emit('model.opening', { name });
    try {
      return await Promise.race([info, cancelled]);
    } finally {
      this.openings.delete(giveUp);
      if (this.openings.size === 0) this.options.emit('model.opening', { name: null });
    }
  }

  /** Gives up what is being opened: the engine's work on it ends unheard. */
  cancelOpening(): void {
    for (const giveUp of this.openings) giveUp();
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
      this.state.recents = this.state.recents.filter((other) => other.path !== path);
      void this.save();
      throw new UserError(`${info.name} is not where it was any more.`, 'Open it from its new place.');
    }
    return this.openPath(path, info.name);
  }

  async openFiles(files: readonly GivenFile[]): Promise<ModelInfo> {
    const path = await storeGiven(join(this.options.dataFolder, 'opened'), files);
    const given = basename(path) === 'model.json' ? 'dropped model' : basename(path).replace(/\.\w+$/, '');
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
      this.state.judges[own.sha256] = judge;
      await this.save();
    }
    const range = this.state.ranges[own.sha256];
    const size = this.state.sizes[own.sha256];
    const isOther =
      (range !== undefined && range !== own.scaling.name) ||
      (size !== undefined && size !== own.input.height);
    const said = { range: range ?? null, size: size ?? null };
    const facts = isOther ? await this.options.engine.run('open', { model: { path, ...said } }) : own;
    const read = this.options.own.lastRead(this.state.judges[own.sha256] ?? '');
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
      name: this.state.names[path] ?? (shipped ? 'MNIST' : (name ?? facts.name)),
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
    const ranges = { ...this.state.ranges, [own.sha256]: range };
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
    return this.reopen(path, info, { sizes: { ...this.state.sizes, [info.sha256]: side } });
  }

  /** Opens a model anew with what the user has just said of it. */
  private async reopen(
    path: string,
    { name }: ModelInfo,
    said: Partial<Pick<z.infer<typeof fileSchema>, 'ranges' | 'sizes' | 'judges'>>,
  ): Promise<ModelInfo> {
    const { ranges, sizes, judges } = this.state;
    Object.assign(this.state, said);
    try {
      const opened = await this.openPath(path, name);
      await this.save();
      return opened;
    } catch (error) {
      // what the model cannot take is not kept
      Object.assign(this.state, { ranges, sizes, judges });
      throw error;
    }
  }

  /** Keeps a copy in the library under a name. */
  async saveAs(id: string, name: string): Promise<ModelInfo> {
    const { path } = this.get(id);
    const copy = await copyModel(path, freshFolder(join(this.options.dataFolder, 'models'), name));
    this.state.names[copy] = name;
    return this.openPath(copy);
  }

  async rename(id: string, name: string): Promise<ModelInfo> {
    const known = this.get(id);
    this.state.names[known.path] = name;
    const info = { ...known.info, name };
    this.know(known.path, info);
    this.state.recents = this.state.recents.map((other) =>
      other.path === known.path ? { ...other, info } : other,
    );
    if (this.current?.id === id) this.current = info;
    await this.save();
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

  private save(): Promise<void> {
    return writeState(this.path, this.state);
  }
}
