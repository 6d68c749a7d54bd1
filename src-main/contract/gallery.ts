// The schema of gallery.json: what a saved gallery says of itself, readable without its model.
import { z } from 'zod';
import { bestOfSchema, windowPlaceSchema } from './best-of';
import { displaySchema } from './method';

export const GALLERY_SCHEMA_VERSION = 1;

/** What is known of a unit's picture once the work has ended. See evidence/certificate for the limits. */
export const unitStateSchema = z.enum(['exact', 'converged', 'close', 'climbing', 'dead', 'failed']);
export type UnitState = z.infer<typeof unitStateSchema>;

/** First-order evidence that a picture is a (local) optimum. */
export const certificateSchema = z.object({
  /** cos(x, averaged gradient) in the searched space; null where the constraint is no sphere. */
  cosine: z.number().nullable(),
  /** Frank–Wolfe gap as a share of the best first-order gain from the centre; 0 is a first-order optimum. */
  gap: z.number(),
});
export type Certificate = z.infer<typeof certificateSchema>;

export const galleryUnitSchema = z.object({
  unit: z.int().min(0),
  state: unitStateSchema,
  /** The objective at the picture that is kept (pre-activation or logit); null for a dead or failed unit. */
  score: z.number().nullable(),
  /** The same objective at the best real window that was looked at; null without data. */
  bestReal: z.number().nullable(),
  /** Where that window lies; left out where nobody looked for it. */
  bestWindow: windowPlaceSchema.optional(),
  certificate: certificateSchema.nullable(),
  /** ‖x − centre‖ in the searched space. */
  norm: z.number().nullable(),
  /** Final score of every restart, in the order of the starts. */
  startScores: z.array(z.number()),
});
export type GalleryUnit = z.infer<typeof galleryUnitSchema>;

export const gallerySchema = z.object({
  schemaVersion: z.literal(GALLERY_SCHEMA_VERSION),
  appVersion: z.string(),
  createdAt: z.iso.datetime(),
  title: z.string().max(200),
  model: z.object({
    name: z.string(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    /** What the model expects of its pixels, as contract/range writes it, and the size of its images; null in old galleries. */
    range: z.string().nullable().default(null),
    input: z.object({ height: z.int(), width: z.int(), channels: z.int() }).nullable().default(null),
  }),
  layer: z.object({
    name: z.string(),
    units: z.int().min(1),
    /** Side of a unit's receptive field in input pixels; null when it is the whole image. */
    receptiveField: z.object({ height: z.int(), width: z.int() }).nullable(),
  }),
  /** Name of the method and every parameter that it ran with. */
  method: z.object({ name: z.string(), parameters: z.record(z.string(), z.json()) }),
  dataset: z.object({ name: z.string(), sha256: z.string() }).nullable(),
  /** What the units' best real scores are the best of; null without data and in old galleries, where it was a sample. */
  bestOf: bestOfSchema.nullable().default(null),
  seed: z.int().min(0),
  picture: z.object({ height: z.int().min(1), width: z.int().min(1), channels: z.int().min(1) }),
  /** How the 8-bit pictures were made from the raw float32. */
  display: displaySchema,
  /**
   * frames.png: the way there, as 8-bit pictures by the same display. Frames stand one below the other, the kept
   * pictures last; each is a sheet of all units, SHEET_COLUMNS in a row, at native size, without gaps.
   */
  frames: z
    .object({ steps: z.array(z.int().min(0)).min(1) })
    .nullable()
    .default(null),
  units: z.array(galleryUnitSchema),
  timings: z.object({ seconds: z.number().min(0), steps: z.int().min(0) }),
  /** sha256 of every other file in the folder, by its path with forward slashes. */
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
});
export type Gallery = z.infer<typeof gallerySchema>;
