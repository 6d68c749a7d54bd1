// What the app and the engine's process say to each other, and the link that carries it.
import type { TrainingConfiguration } from './contract/training';
import type { RealBest } from './contract/best-of';
import type { GalleryUnit } from './contract/gallery';
import type { Method } from './contract/method';
import type {
  LayerEvidence,
  QuestionAnswer,
  Response as DrawnResponse,
  RunEvidence,
  UnitEvidence,
} from './contract/calls';
import type { Decomposition, Facets, PriorLadder, ThroughTraining } from './contract/evidence';
import type { ModelInfo } from './contract/model';
import type { Target } from './datasets/target';
import type { TrainingReport, TrainingTest } from './contract/run';

/** What the numbers say of a model file; who opened it under which name the app adds. */
export type ModelFacts = Omit<ModelInfo, 'id' | 'saved' | 'data' | 'testAccuracy' | 'testImages' | 'format'>;

/** Where a model lies and how it is to be opened. */
export interface ModelSource {
  /** Of its file or folder. */
  readonly path: string;
  /** The range of its input that the user stated; null leaves it to the file. */
  readonly range: string | null;
  /** The side of its images that the user chose; null leaves it to the file, or to what is usual. */
  readonly size: number | null;
}

/** What can be said of a dataset that was read. */
export interface DataFacts {
  readonly name: string;
  readonly train: number;
  readonly test: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** None where it has no labels. */
  readonly classes: readonly string[];
  /** Sentences about what was left out or changed. */
  readonly notes: readonly string[];
}

/** Raw pictures, [count × height × width × channels]. */
export interface Pictures {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly count: number;
  readonly values: Float32Array;
}

/** Values of every unit at each of the steps, [steps × units] row-major; NaN where unknown. */
export interface RunCurves {
  readonly steps: Float32Array<ArrayBuffer>;
  readonly scores: Float32Array<ArrayBuffer>;
  readonly gradientNorms: Float32Array<ArrayBuffer>;
  readonly cosines: Float32Array<ArrayBuffer>;
}

/** What a visualisation tells on its way, in the order of its units. */
export type VisualizeProgress =
  | {
      readonly type: 'begun';
      readonly units: readonly number[];
      readonly picture: PictureSize;
      /** The best real windows of the layer; null without data. */
      readonly real: RealBest | null;
    }
  | {
      readonly type: 'frame';
      readonly step: number;
      /** False for a picture of the moment that is no step of all units: shown, but not kept. */
      readonly kept: boolean;
      /** Of the whole work, 0..1. */
      readonly share: number;
      readonly scores: Float32Array;
      readonly images: Float32Array;
    };

export interface Visualized {
  readonly method: Method;
  readonly units: readonly GalleryUnit[];
  /** The pictures that are kept, [units × h × w × c]. */
  readonly images: Float32Array;
  readonly curves: RunCurves;
  /** The sheet that the question's code would save; null for other methods. */
  readonly sheet: Pictures | null;
  /** The best real windows of the layer, as they are known at the end; null without data. */
  readonly real: RealBest | null;
  /** The data that it was judged by. */
  readonly dataset: { readonly name: string; readonly sha256: string } | null;
}

export type TrainProgress =
  | { readonly type: 'step'; readonly step: number }
  | { readonly type: 'report'; readonly report: TrainingReport }
  | { readonly type: 'test'; readonly test: TrainingTest };

export interface Trained {
  /** False when it was stopped: its checkpoint lies in the folder. */
  readonly ended: boolean;
  readonly step: number;
}

export interface PictureSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** How far a job is whose result comes at its end. */
export interface HowFar {
  /** Of the whole work, 0..1. */
  readonly share: number;
  /** What is being done, in a few words; empty for what needs no words. */
  readonly doing: string;
}

interface Job<Input, Output, Progress = never> {
  readonly input: Input;
  readonly output: Output;
  readonly progress: Progress;
}
interface Unit {
  readonly model: ModelSource;
  readonly layer: string;
  readonly unit: number;
}

/**
 * Everything that the engine does. A `dataset` is the id of one that the app knows, or the absolute path of the user's
 * own. Models are named by where they lie, so that an engine started anew opens them on demand. */
export interface Jobs {
  readonly doctor: Job<null, readonly { readonly name: string; readonly value: string }[]>;
  readonly open: Job<{ readonly model: ModelSource }, ModelFacts>;
  readonly train: Job<
    {
      readonly dataset: string;
      /** Side of the images of the user's own data; null leaves it to the data. */
      readonly side: number | null;
      readonly configuration: TrainingConfiguration;
      /** Holds the checkpoint while it goes on; the model is saved in `folder`/model at the end, and when it is stopped. */
      readonly folder: string;
    },
    Trained,
    TrainProgress
  >;
  readonly visualize: Job<
    {
      readonly model: ModelSource;
      readonly dataset: string | null;
      readonly layer: string;
      readonly units: readonly number[] | null;
      readonly method: Method;
      readonly seed: number;
    },
    Visualized,
    VisualizeProgress
  >;
  readonly respond: Job<{ readonly model: ModelSource; readonly image: Uint8Array }, DrawnResponse>;
  /** Reads data of the user's own at the size that a model takes, else at a side, else at its own, and says what it is. */
  readonly readData: Job<
    { readonly dataset: string; readonly target: Target | null; readonly side: number | null },
    DataFacts,
    { readonly done: number; readonly total: number }
  >;
  readonly testImage: Job<
    { readonly dataset: string; readonly target: Target | null; readonly index: number },
    { readonly image: Uint8Array; readonly label: number | null } & PictureSize
  >;
  readonly layerEvidence: Job<
    { readonly model: ModelSource; readonly layer: string; readonly dataset: string },
    LayerEvidence
  >;
  readonly reference: Job<
    { readonly model: ModelSource; readonly layer: string; readonly dataset: string },
    RealBest
  >;
  readonly unitEvidence: Job<Unit & { readonly dataset: string }, UnitEvidence, HowFar>;
  readonly runEvidence: Job<
    {
      readonly model: ModelSource;
      readonly layer: string;
      readonly dataset: string;
      /** The kept pictures of these units, [units × picture]. */
      readonly images: Float32Array;
      readonly picture: PictureSize;
      readonly units: readonly GalleryUnit[];
    },
    RunEvidence
  >;
  readonly decomposition: Job<
    Unit & { readonly image: Float32Array; readonly picture: PictureSize },
    Decomposition | null
  >;
  readonly facets: Job<Unit & { readonly dataset: string; readonly method: Method }, Facets, HowFar>;
  readonly prior: Job<Unit & { readonly dataset: string }, PriorLadder, HowFar>;
  readonly throughTraining: Job<
    {
      readonly model: ModelSource;
      readonly layer: string;
      readonly dataset: string;
      /** Makes the pictures of all moments: whitened or plain, its budget a number. Null: whitened, at a usual radius. */
      readonly method: Method | null;
    },
    ThroughTraining | null,
    HowFar
  >;
  readonly answer: Job<
    {
      readonly model: ModelSource;
      readonly dataset: string;
      /** What the app calls the model. */
      readonly name: string;
    },
    QuestionAnswer,
    HowFar
  >;
  /** Works out, while nobody waits for anything else, what the pictures of the model's layers need. */
  readonly prepare: Job<{ readonly model: ModelSource; readonly dataset: string }, null>;
  /** The real windows that excite a unit most (or least), best (or worst) first. */
  readonly windows: Job<Unit & { readonly dataset: string; readonly worst: boolean }, Pictures>;
  readonly kernel: Job<Unit & { readonly channel: number }, Pictures>;
}
export type JobName = keyof Jobs;

/** From the app to the engine. A paused job stands still at its next frame. */
export type ToEngine =
  | { [N in JobName]: { readonly job: number; readonly name: N; readonly input: Jobs[N]['input'] } }[JobName]
  | { readonly job: number; readonly signal: 'cancel' | 'pause' | 'resume' };

/** What a job failed of, in two sentences; a fault of the program's own has its stack for the log. */
export interface EngineRefusal {
  readonly message: string;
  readonly remedy: string;
  readonly stack?: string;
}

/** From the engine to the app. Each job ends with one `value` or one `error`. */
export type FromEngine =
  | { readonly state: 'starting' | 'ready'; readonly detail: string }
  | { readonly job: number; readonly progress: Jobs[JobName]['progress'] }
  | { readonly job: number; readonly value: Jobs[JobName]['output'] }
  | { readonly job: number; readonly error: EngineRefusal };

/**
 * The engine's process as the app holds it. Messages keep their typed arrays (structured clone); `onExit` is called
 * once, with the code or null when a signal ended it.
 */
export interface EngineProcess {
  readonly pid: number | undefined;
  post(message: ToEngine): void;
  onMessage(listener: (message: FromEngine) => void): void;
  onExit(listener: (code: number | null) => void): void;
  kill(): void;
}

/** Starts out/main/engine.js with these variables added to the environment. Written once a host. */
export type StartEngine = (environment: Readonly<Record<string, string>>) => EngineProcess;
