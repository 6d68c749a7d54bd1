// The library as it is searched, narrowed to a layer, and sorted.
import { computed, ref } from 'vue';
import type { GallerySummary } from '../../src-main/contract/calls';
import { methodLabel } from '../stores/filters';
import { useGalleries } from '../stores/galleries';

export const sorts = [
  { value: 'newest', label: 'Newest first' },
  { value: 'oldest', label: 'Oldest first' },
  { value: 'name', label: 'By name' },
  { value: 'score', label: 'By score' },
] as const;
type Sort = (typeof sorts)[number]['value'];

const time = ({ createdAt }: GallerySummary): number => new Date(createdAt).getTime();
const orders: Readonly<Record<Sort, (a: GallerySummary, b: GallerySummary) => number>> = {
  newest: (a, b) => time(b) - time(a),
  oldest: (a, b) => time(a) - time(b),
  name: (a, b) => a.title.localeCompare(b.title),
  score: (a, b) => (b.medianRatio ?? -1) - (a.medianRatio ?? -1),
};
const textOf = ({ title, layer, method, model, createdAt }: GallerySummary): string =>
  [title, layer, methodLabel(method), model, createdAt].join(' ').toLowerCase();

/** `found` has every word of `words` and is of `layer` ('' for all); `layers` are the choices there are. */
export function useLibrary() {
  const galleries = useGalleries();
  const words = ref('');
  const layer = ref('');
  const sort = ref<Sort>('newest');
  const layers = computed(() => [
    { value: '', label: 'All' },
    ...[...new Set(galleries.list.map((gallery) => gallery.layer))]
      .filter(Boolean)
      .sort()
      .map((name) => ({ value: name, label: name })),
  ]);
  const found = computed(() => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    return galleries.list
      .filter((gallery) => layer.value === '' || gallery.layer === layer.value)
      .filter((gallery) => wanted.every((word) => textOf(gallery).includes(word)))
      .toSorted(orders[sort.value]);
  });
  return { words, layer, sort, layers, found };
}
