// Loss, accuracy and confusion of the question's network on images it is shown without dropout.
import { imageSize, pixels, type Dataset, type Split } from '../datasets/dataset';
import { tf } from '../native/tensorflow';
import { logitsOf, type Weights } from './question-network';

export interface Evaluation {
  /** Mean cross-entropy, nats. */
  readonly loss: number;
  /** Share of images read rightly, 0..1. */
  readonly accuracy: number;
  /** Images by true class (row) and predicted class (column). */
  readonly confusion: number[][];
  readonly images: number;
}

/** Evaluates the given images of a split, 500 at a time. */
export function evaluate(
  weights: Weights,
  split: Split,
  dataset: Dataset,
  indices: readonly number[],
): Evaluation {
  const { height, width, channels } = dataset;
  const classes = dataset.classes.length;
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  let loss = 0;
  for (let from = 0; from < indices.length; from += 500) {
    const part = indices.slice(from, from + 500);
    const values = tf.tidy(() => {
      const x = tf.tensor4d(pixels(split, imageSize(dataset), part), [part.length, height, width, channels]);
      return tf.logSoftmax(logitsOf(weights, x)).dataSync();
    });
    part.forEach((image, row) => {
      const label = split.labels?.[image] ?? 0;
      const scores = values.subarray(row * classes, (row + 1) * classes);
      loss -= scores[label] as number;
      const line = confusion[label] as number[];
      const guess = scores.indexOf(Math.max(...scores));
      line[guess] = (line[guess] ?? 0) + 1;
    });
  }
  const right = confusion.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
  return { loss: loss / indices.length, accuracy: right / indices.length, confusion, images: indices.length };
}
