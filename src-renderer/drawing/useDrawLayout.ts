// How large the drawing and every layer's maps are: whole scales that fit the room there is.
import { computed, onBeforeUnmount, onMounted, ref, type Ref } from 'vue';
import type { ModelInfo } from '../../src-main/contract/model';
import { arrange, extentOf, type MapShape, type Sheet } from './sheet-layout';

/** Screen pixels of a sheet's heading and the gap below. */
const HEAD = 24 + 16;
/** Screen pixels at the right that no sheet has: padding, and the card of the strongest unit below. */
const BESIDE = 46;
const BELOW = 122;

export const hasMaps = ({ height, width }: MapShape): boolean => height * width > 1;

/** Layers with maps come first; hidden layers of single cells follow where they fit below without being cut. */
export function useDrawLayout(view: Readonly<Ref<HTMLElement | null>>, model: () => ModelInfo | null) {
  const room = ref({ width: 0, height: 0 });
  const observer = new ResizeObserver(([entry]) => {
    if (entry !== undefined)
      room.value = { width: entry.contentRect.width, height: entry.contentRect.height };
  });
  onMounted(() => {
    if (view.value !== null) observer.observe(view.value);
  });
  onBeforeUnmount(() => {
    observer.disconnect();
  });

  const input = computed(() => model()?.input ?? { height: 28, width: 28 });
  const shapes = computed(() => model()?.layers ?? []);
  const mapShapes = computed(() => shapes.value.filter(hasMaps));
  const stripShapes = computed(() => shapes.value.slice(0, -1).filter((shape) => !hasMaps(shape)));

  /** Screen pixels a pixel of the drawing: as large as leaves room for the bars below and the maps beside. */
  const scale = computed(() => {
    const under = room.value.height < 736 ? 246 : 310;
    const down = (room.value.height - under) / input.value.height;
    const across = (room.value.width * 0.42) / input.value.width;
    return Math.max(1, Math.min(64, Math.floor(Math.min(down, across))));
  });
  const beside = computed(() => ({
    width: room.value.width - Math.max(scale.value * input.value.width + 48, 392) - BESIDE,
    height: room.value.height - BELOW - mapShapes.value.length * HEAD,
  }));
  const sheets = computed(() => arrange(mapShapes.value, beside.value.width, beside.value.height));
  const stripSheets = computed(() => arrange(stripShapes.value, beside.value.width, beside.value.height));

  const extents = (of: readonly MapShape[], on: readonly Sheet[]): { width: number; height: number }[] =>
    of.flatMap((shape, i) => {
      const sheet = on[i];
      return sheet === undefined ? [] : [extentOf(shape, sheet)];
    });
  const all = computed(() => [
    ...extents(mapShapes.value, sheets.value),
    ...extents(stripShapes.value, stripSheets.value),
  ]);
  /** The sheets take what they need, the drawing has the rest. */
  const sheetsWidth = computed(
    () => Math.max(...all.value.map(({ width }) => width), Math.min(320, beside.value.width)) + BESIDE,
  );
  const stripsFit = computed(() => {
    const needed = all.value.reduce((sum, { height }) => sum + height + HEAD, 0);
    return mapShapes.value.length === 0 || needed + BELOW <= room.value.height;
  });
  return { scale, sheets, stripSheets, sheetsWidth, stripsFit };
}
