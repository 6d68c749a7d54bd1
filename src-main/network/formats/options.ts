// What a caller may say about a model that it opens.
export interface TranslationOptions {
  /** Side of the image for a model that takes any, in pixels. */
  readonly inputSize: number;
  /** What the model expects of its pixels, where the caller knows: see contract/range. */
  readonly scaling?: string | undefined;
}

export interface OpenOptions extends Partial<TranslationOptions> {
  /** Told how much of the work is done, 0..1. */
  readonly progress?: ((share: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}
