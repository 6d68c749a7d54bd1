// Every call that the renderer may make: a name, the schema of what goes in and of what comes back.
import { z } from 'zod';
import { gallerySchema } from './gallery';
import { displaySchema } from './method';
import { modelInfoSchema } from './model';
import { runSchema, trainRequestSchema, visualizeRequestSchema } from './run';
import { settingsSchema } from './settings';

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

/** What a unit is judged by, apart from any picture: its answers to real data. The windows are pictures: see media. */
export const layerEvidenceSchema = z.object({
  /** Windows (or whole images) looked at. */
  looked: z.int(),
  /** Best real responses per unit, [units × count] row-major, best first. */
  best: float32,
  count: z.int(),
  /** Label of each of them, same order. */
  labels: uint8,
  window: z.object({ height: z.int(), width: z.int(), channels: z.int() }),
  /** Shape of a unit's kernel picture (see media); null for layers whose kernel is no picture. */
  kernel: z.object({ height: z.int(), width: z.int() }).nullable(),
});
export type LayerEvidence = z.infer<typeof layerEvidenceSchema>;

/** Curves of all units of a run, each [steps × units] row-major in the order of the run's units; NaN where unknown. */
export const curvesSchema = z.object({
  steps: float32,
  scores: float32,
  gradientNorms: float32,
  cosines: float32,
});
export type Curves = z.infer<typeof curvesSchema>;

/** What is known of one unit beside its picture. */
export const unitEvidenceSchema = z.object({
  /** Objective over the sampled windows: counts of equal bins from low to high. */
  histogram: z.object({ low: z.number(), high: z.number(), counts: z.array(z.int()) }),
  /** Mean objective by label, in the order of the classes. */
  byLabel: float32,
  /** Units of the layer below that make up this one, strongest first; empty for the first layer and for dense ones. */
  builtFrom: z.array(
    z.object({
      layer: z.string(),
      unit: z.int(),
      /** Share of the pre-activation at the unit's best real window that comes through it; negative takes away. */
      share: z.number(),
    }),
  ),
  /** Least real responses, worst first. */
  worst: float32,
});
export type UnitEvidence = z.infer<typeof unitEvidenceSchema>;

/** How the pictures of a run compare with each other and with real data. */
export const runEvidenceSchema = z.object({
  /** Mean absolute Pearson correlation between the pictures: 0 all differ, 1 all are alike. */
  likeness: z.number(),
  /** Per unit of the run: greatest cosine, in the whitened space, to a real window that is not blank. */
  nearestReal: float32,
  /** Share of restarts, per unit, whose score is within 2 % of the best; NaN with one start. */
  startsAgree: float32,
});
export type RunEvidence = z.infer<typeof runEvidenceSchema>;

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

/** One repaired or unrepaired run of the question's method, summed up. */
export const questionAnswerSchema = z.object({
  /** Mean absolute correlation between the pictures of a layer, by method. */
  likeness: z.array(z.object({ layer: z.string(), method: z.string(), value: z.number() })),
  /** Median cosine between a conv1 picture and its kernel, by method. */
  kernelCosine: z.array(z.object({ method: z.string(), value: z.number() })),
  /** Share of the interior's variance in the question's picture against the frame's. */
  frameShare: z.number(),
  /** Correlation of the picture after half the iterations with that after all. */
  halfwayLikeness: z.number(),
  /** Bias of the shown filter and likeness of kernel + bias to the kernel. */
  bias: z.object({ unit: z.int(), value: z.number(), likeness: z.number() }),
  /** Runs whose pictures illustrate the answers, by role. */
  runs: z.record(z.string(), z.string()),
});
export type QuestionAnswer = z.infer<typeof questionAnswerSchema>;

const call = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O): { input: I; output: O } => ({
  input,
  output,
});

export const calls = {
  'app.start': call(nothing, startSchema),
  'app.doctor': call(nothing, z.array(z.object({ name: z.string(), value: z.string() }))),
  'app.licences': call(
    nothing,
    z.array(z.object({ name: z.string(), version: z.string(), licence: z.string() })),
  ),
  'app.showLogs': call(nothing, nothing),
  'app.errorReport': call(nothing, z.string()),
  'settings.save': call(settingsSchema.partial(), settingsSchema),

  /** Electron only: shows the open dialog; null when it was dismissed. */
  'models.openDialog': call(nothing, modelInfoSchema.nullable()),
  /** The files of one model (dropped or chosen in the browser), by name. */
  'models.openFiles': call(
    z.object({
      files: z
        .array(z.object({ name: z.string().max(255), bytes: uint8 }))
        .min(1)
        .max(200),
    }),
    modelInfoSchema,
  ),
  'models.openRecent': call(z.object({ id }), modelInfoSchema),
  'models.openShipped': call(nothing, modelInfoSchema),
  /** Keeps a model in the app's own library of models under a name. */
  'models.save': call(z.object({ model: id, name }), modelInfoSchema),
  'models.rename': call(z.object({ model: id, name }), modelInfoSchema),
  'models.recents': call(nothing, z.array(recentSchema)),
  /** A zip of the model's folder, to download: the address is below media/. */
  'models.export': call(z.object({ model: id }), z.object({ url: z.string(), name: z.string() })),

  'runs.train': call(trainRequestSchema, runSchema),
  'runs.visualize': call(visualizeRequestSchema, runSchema),
  'runs.list': call(nothing, z.array(runSchema)),
  'runs.cancel': call(z.object({ run: id }), nothing),
  'runs.pause': call(z.object({ run: id }), nothing),
  'runs.resume': call(z.object({ run: id }), nothing),
  'runs.curves': call(z.object({ run: id }), curvesSchema),

  'evidence.layer': call(z.object({ model: id, layer: id }), layerEvidenceSchema),
  'evidence.unit': call(z.object({ model: id, layer: id, unit: z.int().min(0) }), unitEvidenceSchema),
  'evidence.run': call(z.object({ run: id }), runEvidenceSchema),
  'question.answer': call(z.object({ model: id }), questionAnswerSchema),

  'draw.respond': call(z.object({ model: id, image: uint8 }), responseSchema),
  'draw.testImage': call(
    z.object({ index: z.int().min(0) }),
    z.object({ image: uint8, label: z.int(), index: z.int() }),
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
