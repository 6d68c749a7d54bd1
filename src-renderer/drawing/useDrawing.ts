// The picture that is drawn: strokes, erasing, nudging, and a way back.
import { computed, ref, shallowRef } from 'vue';
import { blank, isBlank, nudge, stroke, type Bitmap, type Point } from './bitmap';

/** Steps back that are kept. */
const KEPT = 100;

export type Tool = 'brush' | 'erase';

/** A drawing of height × width pixels. `label` is that of a test image which was not changed since. */
export function useDrawing(height: number, width: number) {
  const bitmap = shallowRef<Bitmap>(blank(height, width));
  const history = shallowRef<readonly Bitmap[]>([]);
  const tool = ref<Tool>('brush');
  const size = ref(2);
  const label = ref<number | null>(null);

  /** Remembers the picture as it is: called before each change that Undo takes back. */
  function keep(): void {
    history.value = [...history.value.slice(1 - KEPT), bitmap.value];
    label.value = null;
  }

  function draw(from: Point, to: Point, erases = tool.value === 'erase'): void {
    bitmap.value = stroke(bitmap.value, from, to, size.value, erases);
  }

  function undo(): void {
    const before = history.value.at(-1);
    if (before === undefined) return;
    history.value = history.value.slice(0, -1);
    bitmap.value = before;
    label.value = null;
  }

  function clear(): void {
    if (isBlank(bitmap.value)) return;
    keep();
    bitmap.value = blank(height, width);
  }

  function move(dx: number, dy: number): void {
    keep();
    bitmap.value = nudge(bitmap.value, dx, dy);
  }

  /** Puts a test image in the drawing's place. */
  function show(pixels: Uint8Array, of: number | null): void {
    keep();
    bitmap.value = { height, width, pixels: new Uint8Array(pixels) };
    label.value = of;
  }

  return {
    ...{ bitmap, tool, size, label, keep, draw, undo, clear, move, show },
    isEmpty: computed(() => isBlank(bitmap.value)),
    canUndo: computed(() => history.value.length > 0),
  };
}

export type Drawing = ReturnType<typeof useDrawing>;
