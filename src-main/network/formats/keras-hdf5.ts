// Keras' .h5 files, as Keras 2 and Keras 3 write them.
import { createHash } from 'node:crypto';
import { UserError } from '../../contract/errors';
import { openHdf5, type Hdf5 } from './hdf5';
import { modelConfig } from './keras/config';
import { namedWeights } from './keras/named-weights';
import type { KerasModel, Path } from './keras/translate';
import { parseJson, type Weight } from './weights';

/** Weights of a layer of the outermost model, by the names in the file. */
function weightsIn(file: Hdf5, layer: string): Map<string, Weight> {
  const group = `model_weights/${layer}`;
  const found = new Map<string, Weight>();
  for (const name of file.texts(group, 'weight_names') ?? []) {
    const weight = file.weight(`${group}/${name}`);
    if (weight === null) {
      throw new UserError(
        `Weight ${name} of layer ${layer} is missing.`,
        'Save the model again with its weights.',
      );
    }
    found.set(name, weight);
  }
  return found;
}

/** Reads the bytes of an .h5 file. Throws a UserError that says what was wrong with it. */
export async function readKerasHdf5(bytes: Buffer, name: string): Promise<KerasModel> {
  const file = await openHdf5(bytes, name);
  const config = file.text('', 'model_config');
  if (config === null) {
    const weightsOnly =
      file.has('layers') ||
      file.has('_layer_checkpoint_dependencies') ||
      file.texts('', 'layer_names') !== null;
    throw weightsOnly
      ? new UserError(
          `${name} holds weights without their model.`,
          'In Python, build the model, load these weights and save it with model.save("model.keras").',
        )
      : new UserError(
          `${name} is an HDF5 file, but no Keras model.`,
          'Save the model with model.save("model.h5") or model.save("model.keras").',
        );
  }
  const model = modelConfig(parseJson(config, 'model_config'), name);
  const version = file.text('', 'keras_version') ?? file.text('model_weights', 'keras_version') ?? '2';
  const layers = new Map<string, { find: ReturnType<typeof namedWeights> }>();
  let parameters = 0;
  const weightsOf = (path: Path) => {
    const [outer] = path;
    const layer = outer?.name ?? '';
    let known = layers.get(layer);
    if (known === undefined) {
      const weights = weightsIn(file, layer);
      known = { find: namedWeights(weights) };
      layers.set(layer, known);
      for (const { data } of weights.values()) parameters += data.length;
    }
    return known.find(
      path.map((part) => part.name),
      path.length === 1,
    );
  };
  return {
    ...{
      model,
      weightsOf,
      ofTfjs: false,
      modern: Number.parseInt(version, 10) >= 3,
      parameters: () => parameters,
    },
    about: { name: model.name, sha256: createHash('sha256').update(bytes).digest('hex') },
  };
}
