// The question's four questions answered for one model and one dataset: what the view shows and the report prints.
import { z } from 'zod';
import { pngSchema } from './evidence';

/** A number, NaN where it is not known. */
const known = z.union([z.number(), z.nan()]);

/** A number with what it says; `text` is ready to be shown, unit included. */
export const statedSchema = z.object({
  value: known,
  text: z.string(),
  label: z.string(),
  /** 95 % interval, where there is one. */
  interval: z.tuple([known, known]).nullable(),
});
export type Stated = z.infer<typeof statedSchema>;

/** A picture or sheet with its caption; `columns` pictures stand in a row of it. */
export const figureSchema = pngSchema.extend({ caption: z.string(), columns: z.int() });
export type Figure = z.infer<typeof figureSchema>;

/** A table as it is printed; the first column names the row. */
export const tableSchema = z.object({
  caption: z.string(),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.string())),
});
export type Table = z.infer<typeof tableSchema>;

/** Lines or bars over x. */
export const plotSchema = z.object({
  kind: z.enum(['line', 'bar']),
  caption: z.string(),
  x: z.string(),
  y: z.string(),
  /** Names of the bars; absent for lines, whose x are numbers. */
  names: z.array(z.string()).optional(),
  series: z.array(z.object({ name: z.string(), x: z.array(known), y: z.array(known) })),
});
export type Plot = z.infer<typeof plotSchema>;

/** What stands below one of the answers in the report, in order. */
export const blockSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), heading: z.string().nullable(), text: z.string() }),
  z.object({ type: z.literal('figures'), figures: z.array(figureSchema) }),
  z.object({ type: z.literal('table'), table: tableSchema }),
  z.object({ type: z.literal('plot'), plot: plotSchema }),
]);
export type Block = z.infer<typeof blockSchema>;

/** The four questions of question.md, in this order. */
export const questionIds = ['methodology', 'distinct', 'shapes', 'layers'] as const;

/** One question with its answer: a card of the view, a chapter of the report. */
export const answeredSchema = z.object({
  id: z.enum(questionIds),
  /** As it was asked. */
  question: z.string(),
  /** One or two words: "No", "Partly", "Yes". */
  verdict: z.string(),
  /** At most 30 words. */
  sentence: z.string(),
  /** Two pictures that show it, left the doubtful one. */
  pair: z.tuple([figureSchema, figureSchema]),
  /** Two numbers that carry it. */
  numbers: z.tuple([statedSchema, statedSchema]),
  /** The rest of the evidence, for the report and for whoever opens the card. */
  blocks: z.array(blockSchema),
});
export type Answered = z.infer<typeof answeredSchema>;

/** One method on one layer: how distinct its pictures are, and what keeps noise from winning. */
export const methodRowSchema = z.object({
  layer: z.string(),
  /** A name for people: "The question's", "Lucid" … */
  method: z.string(),
  units: z.int(),
  /** 1 − mean absolute correlation between the pictures. */
  distinctness: known,
  distinctnessInterval: z.tuple([known, known]),
  /** Medians over units; see RunEvidence for their meanings. */
  nearestReal: known,
  distance: known,
  commonBudget: known,
  /** Median cosine of the strongest patch with the unit's kernel; first layer alone. */
  kernelCosine: known.nullable(),
});
export type MethodRow = z.infer<typeof methodRowSchema>;

/** The whole answer. The four cards are all that a view needs; the rest carries the report and --json. */
export const questionAnswerSchema = z.object({
  model: z.object({ name: z.string(), sha256: z.string(), testAccuracy: z.number().nullable() }),
  dataset: z.object({ name: z.string(), sha256: z.string(), images: z.int() }),
  appVersion: z.string(),
  seed: z.int(),
  seconds: z.number(),
  /** When it was worked out. */
  answeredAt: z.iso.datetime(),
  questions: z.tuple([answeredSchema, answeredSchema, answeredSchema, answeredSchema]),
  methods: z.array(methodRowSchema),
  /** How far the words may be trusted: limits, and what was not known of this model. */
  limits: z.array(z.string()),
  /** The literature that the measures come from. */
  references: z.array(z.string()),
});
export type QuestionAnswer = z.infer<typeof questionAnswerSchema>;
