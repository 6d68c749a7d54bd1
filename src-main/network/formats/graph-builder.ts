// Puts a network together node by node: names, shapes, weights, and what could not be translated.
import type { Rank, ShapeMap, Tensor } from '@tensorflow/tfjs-node';
import { UserError } from '../../contract/errors';
import { tf } from '../../native/tensorflow';
import type { InputScaling, Network, Node, Operation, Unsupported } from '../network';
import { asFeatureShape, outputShape, type Features } from '../shapes';
import { elementsOf, type Weight } from './weights';

/** Nodes that a network may have: several times those of the largest published CNNs. */
const MOST_NODES = 6000;

export interface About {
  readonly name: string;
  readonly sha256: string;
  /** Numbers that the file holds as weights. */
  readonly parameters: number;
  /** True where the file leaves the input's height and width open. */
  readonly anySize: boolean;
}

export class GraphBuilder {
  private readonly nodes = new Map<string, Node>();
  private readonly shapes = new Map<string, Features>();
  private readonly tensors: Tensor[] = [];
  private readonly unsupported: Unsupported[] = [];
  private readonly warnings: string[] = [];

  /** Places the image [height, width, channels]. */
  input(shape: Features): string {
    elementsOf(shape);
    this.place('input', { op: 'input' }, [], shape);
    return 'input';
  }

  /** Adds a node under a free name like the wanted one, and says that name. Throws a RangeError for a misfit. */
  add(wanted: string, operation: Operation, inputs: readonly string[]): string {
    const shape = outputShape(
      operation,
      inputs.map((input) => this.shapeOf(input)),
    );
    let name = wanted;
    for (let i = 1; this.nodes.has(name); i++) name = `${wanted}_${i}`;
    this.place(name, operation, inputs, shape);
    return name;
  }

  shapeOf(name: string): Features {
    const shape = this.shapes.get(name);
    if (shape === undefined) throw new RangeError(`there is no "${name}"`);
    return shape;
  }

  /** A weight as a tensor that lives as long as the network; warned of where it is not finite. */
  weight<R extends Rank>(name: string, { data, shape }: Weight): Tensor<R> {
    let broken = 0;
    for (const value of data) if (!Number.isFinite(value)) broken++;
    if (broken > 0)
      this.warnings.push(`Weight ${name} has ${broken} of ${data.length} values that are no numbers.`);
    return this.tensor<R>(data, shape);
  }

  /** Numbers of the translation's own. */
  tensor<R extends Rank>(data: Float32Array | readonly number[], shape: readonly number[]): Tensor<R> {
    const size = elementsOf(shape);
    if (size !== data.length)
      throw new RangeError(`its weight has ${data.length} values; ${shape.join('×')} are ${size}`);
    const values = data instanceof Float32Array ? data : [...data];
    const made = tf.tensor<R>(values, [...shape] as ShapeMap[R], 'float32');
    this.tensors.push(made);
    return made;
  }

  /** Notes a layer that cannot be evaluated; what follows from it is left out. */
  refuse(layer: Unsupported): void {
    this.unsupported.push(layer);
  }

  /** The network. Throws a UserError where nothing is left to visualise. */
  finish(
    { name, sha256, parameters, anySize }: About,
    scaling: InputScaling,
    output: string | null,
  ): Network {
    const nodes = [...this.nodes.values()];
    const { tensors, warnings } = this;
    const [first] = this.unsupported;
    const withUnits = new Set(['conv2d', 'depthwiseConv2d', 'convTranspose2d', 'dense']);
    if (!nodes.some(({ operation }) => withUnits.has(operation.op))) {
      throw new UserError(
        first === undefined
          ? `${name} has no convolution and no dense layer.`
          : `Layer "${first.name}" is a ${first.kind}, which is not supported${first.reason === null ? '' : ` (${first.reason})`}, and no layer with filters comes before it.`,
        'Open a CNN: a model whose layers include convolutions of images.',
      );
    }
    const [image] = nodes;
    if (image === undefined) throw new RangeError('there is no input');
    const units = output === null ? 0 : (this.shapeOf(output).at(-1) ?? 0);
    return {
      ...{
        name,
        sha256,
        nodes,
        scaling,
        warnings,
        anySize,
        unsupported: this.unsupported,
        input: image.shape,
      },
      classes: Array.from({ length: units }, (_, i) => String(i)),
      parameters,
      dispose: () => {
        tf.dispose(tensors);
      },
    };
  }

  /** Frees what was made of a model that turned out not to open. */
  dispose(): void {
    tf.dispose(this.tensors);
  }

  private place(name: string, operation: Operation, inputs: readonly string[], shape: Features): void {
    if (this.nodes.size >= MOST_NODES) {
      throw new UserError(`The model has more than ${MOST_NODES} layers.`, 'Open a smaller model.');
    }
    this.nodes.set(name, { name, operation, inputs, shape: asFeatureShape(shape) });
    this.shapes.set(name, shape);
  }
}
