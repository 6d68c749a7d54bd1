// The user's own data by id: chosen, read with progress, remembered. The page holds ids, never paths.
import { createHash } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { ownDataSchema, type OwnDataInfo } from '../contract/calls';
import { UserError } from '../contract/errors';
import type { Target } from '../datasets/target';
import type { DataFacts } from '../engine-link';
import type { Emit } from './emitter';
import type { Engine, EngineJob } from './engine';
import { readState, writeState } from './state-file';

const knownSchema = ownDataSchema.omit({ id: true }).extend({ path: z.string() });
type Known = z.infer<typeof knownSchema>;
/** Last used first. */
const fileSchema = z.array(knownSchema);

const MOST_KNOWN = 20;

/** What the page calls the data at `path`. */
const dataId = (path: string): string => createHash('sha256').update(path).digest('hex').slice(0, 20);

const UNLABELLED =
  'It has no labels: sub-folders, one a class, or an array of labels beside the images would give it some.';

/** The size to read data at: a model's, else a side of one's own, else that of the data. */
export interface ReadSize {
  readonly target: Target | null;
  readonly side: number | null;
}

export interface OwnDataOptions {
  readonly dataFolder: string;
  /** Paths named when the app was started. */
  readonly given: readonly string[];
  readonly engine: Engine;
  readonly emit: Emit;
  readonly log: (line: string) => void;
}

export class OwnData {
  private readonly options: OwnDataOptions;
  private readonly path: string;
  private readonly given: readonly string[];
  private known: Known[];
  private reading: EngineJob<DataFacts> | null = null;

  private constructor(options: OwnDataOptions, path: string, known: Known[]) {
    this.options = options;
    this.path = path;
    this.given = options.given.map((given) => resolve(given));
    this.known = known;
  }

  static async open(options: OwnDataOptions): Promise<OwnData> {
    const path = join(options.dataFolder, 'data.json');
    return new OwnData(options, path, await readState(path, fileSchema, [], options.log));
  }

  list(): { id: string; name: string }[] {
    const fresh = this.given.filter((path) => !this.known.some((known) => known.path === path));
    return [...fresh.map((path) => ({ path, name: basename(path) })), ...this.known].map(
      ({ path, name }) => ({ id: dataId(path), name }),
    );
  }

  /** Throws a UserError for an id that names no data of this app. */
  pathOf(id: string): string {
    const found = [...this.given, ...this.known.map(({ path }) => path)].find((path) => dataId(path) === id);
    if (found === undefined)
      throw new UserError('This data is not known any more.', 'Choose its folder again.');
    return found;
  }

  /** The data at `path` as it was when it was last read; null when it never was. */
  lastRead(path: string): OwnDataInfo | null {
    const found = this.known.find((known) => known.path === path);
    if (found === undefined) return null;
    const { path: of, ...rest } = found;
    return { ...rest, id: dataId(of) };
  }

  /** Reads data with events of the progress, and remembers it. Throws a UserError for what is no data. */
  async read(path: string, size: ReadSize): Promise<OwnDataInfo> {
    this.stop();
    const job = this.options.engine.job('readData', { dataset: path, ...size }, (progress) => {
      this.options.emit('data.progress', progress);
    });
    this.reading = job;
    try {
      const facts = await job.done;
      const notes = [...facts.notes, ...(facts.classes.length === 0 ? [UNLABELLED] : [])];
      const now: Known = { ...facts, classes: [...facts.classes], notes, path };
      this.known = [now, ...this.known.filter((other) => other.path !== path)].slice(0, MOST_KNOWN);
      await writeState(this.path, this.known);
      return { ...facts, classes: [...facts.classes], notes, id: dataId(path) };
    } finally {
      if (this.reading === job) this.reading = null;
    }
  }

  /** Stops reading; whoever waits for it is told so. */
  stop(): void {
    this.reading?.signal('cancel');
    this.reading = null;
  }
}
