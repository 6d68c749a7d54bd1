// What the app says of an opened model: its layers, their units and receptive fields.
import { z } from 'zod';

/** A layer whose units can be visualised: a convolution's channels or a dense layer's neurons. */
export const layerInfoSchema = z.object({
  name: z.string(),
  kind: z.enum(['conv', 'depthwise', 'separable', 'transposed', 'dense']),
  /** Channels of a convolution, neurons of a dense layer. */
  units: z.int().min(1),
  /** Output height and width; 1×1 for a dense layer. */
  height: z.int(),
  width: z.int(),
  /** Side of a unit's receptive field in input pixels; null when a unit sees the whole image. */
  receptiveField: z.object({ height: z.int(), width: z.int() }).nullable(),
  /**
   * Input pixels from one unit to the next, a fraction where the layers below upsample, and the centre of what the
   * unit at row 0, column 0 sees; null when a unit's place says nothing of what it sees.
   */
  place: z
    .object({
      stride: z.tuple([z.number(), z.number()]),
      centre: z.tuple([z.number(), z.number()]),
    })
    .nullable()
    .default(null),
  /** True for the last layer, whose units are the classes. */
  isOutput: z.boolean(),
});
export type LayerInfo = z.infer<typeof layerInfoSchema>;

/** Side of the images of a model that takes any size, in pixels. */
export const SIDE = { min: 8, max: 2048 } as const;
export const sideSchema = z.int().min(SIDE.min).max(SIDE.max);

/** What a model expects of its pixels, as contract/range writes it, and how that is known. */
const scalingInfoSchema = z.object({ name: z.string(), source: z.enum(['found', 'stated', 'assumed']) });

/** A layer that cannot be evaluated: it and what follows from it are left out. */
const unsupportedSchema = z.object({
  name: z.string(),
  /** What the file calls it: a class or an operator. */
  kind: z.string(),
  /** Layers that it comes after. */
  after: z.array(z.string()),
  reason: z.string().nullable(),
});

export const modelInfoSchema = z.object({
  /** Names the model within this session; never a path. */
  id: z.string(),
  name: z.string(),
  sha256: z.string(),
  input: z.object({ height: z.int(), width: z.int(), channels: z.int() }),
  /** True where the model takes images of any size: the input's is then chosen. */
  anySize: z.boolean().default(false),
  layers: z.array(layerInfoSchema),
  parameters: z.int(),
  /** What wrote the file, such as 'Keras' or 'ONNX'; null when its name does not say. */
  format: z.string().nullable().default(null),
  scaling: scalingInfoSchema.default({ name: '0..1', source: 'assumed' }),
  unsupported: z.array(unsupportedSchema).default([]),
  /** Sentences about what is odd in the file. */
  warnings: z.array(z.string()).default([]),
  /** Class names in the order of the output's units. */
  classes: z.array(z.string()),
  /** Share of test images read rightly, 0..1, from the model's card; null when unknown. */
  testAccuracy: z.number().nullable(),
  testImages: z.int().nullable(),
  /** The user's own data that judges it; null for what the app chooses itself. */
  data: z
    .object({
      id: z.string(),
      name: z.string(),
      /** Sentences about what was left out of it or changed. */
      notes: z.array(z.string()).default([]),
    })
    .nullable()
    .default(null),
  /** False for a model that exists in memory or in a run's folder only. */
  saved: z.boolean(),
});
export type ModelInfo = z.infer<typeof modelInfoSchema>;
