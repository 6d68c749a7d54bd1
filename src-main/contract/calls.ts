// Every call that the renderer may make: a name, the schema of what goes in and of what comes back.
import { z } from 'zod';
import { questionAnswerSchema } from './answer';
import { bestOfSchema } from './best-of';
import {
  decompositionSchema,
  facetsSchema,
  layerEvidenceSchema,
  priorLadderSchema,
  runEvidenceSchema,
  throughTrainingSchema,
  unitEvidenceSchema,
} from './evidence';
import { gallerySchema } from './gallery';
import { displaySchema } from './method';
import { modelInfoSchema, sideSchema } from './model';
import { rangeSchema } from './range';
import { runSchema, trainingSideSchema, trainRequestSchema, visualizeRequestSchema } from './run';
import { settingsChangesSchema, settingsSchema } from './settings';

export type { QuestionAnswer } from './answer';
export type { LayerEvidence, RunEvidence, UnitEvidence } from './evidence';

const nothing = z.undefined();
const float32 = z.instanceof(Float32Array);
const uint8 = z.instanceof(Uint8Array);
const id = z.string().min(1).max(200);
const name = z.string().trim().min(1).max(120);

export const recentSchema = z.object({ id, name: z.string(), where: z.string(), openedAt: z.string() });
export type Recent = z.infer<typeof recentSchema>;

export const datasetInfoSchema = z.object({
  id,
  name: z.string(),
  train: z.int(),
  test: z.int(),
  height: z.int(),
  width: z.int(),
});
export type DatasetInfo = z.infer<typeof datasetInfoSchema>;

/** The user's own data as it was read. */
export const ownDataSchema = datasetInfoSchema.extend({
  /** 1 grey, 3 red, green and blue. */
  channels: z.int(),
  /** Class names in the order of the labels; none where there are no labels. */
  classes: z.array(z.string()),
  /** Sentences about what was left out or changed. */
  notes: z.array(z.string()),
});
export type OwnDataInfo = z.infer<typeof ownDataSchema>;

export const gallerySummarySchema = z.object({
  id,
  title: z.string(),
  createdAt: z.string(),
  model: z.string(),
  layer: z.string(),
  method: z.string(),
  units: z.int(),
  /** Median of score / best real score over live units; null without data. */
  medianRatio: z.number().nullable(),
  /** What the best real scores are the best of, and whether a unit sees the whole image. */
  bestOf: bestOfSchema.nullable(),
  whole: z.boolean(),
  bytes: z.int(),
  /** What is wrong with it, one sentence each; empty when it is whole. */
  damage: z.array(z.string()),
});
export type GallerySummary = z.infer<typeof gallerySummarySchema>;

export const startSchema = z.object({
  version: z.string(),
  /** Under 'web' there are no native dialogs: files come and go through the browser. */
  host: z.enum(['electron', 'web']),
  settings: settingsSchema,
  model: modelInfoSchema.nullable(),
  recents: z.array(recentSchema),
  datasets: z.array(datasetInfoSchema),
  runs: z.array(runSchema),
});
export type Start = z.infer<typeof startSchema>;

/** Curves of all units of a run, each [steps × units] row-major in the order of the run's units; NaN where unknown. */
export const curvesSchema = z.object({
  steps: float32,
  scores: float32,
  gradientNorms: float32,
  cosines: float32,
});
export type Curves = z.infer<typeof curvesSchema>;

/** Every layer's answer to one drawn image. */
export const responseSchema = z.object({
  probabilities: float32,
  logits: float32,
  layers: z.array(
    z.object({
      name: z.string(),
      height: z.int(),
      width: z.int(),
      units: z.int(),
      /** Post-activation maps, [units × height × width], 0..255 for 0..scale. */
      maps: uint8,
      scale: z.number(),
      /** Greatest post-activation of each unit. */
      greatest: float32,
    }),
  ),
  milliseconds: z.number(),
});
export type Response = z.infer<typeof responseSchema>;

/** How the caller of a slow call calls it, to hear how far it is (event ask.progress) and to end it (asks.cancel). */
const ask = id.optional();

/** A line of what is known of this installation. */
const factSchema = z.object({ name: z.string(), value: z.string() });

const call = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O): { input: I; output: O } => ({
  input,
  output,
});

export const calls = {
  'app.start': call(nothing, startSchema),
  /** What the app knows of itself, at once. */
  'app.facts': call(nothing, z.array(factSchema)),
  /** The same and what the engine knows, when it has the time. */
  'app.doctor': call(nothing, z.array(factSchema)),
  'app.licences': call(
    nothing,
    z.array(z.object({ name: z.string(), version: z.string(), licence: z.string() })),
  ),
  /** Electron only: shows a folder of the app's in the file manager. */
  'app.showFolder': call(z.object({ folder: z.enum(['data', 'logs']) }), nothing),
  /** Electron only: asks for a folder to keep the app's data in from the next start on; its path, null when it was dismissed. */
  'app.chooseDataFolder': call(nothing, z.string().nullable()),
  'app.errorReport': call(nothing, z.string()),
  'settings.save': call(settingsChangesSchema, settingsSchema),

  /** Electron only: shows the open dialog; null when it was dismissed. */
  'models.openDialog': call(nothing, modelInfoSchema.nullable()),
  /** The files of one model (dropped or chosen in the browser), by name; folder: what the one that they lay in is called. */
  'models.openFiles': call(
    z.object({
      folder: z.string().max(255).nullable().default(null),
      files: z
        .array(z.object({ name: z.string().max(255), bytes: uint8 }))
        .min(1)
        .max(200),
    }),
    modelInfoSchema,
  ),
  'models.openRecent': call(z.object({ id }), modelInfoSchema),
  'models.openShipped': call(nothing, modelInfoSchema),
  /** Gives up what is being opened; the calls that wait for it fail. */
  'models.cancelOpening': call(nothing, nothing),
  /** Keeps a model in the app's own library of models under a name. */
  'models.save': call(z.object({ model: id, name }), modelInfoSchema),
  'models.rename': call(z.object({ model: id, name }), modelInfoSchema),
  /** States the range of a model's input, opens it anew with that and keeps it for this very file, by its sha256. */
  'models.setScaling': call(z.object({ model: id, scaling: rangeSchema }), modelInfoSchema),
  /** Chooses the side of the images of a model that takes any size, in the same way. */
  'models.setSize': call(z.object({ model: id, side: sideSchema }), modelInfoSchema),
  'models.recents': call(nothing, z.array(recentSchema)),
  /** A zip of the model's folder, to download: the address is below media/. */
  'models.export': call(z.object({ model: id }), z.object({ url: z.string(), name: z.string() })),

  /** Electron only: lets the user choose data of their own to judge a model by, and reads it; null when dismissed. */
  'data.choose': call(z.object({ model: id, kind: z.enum(['folder', 'file']) }), modelInfoSchema.nullable()),
  /** Judges a model by data that was chosen before; null for what the app chooses itself. */
  'data.use': call(z.object({ model: id, data: id.nullable() }), modelInfoSchema),
  /** The user's own data, last used first. */
  'data.list': call(nothing, z.array(z.object({ id, name: z.string() }))),
  /** Electron only: lets the user choose data of their own to train on, and reads it; null when dismissed. */
  'data.chooseForTraining': call(z.object({ kind: z.enum(['folder', 'file']) }), ownDataSchema.nullable()),
  /** Reads data that was chosen before, its images at a side; null leaves it to the data. */
  'data.read': call(z.object({ data: id, side: trainingSideSchema.nullable() }), ownDataSchema),
  /** Stops reading; the call that waits for it fails. */
  'data.cancel': call(nothing, nothing),

  'runs.train': call(trainRequestSchema, runSchema),
  'runs.visualize': call(visualizeRequestSchema, runSchema),
  'runs.list': call(nothing, z.array(runSchema)),
  'runs.cancel': call(z.object({ run: id }), nothing),
  'runs.pause': call(z.object({ run: id }), nothing),
  'runs.resume': call(z.object({ run: id }), nothing),
  'runs.curves': call(z.object({ run: id }), curvesSchema),

  'evidence.layer': call(z.object({ model: id, layer: id }), layerEvidenceSchema),
  /** Ends a slow call, which then fails; nothing happens when it is over already. */
  'asks.cancel': call(z.object({ ask: id }), nothing),

  'evidence.unit': call(z.object({ model: id, layer: id, unit: z.int().min(0), ask }), unitEvidenceSchema),
  'evidence.run': call(z.object({ run: id }), runEvidenceSchema),
  /** A unit's picture of a run, explained by the layer below; null where there is none below. */
  'evidence.decomposition': call(z.object({ run: id, unit: z.int().min(0) }), decompositionSchema.nullable()),
  /** Sixteen more starts of one unit by the run's method and budget (whitened or plain), sorted into facets. */
  'evidence.facets': call(z.object({ run: id, unit: z.int().min(0), ask }), facetsSchema),
  'evidence.prior': call(z.object({ model: id, layer: id, unit: z.int().min(0), ask }), priorLadderSchema),
  /**
   * Null when the model's folder keeps no snapshots. The pictures are made as those of `run` where it is given and its
   * method is whitened or plain, with its radius or norm; else by the whitened prior at radius 4.
   */
  'evidence.throughTraining': call(
    z.object({ model: id, layer: id, run: id.nullable().default(null), ask }),
    throughTrainingSchema.nullable(),
  ),
  /** The answer that is there already: the one that ships with the shipped model, or the newest of this session; else null. */
  'question.known': call(z.object({ model: id }), questionAnswerSchema.nullable()),
  /** The whole answer, about a minute or two; the engine keeps it per model. */
  'question.answer': call(z.object({ model: id, ask }), questionAnswerSchema),

  /** The same as one self-contained HTML file, to download or print: the address is below media/. */
  'question.report': call(z.object({ model: id }), z.object({ url: z.string(), name: z.string() })),

  'draw.respond': call(z.object({ model: id, image: uint8 }), responseSchema),
  /** The dataset whose test images the model takes; null for none. */
  'draw.dataset': call(z.object({ model: id }), datasetInfoSchema.nullable()),
  'draw.testImage': call(
    z.object({ model: id, index: z.int().min(0) }),
    z.object({ image: uint8, label: z.int().nullable(), index: z.int() }),
  ),

  'galleries.list': call(nothing, z.array(gallerySummarySchema)),
  'galleries.save': call(z.object({ run: id, title: name, display: displaySchema }), gallerySummarySchema),
  /** Electron only: saves into a folder chosen in a dialog; null when it was dismissed. */
  'galleries.saveToFolder': call(
    z.object({ run: id, title: name, display: displaySchema }),
    z.string().nullable(),
  ),
  /** Electron only: opens a gallery folder from anywhere, by copying it into the library. */
  'galleries.openFolder': call(nothing, gallerySummarySchema.nullable()),
  'galleries.open': call(z.object({ id }), gallerySchema),
  'galleries.rename': call(z.object({ id, title: name }), gallerySummarySchema),
  'galleries.remove': call(z.object({ id }), nothing),
  'galleries.restore': call(z.object({ id }), gallerySummarySchema),
  'galleries.showInFolder': call(z.object({ id }), nothing),
  'galleries.export': call(
    z.object({ id, format: z.enum(['sheet', 'zip', 'apng', 'html']) }),
    z.object({ url: z.string(), name: z.string() }),
  ),
};

export type Calls = typeof calls;
export type CallName = keyof Calls;
export type CallInput<N extends CallName> = z.input<Calls[N]['input']>;
export type CallOutput<N extends CallName> = z.output<Calls[N]['output']>;
