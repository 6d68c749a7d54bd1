// TensorFlow.js LayersModels: read through the Keras translator, written as tf.loadLayersModel reads them.
import { UserError } from '../../contract/errors';
import { modelConfig } from './keras/config';
import { namedWeights } from './keras/named-weights';
import { isObject, own } from './keras/settings';
import type { KerasModel } from './keras/translate';
import type { TfjsModel } from './tfjs-files';
import { toFloat16 } from './weights';

/** How TensorFlow.js begins the version in the models that it makes (tfjs-layers/src/engine/topology.ts). */
export const TFJS = 'tfjs-layers';

/** The layers and weights of a LayersModel that was read. */
export function readTfjsLayers({ name, sha256, topology, weights }: TfjsModel): KerasModel {
  // model.toJSON() writes { model_config }, tf.Model's own older one the configuration itself
  const config = own(topology, 'model_config') ?? topology;
  if (!isObject(config)) {
    throw new UserError('model.json holds no layers.', 'Open the model.json of a TensorFlow.js LayersModel.');
  }
  const find = namedWeights(weights);
  const parameters = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
  const version = own(topology, 'keras_version');
  return {
    model: modelConfig(config, name),
    about: { name, sha256 },
    // what the converter writes says the Keras that it came from
    ofTfjs: typeof version === 'string' && version.startsWith(TFJS),
    modern: typeof version === 'string' && Number.parseInt(version, 10) >= 3,
    weightsOf: (path) => find(path.map((part) => part.name)),
    parameters: () => parameters,
  };
}

/** A weight to be written: float32, row-major. */
export interface NamedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** How weights are written: as they are, or rounded to half precision, which takes half the space. */
export type Precision = 'float32' | 'float16';

/** model.json and weights.bin of a Sequential model, as tf.loadLayersModel reads them. */
export function encodeTfjsLayers(
  layers: readonly unknown[],
  weights: readonly NamedWeight[],
  precision: Precision = 'float32',
): { json: string; bin: Buffer } {
  const config = { class_name: 'Sequential', config: { name: 'filterscope', layers } };
  return encodeTfjsModel(config, weights, precision);
}

/** The same of a model's whole configuration; `keras` is the version whose meaning its settings have. */
export function encodeTfjsModel(
  config: unknown,
  weights: readonly NamedWeight[],
  precision: Precision = 'float32',
  keras = '2.15.0',
): { json: string; bin: Buffer } {
  const quantization = precision === 'float16' ? { quantization: { dtype: 'float16' } } : {};
  const json = {
    format: 'layers-model',
    generatedBy: 'Filterscope',
    convertedBy: null,
    modelTopology: { keras_version: keras, backend: 'tensorflow', model_config: config },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32', ...quantization })),
      },
    ],
  };
  const bin = Buffer.concat(
    weights.map(({ data }) =>
      precision === 'float16'
        ? toFloat16(data)
        : new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    ),
  );
  return { json: JSON.stringify(json), bin };
}
