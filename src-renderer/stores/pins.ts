// The units that were pinned for Compare, by model and layer; kept for the session.
import { defineStore } from 'pinia';
import { shallowReactive } from 'vue';

const NONE: readonly number[] = [];

export const usePins = defineStore('pins', () => {
  const byLayer = shallowReactive(new Map<string, readonly number[]>());
  const key = (model: string, layer: string): string => JSON.stringify([model, layer]);

  /** Pinned units of a layer in ascending order. */
  const of = (model: string, layer: string): readonly number[] => byLayer.get(key(model, layer)) ?? NONE;

  function toggle(model: string, layer: string, unit: number): void {
    const pinned = of(model, layer);
    const next = pinned.includes(unit) ? pinned.filter((each) => each !== unit) : [...pinned, unit];
    byLayer.set(
      key(model, layer),
      next.toSorted((a, b) => a - b),
    );
  }

  return { of, toggle };
});
