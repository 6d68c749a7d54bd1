// Reads everything of an HDF5 file that a model needs; runs as text in a thread of its own, so it stands on its arguments alone.
import type h5wasm from 'h5wasm';

export interface Extract {
  /** Text attributes by path and name: lists, single texts being lists of one. */
  readonly texts: [path: string, name: string, values: string[]][];
  readonly groups: string[];
  /** Numbers as they are stored, by path. */
  readonly datasets: [path: string, shape: number[], values: ArrayBufferView][];
  readonly error: string | null;
}

/** The file's content; damaged parts are left out, and `error` says why nothing could be read. */
export async function extract(library: typeof h5wasm, bytes: Uint8Array): Promise<Extract> {
  const found: Extract = { texts: [], groups: [], datasets: [], error: null };
  const module = await library.ready;
  // what the library would print it throws
  module.activate_throwing_error_handler();
  module.FS.writeFile('/model.h5', bytes);
  let most = 50_000;
  // gzip makes at most 1032 bytes of one
  let room = Math.min(2e9, bytes.length * 1032);
  const attempt = <T>(work: () => T): T | null => {
    try {
      return work();
    } catch {
      return null;
    }
  };
  const attributes = (path: string, entity: InstanceType<typeof library.Group>): void => {
    for (const [name, attribute] of Object.entries(attempt(() => entity.attrs) ?? {})) {
      if (!/^(model_config|keras_version|backend|(layer|weight)_names\d*)$/.test(name)) continue;
      const value = attempt(() => attribute.value);
      if (typeof value === 'string') found.texts.push([path, name, [value]]);
      else if (Array.isArray(value)) found.texts.push([path, name, value.map(String)]);
      else if (attribute.shape?.includes(0) === true) found.texts.push([path, name, []]);
    }
  };
  const walk = (path: string, entity: InstanceType<typeof library.Group>, depth: number): void => {
    found.groups.push(path);
    attributes(path, entity);
    if (depth > 60) return;
    for (const key of attempt(() => entity.keys()) ?? []) {
      // what optimisers keep is no part of a model
      if (--most < 0 || (depth === 0 && /^optimizer/.test(key))) continue;
      const at = path === '' ? key : `${path}/${key}`;
      const child = attempt(() => entity.get(key));
      if (child instanceof library.Group) walk(at, child, depth + 1);
      else if (child instanceof library.Dataset) {
        const shape = attempt(() => child.shape);
        const size = (shape ?? []).reduce((product, side) => product * side, 8);
        if (shape === null || size > room) continue;
        room -= size;
        const value = attempt(() => child.value);
        if (ArrayBuffer.isView(value)) found.datasets.push([at, shape, value]);
        else if (typeof value === 'number' || typeof value === 'bigint')
          found.datasets.push([at, shape, Float64Array.of(Number(value))]);
      }
    }
  };
  try {
    walk('', new library.File('/model.h5', 'r'), 0);
  } catch (cause) {
    return { ...found, error: String(cause).slice(0, 500) };
  }
  return found;
}
