// Opens and writes TensorFlow.js LayersModel folders: model.json and its weight shards.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node';
import { z } from 'zod';
import { UserError } from '../../contract/errors';
import { tf } from '../../native/tensorflow';
import type { ConvGeometry, Padding } from '../kernels';
import type { FeatureShape, Network, Node, Operation } from '../network';

const pair = z.tuple([z.int().min(1), z.int().min(1)]);
const configSchema = z.object({
  name: z.string(),
  batch_input_shape: z.tuple([z.null(), z.int().min(1), z.int().min(1), z.int().min(1)]).optional(),
  kernel_size: pair.optional(),
  strides: pair.optional(),
  pool_size: pair.optional(),
  dilation_rate: pair.optional(),
  padding: z.enum(['same', 'valid']).optional(),
  activation: z.enum(['linear', 'relu', 'softmax']).optional(),
  use_bias: z.boolean().optional(),
  units: z.int().min(1).optional(),
  filters: z.int().min(1).optional(),
});
const layerSchema = z.object({ class_name: z.string(), config: configSchema });
const modelSchema = z.object({
  modelTopology: z.object({
    model_config: z.object({
      class_name: z.literal('Sequential'),
      config: z.object({ layers: z.array(layerSchema) }),
    }),
  }),
  weightsManifest: z.array(
    z.object({
      paths: z.array(z.string().regex(/^[\w.-]+$/)),
      weights: z.array(
        z.object({ name: z.string(), shape: z.array(z.int().min(0)), dtype: z.literal('float32') }),
      ),
    }),
  ),
});
type Layer = z.infer<typeof layerSchema>;

const REMEDY =
  'Open the model.json of a Sequential TensorFlow.js LayersModel made of Conv2D, MaxPooling2D, Flatten, Dropout and Dense layers.';

const extent = (input: number, window: number, stride: number, padding: Padding): number =>
  padding === 'same' ? Math.ceil(input / stride) : Math.ceil((input - window + 1) / stride);

/** Reads weights as tensors by name; a lying size is refused before anything is allocated. */
function decodeWeights(
  bytes: Buffer,
  specs: readonly { name: string; shape: number[] }[],
): Map<string, Tensor> {
  const sizes = specs.map(({ shape }) => shape.reduce((product, side) => product * side, 1));
  const total = sizes.reduce((sum, size) => sum + size, 0) * 4;
  if (total !== bytes.length) {
    throw new UserError(
      `The weights take ${bytes.length} bytes; model.json describes ${total}.`,
      'Copy the whole model folder again.',
    );
  }
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + total));
  const found = new Map<string, Tensor>();
  let at = 0;
  specs.forEach(({ name, shape }, i) => {
    const size = sizes[i] as number;
    found.set(name, tf.tensor(all.slice(at, at + size), shape));
    at += size;
  });
  return found;
}

/** The operations of one layer, and the shape after it. */
function operationsOf(
  { class_name, config }: Layer,
  shape: FeatureShape,
  weights: Map<string, Tensor>,
): Operation[] {
  const weight = (part: string, sizes: number[]): Tensor => {
    const found = weights.get(`${config.name}/${part}`);
    if (found?.shape.join() !== sizes.join()) {
      const had = found === undefined ? 'missing' : `of shape ${found.shape.join('×')}`;
      throw new UserError(
        `Weight ${config.name}/${part} is ${had}; the layer needs ${sizes.join('×')}.`,
        REMEDY,
      );
    }
    return found;
  };
  const bias = (units: number): Tensor1D | null =>
    config.use_bias === false ? null : (weight('bias', [units]) as Tensor1D);
  const activation: Operation[] =
    config.activation === undefined || config.activation === 'linear' ? [] : [{ op: config.activation }];
  const inputs = shape[0] * shape[1] * shape[2];
  switch (class_name) {
    case 'Conv2D': {
      const geometry: ConvGeometry = {
        strides: config.strides ?? [1, 1],
        padding: config.padding ?? 'valid',
        dilations: config.dilation_rate ?? [1, 1],
      };
      const filters = config.filters ?? 0;
      const kernel = weight('kernel', [...(config.kernel_size ?? []), shape[2], filters]) as Tensor4D;
      return [{ op: 'conv2d', kernel, bias: bias(filters), geometry }, ...activation];
    }
    case 'MaxPooling2D': {
      const size = config.pool_size ?? [2, 2];
      return [
        {
          op: 'maxPool',
          geometry: { size, strides: config.strides ?? size, padding: config.padding ?? 'valid' },
        },
      ];
    }
    case 'Flatten':
      return [{ op: 'flatten' }];
    case 'Dense': {
      const units = config.units ?? 0;
      return [
        { op: 'dense', kernel: weight('kernel', [inputs, units]) as Tensor2D, bias: bias(units) },
        ...activation,
      ];
    }
    case 'Dropout':
    case 'InputLayer':
      return [];
    default:
      throw new UserError(`Layer "${config.name}" is a ${class_name}, which is not supported.`, REMEDY);
  }
}

function shapeAfter(operation: Operation, [height, width, channels]: FeatureShape): FeatureShape {
  switch (operation.op) {
    case 'conv2d': {
      const [rows, columns, , filters] = operation.kernel.shape;
      const { strides, padding, dilations } = operation.geometry;
      return [
        extent(height, (rows - 1) * dilations[0] + 1, strides[0], padding),
        extent(width, (columns - 1) * dilations[1] + 1, strides[1], padding),
        filters,
      ];
    }
    case 'maxPool': {
      const { size, strides, padding } = operation.geometry;
      return [
        extent(height, size[0], strides[0], padding),
        extent(width, size[1], strides[1], padding),
        channels,
      ];
    }
    case 'flatten':
      return [1, 1, height * width * channels];
    case 'dense':
      return [1, 1, operation.kernel.shape[1]];
    default:
      return [height, width, channels];
  }
}

/** The graph of a Sequential model. Operations after a layer's first (its activation) are named layer/op. */
function build(
  name: string,
  sha256: string,
  layers: readonly Layer[],
  weights: Map<string, Tensor>,
): Network {
  const first = layers[0]?.config.batch_input_shape;
  if (first === undefined) throw new UserError('The first layer does not say the size of its input.', REMEDY);
  const input: FeatureShape = [first[1], first[2], first[3]];
  const nodes: Node[] = [{ name: 'input', operation: { op: 'input' }, inputs: [], shape: input }];
  for (const layer of layers) {
    const before = nodes.at(-1) as Node;
    operationsOf(layer, before.shape, weights).forEach((operation, i) => {
      const last = nodes.at(-1) as Node;
      const nodeName = i === 0 ? layer.config.name : `${layer.config.name}/${operation.op}`;
      nodes.push({
        name: nodeName,
        operation,
        inputs: [last.name],
        shape: shapeAfter(operation, last.shape),
      });
    });
  }
  const outputs = (nodes.at(-1) as Node).shape[2];
  const tensors = [...weights.values()];
  return {
    name,
    sha256,
    nodes,
    input,
    classes: Array.from({ length: outputs }, (_, i) => String(i)),
    parameters: tensors.reduce((sum, { size }) => sum + size, 0),
    dispose: () => {
      tf.dispose(tensors);
    },
  };
}

/** Opens a LayersModel by the path of its model.json. Throws a UserError that says what was wrong with the file. */
export async function openTfjsLayers(path: string): Promise<Network> {
  const text = await readFile(path).catch(() => {
    throw new UserError(`There is no file ${basename(path)} in ${basename(dirname(path))}.`, REMEDY);
  });
  let json: unknown;
  try {
    json = JSON.parse(text.toString());
  } catch (cause) {
    throw new UserError(`${basename(path)} is not JSON.`, REMEDY, { cause });
  }
  const parsed = modelSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new UserError(
      `${basename(path)} is no model that can be opened: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`,
      REMEDY,
    );
  }
  const { modelTopology, weightsManifest } = parsed.data;
  const shards = await Promise.all(
    weightsManifest
      .flatMap(({ paths }) => paths)
      .map((shard) =>
        readFile(join(dirname(path), shard)).catch((cause: unknown) => {
          throw new UserError(`The weights file ${shard} is missing.`, 'Copy the whole model folder again.', {
            cause,
          });
        }),
      ),
  );
  const bytes = Buffer.concat(shards);
  const weights = decodeWeights(
    bytes,
    weightsManifest.flatMap((group) => group.weights),
  );
  const sha256 = createHash('sha256').update(text).update(bytes).digest('hex');
  return build(basename(dirname(path)), sha256, modelTopology.model_config.config.layers, weights);
}

/** A weight to be written: float32, row-major. */
export interface NamedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** model.json and weights.bin of a Sequential model, as tf.loadLayersModel reads them. */
export function encodeTfjsLayers(
  layers: readonly unknown[],
  weights: readonly NamedWeight[],
): { json: string; bin: Buffer } {
  const json = {
    format: 'layers-model',
    generatedBy: 'Filterscope',
    convertedBy: null,
    modelTopology: {
      keras_version: '2.15.0',
      backend: 'tensorflow',
      model_config: { class_name: 'Sequential', config: { name: 'filterscope', layers } },
    },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
      },
    ],
  };
  const bin = Buffer.concat(
    weights.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  );
  return { json: JSON.stringify(json), bin };
}
