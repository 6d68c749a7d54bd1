// The methods that make a unit's picture, with the parameters a user may set.
import { z } from 'zod';

/** Ranges are those within which a run ends in reasonable time and memory. */
const steps = z.int().min(1).max(20_000);
const starts = z.int().min(1).max(64);

/** One of question.md's eight faults, by its number there; true repairs it. */
export const repairsSchema = z.object({
  filterIndex: z.boolean().default(false),
  biasPlace: z.boolean().default(false),
  throughTheNetwork: z.boolean().default(false),
  allFilters: z.boolean().default(false),
  bounded: z.boolean().default(false),
  selection: z.boolean().default(false),
  sharedScale: z.boolean().default(false),
});
export type Repairs = z.infer<typeof repairsSchema>;

export const methodSchema = z.discriminatedUnion('name', [
  z.object({
    /** x = μ + V√λ·z with ‖z‖ ≤ radius, from the PCA of real windows. */
    name: z.literal('whitened'),
    /** 'auto' takes the radius at which the layer's median response equals that of the best real windows. */
    radius: z.union([z.literal('auto'), z.number().min(0.1).max(100)]).default('auto'),
    steps: steps.default(256),
    starts: starts.default(1),
  }),
  z.object({
    /** Pixels on a sphere ‖x‖ = norm; 'auto' takes the median norm of real windows that are not blank. */
    name: z.literal('plain'),
    norm: z.union([z.literal('auto'), z.number().min(0.01).max(1000)]).default('auto'),
    steps: steps.default(256),
    starts: starts.default(1),
  }),
  z.object({
    /** Pixels in the box 0..1. */
    name: z.literal('box'),
    steps: steps.default(256),
    starts: starts.default(1),
  }),
  z.object({
    /** x = Aᵀ(θ/frequency)A in the DCT basis with ‖θ‖ = radius, 'auto' as for 'whitened'. `robust`: jitter, scale
     * and rotation on the way. */
    name: z.literal('fourier'),
    radius: z.union([z.literal('auto'), z.number().min(0.01).max(1000)]).default('auto'),
    robust: z.boolean().default(true),
    steps: steps.default(256),
    starts: starts.default(1),
  }),
  z.object({
    /** The method of the question, faults and all; convolution layers only. */
    name: z.literal('question'),
    iterations: z.int().min(1).max(20_000).default(5000),
    /** false: the closed form x_T = x_0 + rate·T·g; true: every iteration in float32. */
    iterated: z.boolean().default(false),
    removeNegatives: z.boolean().default(false),
    normalize: z.boolean().default(true),
    n: z.int().min(1).max(8).default(3),
    repairs: repairsSchema.prefault({}),
  }),
  // What others do, as they do it: see methods/peers. Whole images, mean over the layer's positions.
  z.object({ name: z.literal('kerasIo'), steps: steps.default(30) }),
  z.object({ name: z.literal('tfjsExamples'), steps: steps.default(40) }),
  z.object({ name: z.literal('lucid'), steps: steps.default(512) }),
  z.object({ name: z.literal('tfKerasVis'), steps: steps.default(200) }),
]);
export type Method = z.infer<typeof methodSchema>;
export type MethodName = Method['name'];

/** How a raw float picture becomes 8 bits. Each mapping is stated in pictures/display. */
export const displaySchema = z.enum([
  'contrast', // the picture's own minimum to black, maximum to white
  'percentile', // 1st to 99th percentile, clipped
  'signed', // 0 is mid grey, the greatest magnitude black or white
  'ink', // 0 black, 1 white, clipped: as the network's input would look
  'positive', // negatives removed, then 0 to maximum
  'meanStd', // (x − mean)/std, −2.5..2.5 shown: the question's normalisation
  'shared', // the whole layer's minimum to black, maximum to white
]);
export type Display = z.infer<typeof displaySchema>;

/** What decides how a method's pictures are best shown. */
export interface Shown {
  /** True where a picture is a whole input of the model, not a window of it. */
  readonly whole: boolean;
  readonly channels: number;
}

/**
 * The mapping by which a method's pictures say most. Whole grey inputs are shown as the network sees them. Colour is cut off at
 * percentiles: a few extreme pixels, which an ascent always makes, would leave the rest of a photograph grey.
 */
export function usualDisplay(method: MethodName, { whole, channels }: Shown): Display {
  const colour = channels === 3;
  switch (method) {
    case 'whitened':
      if (colour) return 'percentile';
      return whole ? 'ink' : 'contrast';
    case 'box':
      return whole ? 'ink' : 'contrast';
    case 'plain':
      return 'signed';
    case 'fourier':
      return 'percentile';
    case 'question':
      return 'contrast';
    // both show (x − mean)/std themselves, by their deprocess_image and deprocessImage
    case 'kerasIo':
    case 'tfjsExamples':
      return 'meanStd';
    // a sigmoid, and pixels clipped to what an image may have
    case 'lucid':
    case 'tfKerasVis':
      return 'ink';
  }
}
