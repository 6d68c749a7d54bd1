// What is remembered of models from one session to the next: recent ones, names that were given, what was said of their files.
import { join } from 'node:path';
import { z } from 'zod';
import { modelInfoSchema, sideSchema, type ModelInfo } from '../contract/model';
import { rangeSchema } from '../contract/range';
import { readState, writeState } from './state-file';

const knownSchema = z.object({ path: z.string(), openedAt: z.string(), info: modelInfoSchema });
type Known = z.infer<typeof knownSchema>;
/** A model and where it lies. */
export type Located = Readonly<Pick<Known, 'path' | 'info'>>;
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
type State = z.infer<typeof fileSchema>;
/** What the user said of a model's file, by its sha256. */
export type Said = Pick<State, 'ranges' | 'sizes' | 'judges'>;

const MOST_RECENTS = 20;

export class ModelMemory {
  private readonly path: string;
  private readonly state: State;

  private constructor(path: string, state: State) {
    this.path = path;
    this.state = state;
  }

  static async open(dataFolder: string, log: (line: string) => void): Promise<ModelMemory> {
    const path = join(dataFolder, 'models.json');
    const nothing: State = { recents: [], names: {}, ranges: {}, sizes: {}, judges: {} };
    return new ModelMemory(path, await readState(path, fileSchema, nothing, log));
  }

  get recents(): readonly Known[] {
    return this.state.recents;
  }

  get said(): Said {
    const { ranges, sizes, judges } = this.state;
    return { ranges, sizes, judges };
  }

  /** Holds at once; kept by `save`. */
  say(said: Partial<Said>): void {
    Object.assign(this.state, said);
  }

  nameOf(path: string): string | undefined {
    return this.state.names[path];
  }

  /** Holds at once; kept by `save`. */
  name(path: string, name: string): void {
    this.state.names[path] = name;
    this.state.recents = this.state.recents.map((recent) =>
      recent.path === path ? { ...recent, info: { ...recent.info, name } } : recent,
    );
  }

  async opened(path: string, info: ModelInfo): Promise<void> {
    const others = this.state.recents.filter((recent) => recent.path !== path);
    const first: Known = { path, info, openedAt: new Date().toISOString() };
    this.state.recents = [first, ...others].slice(0, MOST_RECENTS);
    await this.save();
  }

  async forget(path: string): Promise<void> {
    this.state.recents = this.state.recents.filter((recent) => recent.path !== path);
    await this.save();
  }

  save(): Promise<void> {
    return writeState(this.path, this.state);
  }
}
