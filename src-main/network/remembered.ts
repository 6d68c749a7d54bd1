// Keeps what was worked out from some objects for as long as those objects live.

interface Shelf {
  readonly deeper: WeakMap<object, Shelf>;
  readonly values: Map<string, unknown>;
}

const empty = (): Shelf => ({ deeper: new WeakMap(), values: new Map() });
const root = empty();

/** A place for values of one kind, each found by the objects it was made from and a name. */
export interface Remembered<T> {
  readonly get: () => T | undefined;
  readonly set: (value: T) => T;
}

/** The place that belongs to these objects, in this order, and this name. `name` also says what kind of value it is. */
export function remembered<T>(objects: readonly object[], name: string): Remembered<T> {
  let shelf = root;
  for (const object of objects) {
    let next = shelf.deeper.get(object);
    if (next === undefined) shelf.deeper.set(object, (next = empty()));
    shelf = next;
  }
  return {
    get: () => shelf.values.get(name) as T | undefined,
    set: (value) => {
      shelf.values.set(name, value);
      return value;
    },
  };
}
