// Updates of the weights, one a batch: its images and dropout mask, the gradients as one graph, Adam.
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import type { TrainingConfiguration } from '../contract/training';
import { imageSize, pixels, type Dataset } from '../datasets/dataset';
import { tf } from '../native/tensorflow';
import { randomUniform } from '../network/kernels';
import { nativeFunction, type NativeFunction } from '../network/native-program';
import type { Adam } from './adam';
import { gradients, type Weights } from './question-network';

/** Inverted dropout [batch, hidden], a function of seed and step: 0 or 1/keepProbability; null when all is kept. */
function dropoutMask(
  step: number,
  { batch, hidden, keepProbability, seed }: TrainingConfiguration,
): Tensor2D | null {
  if (keepProbability === 1) return null;
  return tf.tidy(() => {
    const drawn = randomUniform([batch, hidden], [seed, step]);
    return tf.floor<Tensor2D>(tf.add(drawn, keepProbability)).mul<Tensor2D>(1 / keepProbability);
  });
}

/** What the gradients are a function of, besides the weights: see `gradients`. */
export interface Batch {
  readonly x: Tensor4D;
  readonly labels: Tensor2D;
  readonly mask: Tensor2D | null;
}

const operandsOf = (weights: Weights, { x, labels, mask }: Batch): Tensor[] => [
  ...Object.values(weights),
  x,
  labels,
  ...(mask === null ? [] : [mask]),
];

/** The gradients as a graph, in which TensorFlow works at independent operations side by side; null where it takes none. */
function asGraph(example: Weights, batch: Batch): NativeFunction | null {
  const names = Object.keys(example);
  const operands = operandsOf(example, batch);
  let native: NativeFunction | null = null;
  try {
    native = nativeFunction(operands, (...given) => {
      const weights = Object.fromEntries(names.map((name, i) => [name, given[i] as Tensor]));
      const [images, oneHot, kept = null] = given.slice(names.length);
      const found = gradients(weights, images as Tensor4D, oneHot as Tensor2D, kept as Tensor2D | null);
      return names.map((name) => found[name] as Tensor);
    });
    // a graph is checked when it is first run
    tf.dispose(native.run(...operands));
    return native;
  } catch {
    // an older library, or a folder for temporary files that cannot be written: one operation after another
    native?.dispose();
    return null;
  }
}

export class Updates {
  private readonly dataset: Dataset;
  private readonly configuration: TrainingConfiguration;
  private readonly adam: Adam;
  /** Made at the first update; null where there can be none. */
  private graph: NativeFunction | null | undefined;

  constructor(dataset: Dataset, configuration: TrainingConfiguration, adam: Adam) {
    this.dataset = dataset;
    this.configuration = configuration;
    this.adam = adam;
  }

  /** One update by the training images `indices`. */
  update(indices: readonly number[], step: number): void {
    this.updateBy(this.batch(indices, step));
  }

  /** One update by a batch, of which it disposes; all batches are of one shape. */
  updateBy(batch: Batch): void {
    const weights = this.adam.read();
    const found = this.gradients(weights, batch);
    // Adam copies weights that are still held
    tf.dispose(operandsOf(weights, batch));
    this.adam.apply(found);
    tf.dispose(found);
  }

  private batch(indices: readonly number[], step: number): Batch {
    const { height, width, channels, classes, train } = this.dataset;
    const n = indices.length;
    const oneHot = new Float32Array(n * classes.length);
    indices.forEach((image, row) => (oneHot[row * classes.length + (train.labels?.[image] ?? 0)] = 1));
    return {
      x: tf.tensor4d(pixels(train, imageSize(this.dataset), indices), [n, height, width, channels]),
      labels: tf.tensor2d(oneHot, [n, classes.length]),
      mask: dropoutMask(step, this.configuration),
    };
  }

  private gradients(weights: Weights, batch: Batch): Record<string, Tensor> {
    if (this.graph === undefined) this.graph = asGraph(weights, batch);
    if (this.graph === null) return gradients(weights, batch.x, batch.labels, batch.mask);
    const found = this.graph.run(...operandsOf(weights, batch));
    return Object.fromEntries(Object.keys(weights).map((name, i) => [name, found[i] as Tensor]));
  }

  dispose(): void {
    this.graph?.dispose();
  }
}
