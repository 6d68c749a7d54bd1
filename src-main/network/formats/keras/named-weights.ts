// Weights that a file names like conv1/kernel: those of TensorFlow.js and of HDF5.
import type { Weight } from '../weights';
import type { LayerWeights } from './layer';

interface Named {
  /** Names around the weight's own, outermost first. */
  readonly scope: readonly string[];
  readonly part: string;
  readonly weight: Weight;
}

/** "model/conv1/kernel:0" in its parts. */
function parts(name: string, weight: Weight): Named {
  const names = name.replace(/:\d+$/, '').split('/');
  return { scope: names.slice(0, -1), part: names.at(-1) ?? '', weight };
}

/** How many of the layer's and its models' names a scope ends in: the layer's own must be the last. */
function likeness(scope: readonly string[], path: readonly string[]): number {
  let count = 0;
  while (count < path.length && count < scope.length && scope.at(-1 - count) === path.at(-1 - count)) count++;
  return count;
}

/**
 * Finds the weights of the layer at `path`, names from the outermost model's child to the layer. Where several models
 * have a layer of that name, those whose scope agrees furthest are meant. `alone`: all weights are this layer's,
 * whatever their scope says (a layer that was renamed keeps its old names inside).
 */
export function namedWeights(
  all: ReadonlyMap<string, Weight>,
): (path: readonly string[], alone?: boolean) => LayerWeights {
  const byLayer = new Map<string, Named[]>();
  const every = [...all].map(([name, weight]) => parts(name, weight));
  for (const named of every) {
    const layer = named.scope.at(-1) ?? '';
    const list = byLayer.get(layer);
    if (list === undefined) byLayer.set(layer, [named]);
    else list.push(named);
  }
  // Keras 3 counts the weights that a layer gives no name
  const isCalled = (part: string, name: string): boolean =>
    part === name || (name === 'variable' && /^variable_\d+$/.test(part));
  return (names, alone = false) => {
    // a layer's own name may have slashes too: DenseNet's conv1/bn
    const path = names.flatMap((name) => name.split('/'));
    const list = byLayer.get(path.at(-1) ?? '') ?? [];
    const found = list.length === 0 && alone ? every : list;
    const best = Math.max(0, ...found.map(({ scope }) => likeness(scope, path)));
    const own = found.filter(({ scope }) => alone || likeness(scope, path) === best);
    return {
      find: (wanted) =>
        wanted
          .map((name) => own.find(({ part }) => isCalled(part, name))?.weight)
          .find((weight) => weight !== undefined),
    };
  };
}
