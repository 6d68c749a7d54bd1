// Keras' .keras files: a zip archive of the configuration and the weights, without names but in order.
import { createHash } from 'node:crypto';
import { UserError } from '../../contract/errors';
import type { ModelFiles } from './files';
import { openHdf5, type Hdf5 } from './hdf5';
import { modelConfig, type LayerConfig, type ModelConfig } from './keras/config';
import type { KerasModel, Path } from './keras/translate';
import { parseJson, type Weight } from './weights';

/** A class name as Keras writes it in paths: keras/src/utils/naming.py, to_snake_case. */
export function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** The group of each layer: its class, numbered from the second of that class on. */
function groupsOf(layers: readonly LayerConfig[]): Map<string, string> {
  const used = new Map<string, number>();
  const groups = new Map<string, string>();
  for (const { name, kind } of layers) {
    const plain = snakeCase(kind);
    const count = used.get(plain);
    used.set(plain, count === undefined ? 0 : count + 1);
    groups.set(name, count === undefined ? plain : `${plain}_${count + 1}`);
  }
  return groups;
}

/** Finds where the weights of layers lie. */
function locator(file: Hdf5, model: ModelConfig): (path: Path) => string | null {
  const known = new Map<ModelConfig, Map<string, string>>();
  return (path) => {
    let group = '';
    let around: ModelConfig | null = model;
    for (const { name } of path) {
      if (around === null) {
        // what stands in a layer is the one that it applies
        group = `${group}/layer`;
        continue;
      }
      let groups = known.get(around);
      if (groups === undefined) known.set(around, (groups = groupsOf(around.layers)));
      const container: string | undefined = ['layers', '_layer_checkpoint_dependencies'].find((part) =>
        file.has(`${group}/${part}`),
      );
      const folder = groups.get(name);
      if (container === undefined || folder === undefined) return null;
      group = `${group}/${container}/${folder}`;
      around = around.layers.find((layer: LayerConfig) => layer.name === name)?.model ?? null;
    }
    return group;
  };
}

/** Reads an archive of config.json and model.weights.h5. Throws a UserError that says what was wrong with it. */
export async function readKerasArchive(files: ModelFiles, bytes: Buffer): Promise<KerasModel> {
  const config = await files.read('config.json');
  const weights = files.names.find((name) => name === 'model.weights.h5');
  if (weights === undefined) {
    throw new UserError(
      `${files.name} holds no model.weights.h5.`,
      'Save the model again with model.save("model.keras").',
    );
  }
  const model = modelConfig(parseJson(config, 'config.json'), files.name);
  const content = await files.read(weights);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = await openHdf5(content, `${files.name}/${weights}`);
  const find = locator(file, model);
  const seen = new Map<string, Weight | undefined>();
  const weightAt = (path: string): Weight | undefined => {
    if (!seen.has(path)) seen.set(path, file.weight(path) ?? undefined);
    return seen.get(path);
  };
  return {
    ...{ model, modern: true, ofTfjs: false, about: { name: model.name, sha256 } },
    weightsOf: (path) => {
      const group = find(path);
      return { find: (_, index) => (group === null ? undefined : weightAt(`${group}/vars/${index}`)) };
    },
    parameters: () => [...seen.values()].reduce((sum, weight) => sum + (weight?.data.length ?? 0), 0),
  };
}
