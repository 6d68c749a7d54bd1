// A network of operations written as layers that TensorFlow.js has; what it has none for is refused by its name.
import { UserError } from '../../contract/errors';
import type { Activation } from '../activations';
import { paddingAlong, reach } from '../convolutions';
import type { ExplicitPadding, Padding } from '../kernels';
import { nodeOf, nodesFor, sourceOf, type Network, type Node, type Operation } from '../network';
import type { NamedWeight } from './tfjs-layers';

type Config = Readonly<Record<string, unknown>>;
type Of<K extends Operation['op']> = Extract<Operation, { readonly op: K }>;
type Pair = readonly [number, number];

const PLAIN: Readonly<Record<string, string>> = {
  ...{ sigmoid: 'sigmoid', tanh: 'tanh', softplus: 'softplus', softsign: 'softsign', silu: 'swish' },
  ...{ mish: 'mish', gelu: 'gelu', geluTanh: 'gelu_new' },
};
const MERGES: Readonly<Record<string, string>> = {
  ...{ add: 'Add', multiply: 'Multiply', average: 'Average', maximum: 'Maximum', minimum: 'Minimum' },
};

class LayersWriter {
  readonly layers: unknown[] = [];
  readonly weights: NamedWeight[] = [];
  private readonly network: Network;
  /** The layer that gives a node's value. */
  private readonly written = new Map<string, string>();
  private readonly taken = new Set<string>();

  constructor(network: Network) {
    this.network = network;
  }

  private refuse(node: Node, what: string): never {
    throw new UserError(
      `"${node.name}" is ${what}, for which TensorFlow.js has no layer.`,
      'It can be opened and looked at here as it is.',
    );
  }

  /** Adds a layer under a name like the wanted one that is a layer's; says that name. */
  private add(wanted: string, kind: string, config: Config, inputs: readonly string[]): string {
    const plain = wanted.replace(/[^A-Za-z0-9_.-]+/g, '_').replace(/^[_.]+/, '') || 'layer';
    let name = plain;
    for (let i = 1; this.taken.has(name); i++) name = `${plain}_${i}`;
    this.taken.add(name);
    this.layers.push({
      ...{ class_name: kind, name, config: { name, dtype: 'float32', ...config } },
      inbound_nodes: inputs.length === 0 ? [] : [inputs.map((input) => [input, 0, 0, {}])],
    });
    return name;
  }

  private weigh(layer: string, part: string, shape: readonly number[], data: Float32Array): void {
    this.weights.push({ name: `${layer}/${part}`, shape, data });
  }

  private reshaped(name: string, input: string, shape: readonly number[]): string {
    return this.add(name, 'Reshape', { target_shape: shape }, [input]);
  }

  /** Padding as a layer says it, zeros being put around where it cannot. */
  private padded(
    node: Node,
    input: string,
    padding: Padding,
    windows: Pair,
    strides: Pair,
  ): { input: string; padding: string } {
    if (typeof padding === 'string') return { input, padding };
    const { shape } = sourceOf(this.network, node);
    const same = ([0, 1] as const).flatMap((axis) => [
      ...paddingAlong('same', axis, shape[axis], windows[axis], strides[axis]),
    ]);
    if (padding.every((side, i) => side === same[i])) return { input, padding: 'same' };
    return { input: this.zeros(`${node.name}/padding`, input, padding), padding: 'valid' };
  }

  private zeros(name: string, input: string, [top, bottom, left, right]: ExplicitPadding): string {
    const padding = [
      [top, bottom],
      [left, right],
    ];
    return this.add(name, 'ZeroPadding2D', { padding, data_format: 'channels_last' }, [input]);
  }

  private convolution(node: Node, operation: Of<'conv2d' | 'depthwiseConv2d'>, from: string): string {
    const { kernel, bias, geometry } = operation;
    const [rows, columns, , last] = kernel.shape;
    const { strides, dilations } = geometry;
    if (operation.op === 'conv2d' && (operation.groups ?? 1) > 1)
      this.refuse(node, `a convolution of ${operation.groups ?? 1} groups`);
    const windows = [reach(rows, dilations[0]), reach(columns, dilations[1])] as const;
    const { input, padding } = this.padded(node, from, geometry.padding, windows, strides);
    const depthwise = operation.op === 'depthwiseConv2d';
    if (depthwise && strides[0] !== strides[1]) this.refuse(node, 'a depthwise convolution of two strides');
    const shared = {
      ...{ kernel_size: [rows, columns], strides, padding, dilation_rate: dilations, activation: 'linear' },
      ...{ use_bias: bias !== null, data_format: 'channels_last' },
    };
    const layer = depthwise
      ? this.add(node.name, 'DepthwiseConv2D', { ...shared, depth_multiplier: last }, [input])
      : this.add(node.name, 'Conv2D', { ...shared, filters: last }, [input]);
    const part = depthwise ? 'depthwise_kernel' : 'kernel';
    this.weigh(layer, part, kernel.shape, kernel.dataSync<'float32'>());
    if (bias !== null) this.weigh(layer, 'bias', bias.shape, bias.dataSync<'float32'>());
    return layer;
  }

  private transposed(node: Node, operation: Of<'convTranspose2d'>, input: string): string {
    const { kernel, bias, strides, dilations, groups, crop, output } = operation;
    if (groups > 1 || dilations.some((side) => side > 1))
      this.refuse(node, 'a transposed convolution with groups or dilation');
    const { shape } = sourceOf(this.network, node);
    const [rows, columns, filters] = kernel.shape;
    const full = ([0, 1] as const).map(
      (axis) => (shape[axis] - 1) * strides[axis] + Math.max(kernel.shape[axis], strides[axis]),
    );
    const after = ([0, 1] as const).map((axis) => (full[axis] as number) - crop[axis] - output[axis]);
    if ([...crop, ...after].some((side) => side < 0))
      this.refuse(node, 'a transposed convolution with output padding');
    const layer = this.add(
      node.name,
      'Conv2DTranspose',
      {
        ...{ filters, kernel_size: [rows, columns], strides, padding: 'valid', activation: 'linear' },
        ...{ use_bias: bias !== null, data_format: 'channels_last' },
      },
      [input],
    );
    this.weigh(layer, 'kernel', kernel.shape, kernel.dataSync<'float32'>());
    if (bias !== null) this.weigh(layer, 'bias', bias.shape, bias.dataSync<'float32'>());
    return this.cropped(`${node.name}/crop`, layer, crop, after as [number, number]);
  }

  private cropped(name: string, input: string, before: Pair, after: Pair): string {
    if ([...before, ...after].every((side) => side === 0)) return input;
    const cropping = [0, 1].map((axis) => [before[axis], after[axis]]);
    return this.add(name, 'Cropping2D', { cropping, data_format: 'channels_last' }, [input]);
  }

  /** x·scale + offset along the channels, as a batch normalisation whose mean is 0 and variance 1. */
  private affine(node: Node, scale: ArrayLike<number>, offset: ArrayLike<number>, input: string): string {
    const channels = node.shape[2];
    const all = (values: ArrayLike<number>): Float32Array =>
      Float32Array.from({ length: channels }, (_, i) => values[values.length === 1 ? 0 : i] ?? NaN);
    const settings = { axis: -1, epsilon: 0, center: true, scale: true };
    const layer = this.add(node.name, 'BatchNormalization', settings, [input]);
    this.weigh(layer, 'gamma', [channels], all(scale));
    this.weigh(layer, 'beta', [channels], all(offset));
    this.weigh(layer, 'moving_mean', [channels], new Float32Array(channels));
    this.weigh(layer, 'moving_variance', [channels], new Float32Array(channels).fill(1));
    return layer;
  }

  private constant(node: Node, operation: Of<'constant'>, input: string): string {
    const { value, first } = operation;
    const name = operation.function;
    const values = value.dataSync<'float32'>();
    if (value.shape.slice(0, -1).some((side) => side !== 1)) {
      // zeros that repeat a pixel
      const [rows = 1, columns = 1, channels = 1] = value.shape;
      const repeats = name === 'add' && channels === 1 && values.every((each) => each === 0);
      const [height, width] = sourceOf(this.network, node).shape;
      if (!repeats || value.shape.length !== 3 || height * width !== 1)
        this.refuse(node, 'a constant for each pixel');
      const config = { size: [rows, columns], data_format: 'channels_last', interpolation: 'nearest' };
      return this.add(node.name, 'UpSampling2D', config, [input]);
    }
    if (name === 'add') return this.affine(node, [1], values, input);
    if (name === 'multiply') return this.affine(node, values, [0], input);
    if (name === 'subtract')
      return first
        ? this.affine(node, [-1], values, input)
        : this.affine(
            node,
            [1],
            values.map((each) => -each),
            input,
          );
    if (name === 'divide' && !first)
      return this.affine(
        node,
        values.map((each) => 1 / each),
        [0],
        input,
      );
    return this.refuse(node, `"${name}" with a constant`);
  }

  private activation(node: Node, activation: Activation, input: string): string {
    const layer = (kind: string, config: Config): string => this.add(node.name, kind, config, [input]);
    const plain = Object.hasOwn(PLAIN, activation.name) ? PLAIN[activation.name] : undefined;
    if (plain !== undefined) return layer('Activation', { activation: plain });
    switch (activation.name) {
      case 'rectified': {
        const { slope, max, threshold } = activation;
        if (threshold === 0 && max === Infinity) return layer('LeakyReLU', { alpha: slope });
        if (threshold === 0 && slope === 0) return layer('ReLU', { max_value: max });
        break;
      }
      case 'clip':
        if (activation.min === 0) return layer('ReLU', { max_value: activation.max });
        break;
      case 'elu':
        return layer('ELU', { alpha: activation.alpha });
      default:
    }
    return this.refuse(node, `the activation "${activation.name}"`);
  }

  private pool(node: Node, operation: Of<'maxPool' | 'averagePool'>, from: string): string {
    const { size, strides, padding } = operation.geometry;
    const isMax = operation.op === 'maxPool';
    const placed = this.padded(node, from, padding, size, strides);
    if (typeof padding !== 'string' && placed.padding === 'valid') {
      // zeros stand for what never wins, where nothing is below them, and count in a mean where the padding does
      const rises = sourceOf(this.network, node).operation.op === 'relu';
      const counts = !isMax && operation.countPadding?.join() === padding.join();
      if (!counts && !(isMax && rises)) this.refuse(node, 'a pool with padding of its own');
    } else if (!isMax && operation.countPadding?.some((side) => side > 0) === true) {
      this.refuse(node, 'a mean that counts its padding');
    }
    const config = { pool_size: size, strides, padding: placed.padding, data_format: 'channels_last' };
    return this.add(node.name, isMax ? 'MaxPooling2D' : 'AveragePooling2D', config, [placed.input]);
  }

  private reduced(node: Node, operation: Of<'reduce'>, input: string): string {
    const kind = { mean: 'GlobalAveragePooling2D', max: 'GlobalMaxPooling2D' }[
      operation.function as 'mean' | 'max'
    ] as string | undefined;
    if (kind === undefined || [...operation.axes].sort().join() !== '0,1')
      this.refuse(node, `a ${operation.function} over axes ${operation.axes.join(', ')}`);
    const pooled = this.add(`${node.name}/pool`, kind, { data_format: 'channels_last' }, [input]);
    return this.reshaped(node.name, pooled, node.shape);
  }

  private slice(node: Node, { begin, size, strides }: Of<'slice'>, input: string): string {
    const { shape } = sourceOf(this.network, node);
    const whole = begin[2] === 0 && size[2] === shape[2];
    if (!whole || strides.some((side) => side !== 1)) this.refuse(node, 'a slice of channels or with steps');
    const after = ([0, 1] as const).map((axis) => shape[axis] - (begin[axis] ?? 0) - (size[axis] ?? 0));
    const before = [begin[0] ?? 0, begin[1] ?? 0] as const;
    return this.cropped(node.name, input, before, after as [number, number]);
  }

  /** The layers of one node; says the one that gives its value, which stands as [rows, columns, channels]. */
  private layersOf(node: Node, inputs: readonly string[]): string {
    const [input = ''] = inputs;
    const { operation, shape } = node;
    switch (operation.op) {
      case 'input':
        return this.add('input', 'InputLayer', { batch_input_shape: [null, ...shape], sparse: false }, []);
      case 'identity':
        return input;
      case 'conv2d':
      case 'depthwiseConv2d':
        return this.convolution(node, operation, input);
      case 'convTranspose2d':
        return this.transposed(node, operation, input);
      case 'dense': {
        const { kernel, bias } = operation;
        const flat = this.add(`${node.name}/flat`, 'Flatten', {}, [input]);
        const config = { units: kernel.shape[1], activation: 'linear', use_bias: bias !== null };
        const layer = this.add(node.name, 'Dense', config, [flat]);
        this.weigh(layer, 'kernel', kernel.shape, kernel.dataSync<'float32'>());
        if (bias !== null) this.weigh(layer, 'bias', bias.shape, bias.dataSync<'float32'>());
        return this.reshaped(`${node.name}/shape`, layer, shape);
      }
      case 'maxPool':
      case 'averagePool':
        return this.pool(node, operation, input);
      case 'relu':
        return this.add(node.name, 'Activation', { activation: 'relu' }, [input]);
      case 'softmax':
        return this.add(node.name, 'Softmax', { axis: (operation.axis ?? 2) + 1 }, [input]);
      case 'activation':
        return this.activation(node, operation.activation, input);
      case 'affine':
        return this.affine(
          node,
          operation.scale.dataSync<'float32'>(),
          operation.offset.dataSync<'float32'>(),
          input,
        );
      case 'constant':
        return this.constant(node, operation, input);
      case 'merge': {
        if (operation.function === 'subtract' && inputs.length === 2) {
          const less = this.affine(
            { ...node, name: `${node.name}/negative` },
            [-1],
            [0],
            inputs[1] as string,
          );
          return this.add(node.name, 'Add', {}, [input, less]);
        }
        const kind = Object.hasOwn(MERGES, operation.function) ? MERGES[operation.function] : undefined;
        if (kind === undefined) this.refuse(node, `a merge by "${operation.function}"`);
        return this.add(node.name, kind, {}, inputs);
      }
      case 'concatenate':
        return this.add(node.name, 'Concatenate', { axis: operation.axis + 1 }, inputs);
      case 'flatten':
        return this.reshaped(node.name, input, shape);
      case 'reshape':
        if (operation.to.length > 3) this.refuse(node, `a reshape to ${operation.to.length} dimensions`);
        return this.reshaped(node.name, input, operation.to);
      case 'permute':
        if (operation.order.length > 3)
          this.refuse(node, `a transpose of ${operation.order.length} dimensions`);
        return this.add(node.name, 'Permute', { dims: operation.order.map((axis) => axis + 1) }, [input]);
      case 'reduce':
        return this.reduced(node, operation, input);
      case 'slice':
        return this.slice(node, operation, input);
      case 'pad': {
        const [rows = [0, 0], columns = [0, 0], channels = [0, 0]] = operation.amounts;
        if (operation.mode !== 'constant' || operation.value !== 0 || channels.some((side) => side > 0))
          this.refuse(node, 'padding with other than zeros around an image');
        return this.zeros(node.name, input, [rows[0], rows[1], columns[0], columns[1]]);
      }
      default:
        return this.refuse(node, `of the kind "${operation.op}"`);
    }
  }

  run(output: string): { input: string; output: string } {
    for (const node of nodesFor(this.network, [output])) {
      const inputs = node.inputs.map((name) => this.written.get(name) as string);
      this.written.set(node.name, this.layersOf(node, inputs));
    }
    return { input: 'input', output: this.written.get(nodeOf(this.network, output).name) as string };
  }
}

/**
 * The layers and weights that compute the network's last node. Channels stand last, whatever the file had. Throws a
 * UserError that names the operation for which TensorFlow.js has no layer.
 */
export function layersOfNetwork(network: Network): { config: unknown; weights: NamedWeight[] } {
  const writer = new LayersWriter(network);
  const { input, output } = writer.run(network.nodes.at(-1)?.name ?? '');
  const { layers, weights } = writer;
  const places = { input_layers: [[input, 0, 0]], output_layers: [[output, 0, 0]] };
  const name = network.name.replace(/[^A-Za-z0-9_.-]+/g, '_') || 'model';
  return { config: { class_name: 'Functional', config: { name, layers, ...places } }, weights };
}
