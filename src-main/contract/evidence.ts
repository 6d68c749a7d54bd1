// What stands beside a picture to prove or doubt it: the answers of real data, restarts, what a unit is built from.
import { z } from 'zod';
import { bestOfSchema } from './best-of';

/** Any Float32Array or Uint8Array, whatever memory it stands in. */
const float32 = z.custom<Float32Array>((value) => value instanceof Float32Array);
const uint8 = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
/** Classes by their numbers; empty where the data has no labels. */
const labels = z.custom<Uint16Array>((value) => value instanceof Uint16Array);

/** An 8-bit picture, grey or RGB, or sheet as the bytes of a PNG, native size; show it pixelated, by a blob: address. */
export const pngSchema = z.object({ height: z.int(), width: z.int(), png: uint8 });
export type Png = z.infer<typeof pngSchema>;

/**
 * Real windows in order; where each was cut: image of the training set, row and column of its first pixel. `files`: each
 * image's file below the data's folder; empty where images are no files.
 */
export const placedWindowsSchema = z.object({
  scores: float32,
  labels,
  images: z.instanceof(Uint32Array),
  tops: z.instanceof(Uint16Array),
  lefts: z.instanceof(Uint16Array),
  files: z.array(z.string()),
});
export type PlacedWindows = z.infer<typeof placedWindowsSchema>;

/** What a unit is judged by, apart from any picture: its answers to real data. The windows are pictures: see media. */
export const layerEvidenceSchema = z.object({
  /** Windows (or whole images) looked at, blank ones included, and the training images that they lie in. */
  looked: z.int(),
  images: z.int(),
  /** Whether those are all that lie in the training images, and not a sample. */
  all: z.boolean(),
  /** Best real responses per unit, [units × count] row-major, best first; NaN where a unit has fewer. */
  best: float32,
  count: z.int(),
  window: z.object({ height: z.int(), width: z.int(), channels: z.int() }),
  /** Shape of a unit's kernel picture (see media); null for layers whose kernel is no picture. */
  kernel: z.object({ height: z.int(), width: z.int() }).nullable(),
});
export type LayerEvidence = z.infer<typeof layerEvidenceSchema>;

/** What is known of one unit beside its picture. */
export const unitEvidenceSchema = z.object({
  looked: z.int(),
  images: z.int(),
  /** No two of them from one image; blank windows are no candidates. The first is the "best real window". */
  best: placedWindowsSchema,
  /** The windows that excite it least, least first. */
  worst: placedWindowsSchema,
  /** Objective over a sample of windows: counts of equal bins from low to high. */
  histogram: z.object({ low: z.number(), high: z.number(), counts: z.array(z.int()) }),
  /** Class names of the data in the order of its labels; empty where it has none, as are the two lists that follow. */
  classes: z.array(z.string()),
  /** Mean over a label's images of the strongest response in the image, in the order of the classes. */
  byLabel: float32,
  /**
   * Which labels it answers to: per class the probability that an image of the class excites it more than an image of
   * another (area under the ROC curve): 0.5 no preference, 1 always, 0 never.
   */
  answersTo: float32,
  /** η², the share of the variance of the strongest response per image that the label explains, 0..1; null without labels. */
  selectivity: z.number().nullable(),
  /** Units of the layer below that make up this one, strongest first; empty for the first layer and for dense ones. */
  builtFrom: z.array(
    z.object({
      layer: z.string(),
      unit: z.int(),
      /** Share of the pre-activation at the unit's best real window that comes through it; negative takes away. */
      share: z.number(),
    }),
  ),
});
export type UnitEvidence = z.infer<typeof unitEvidenceSchema>;

/** How the pictures of a run compare with each other and with real data. All per-unit lists are in the run's order. */
export const runEvidenceSchema = z.object({
  /** What its best real windows are the best of. */
  bestOf: bestOfSchema,
  /** Mean absolute Pearson correlation between the pictures: 0 all differ, 1 all are alike. */
  likeness: z.number(),
  /** 95 % bootstrap interval of it over the units. */
  likenessInterval: z.tuple([z.number(), z.number()]),
  /** Greatest cosine, in the whitened space, to a real window that is not blank. */
  nearestReal: float32,
  /** ‖z‖/√k of the picture in the whitened space of k axes: about 1 for a real window, large for what data never shows. */
  distance: float32,
  /** Score with the picture scaled to the median norm of real windows / that of the best real window scaled so. */
  commonBudget: float32,
  /** Response left after a shift by one pixel, and with noise of a tenth of the norm, of pictures and best real windows. */
  robust: z.object({
    picture: z.object({ shift: float32, noise: float32 }),
    real: z.object({ shift: float32, noise: float32 }),
  }),
  /**
   * Class pictures as independently trained networks read them, clipped to 0..1: mean probability of the class, by
   * this network and by the others. Null for hidden layers, and where no such network is at hand.
   */
  transfer: z.object({ networks: z.int(), own: float32, others: float32 }).nullable(),
  /** Share of restarts whose score is within 2 % of the best; NaN with one start. */
  startsAgree: float32,
  /** What the certificate says, in words. */
  meaning: z.array(z.string()),
  /** Response of unit column to picture row, z-scored by column over the pictures, [units × units]. */
  responses: float32,
  /** Share of pictures that excite their own unit more than any other picture of the run does. */
  ownBest: z.number(),
  /** Cluster number; pictures in one cluster correlate above 0.8 on average (average linkage). */
  clusters: z.array(z.int()),
  /** Rank correlation of the layers below with the best real windows' (path check); null on the first layer. */
  path: z
    .object({
      picture: float32,
      /** The same between real windows, and between noise and real windows. */
      real: float32,
      noise: float32,
    })
    .nullable(),
});
export type RunEvidence = z.infer<typeof runEvidenceSchema>;

/** A unit's picture explained by the layer below. */
export const decompositionSchema = z.object({
  /** The layer below that has units. */
  layer: z.string(),
  /** Strongest first. */
  parts: z.array(
    z.object({
      unit: z.int(),
      /** Where that unit looks within this picture: its receptive field, in pixels; may reach beyond the edge. */
      top: z.int(),
      left: z.int(),
      height: z.int(),
      width: z.int(),
      /** activation · weight of the connection there / the sum of all positive ones; negative takes away. */
      share: z.number(),
    }),
  ),
  /** Lower-layer units needed for 80 % of the positive drive, and the effective number of them (participation ratio). */
  unitsFor80: z.int(),
  effectiveUnits: z.number(),
  /** The linear filter that the unit is at this picture: ∂a/∂x, mid grey at 0. */
  filter: pngSchema,
  /** filter · x / (a − a(0)): 1 where the unit is linear between the empty and this picture. */
  linearity: z.number(),
});
export type Decomposition = z.infer<typeof decompositionSchema>;

/** Restarts of one unit as facets: how many different pictures excite it about as much. */
export const facetsSchema = z.object({
  starts: z.int(),
  /** Clusters of pictures that correlate above 0.8, best first, with the best picture of each. */
  facets: z.array(z.object({ score: z.number(), starts: z.int(), picture: pngSchema })),
  /** Least score of a start / greatest. */
  spread: z.number(),
});
export type Facets = z.infer<typeof facetsSchema>;

/** One unit's picture as the whitened prior is loosened from the mean window to beyond real data, and without it. */
export const priorLadderSchema = z.object({
  /** What the best real response is the best of. */
  bestOf: bestOfSchema,
  rungs: z.array(
    z.object({
      /** null: no prior, pixels at the median norm of real windows. */
      radius: z.number().nullable(),
      picture: pngSchema,
      /** Response / best real one. */
      ratio: z.number(),
      /** Frank–Wolfe gap there: 0 is a first-order optimum. */
      gap: z.number(),
      nearestReal: z.number(),
    }),
  ),
});
export type PriorLadder = z.infer<typeof priorLadderSchema>;

/** A layer at the snapshots kept while it was trained. */
export const throughTrainingSchema = z.object({
  layer: z.string(),
  /** By which method the pictures of all moments were made, and its radius or norm. */
  method: z.enum(['whitened', 'plain']),
  budget: z.number(),
  moments: z.array(
    z.object({
      step: z.int(),
      /** ‖W − W₀‖ / ‖W₀‖ of the layer's weights; null where the start is unknown. */
      change: z.number().nullable(),
      /** Kernels (first layer) and pictures of all units as sheets, SHEET_COLUMNS in a row, one scale for all moments. */
      kernels: pngSchema.nullable(),
      pictures: pngSchema,
      /** Mean correlation of the pictures with those of the last moment. */
      likenessToLast: z.number(),
    }),
  ),
});
export type ThroughTraining = z.infer<typeof throughTrainingSchema>;
