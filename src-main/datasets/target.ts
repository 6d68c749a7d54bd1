// The size that pictures are brought to: what a model takes.

/** Rows, columns and channels: 1 grey, 3 red, green and blue. */
export interface Target {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** Side of pictures that no model asks for: that of CIFAR-10's. */
export const USUAL_SIDE = 32;
