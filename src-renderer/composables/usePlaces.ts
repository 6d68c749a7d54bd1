// Everywhere that Ctrl K leads: views, layers, units, galleries, and the few actions of the whole app.
import { computed, type ComputedRef } from 'vue';
import type { IconName } from '../icons';
import { useApp } from '../stores/app';
import { useGalleries } from '../stores/galleries';
import { useModel } from '../stores/model';
import { useNotices } from '../stores/notices';
import { views } from '../views/registry';

export interface Place {
  readonly name: string;
  readonly kind: string;
  readonly icon: IconName;
  readonly go: () => void;
}

export function usePlaces(): ComputedRef<Place[]> {
  const app = useApp();
  const store = useModel();
  const galleries = useGalleries();
  const notices = useNotices();

  /** A layer or unit is shown in Filters, unless the view at hand shows layers too. */
  const toLayer = (layer: string): void => {
    store.chooseLayer(layer);
    if (app.view !== 'compare') app.show('filters');
  };
  const dialog = (name: string, icon: IconName, to: 'settings' | 'about' | 'help'): Place => ({
    ...{ name, icon, kind: 'app' },
    go: () => (notices.dialog = to),
  });

  return computed(() => [
    ...views.map(({ id, label, icon }) => ({
      name: label,
      kind: 'view',
      icon,
      go: () => {
        app.show(id);
      },
    })),
    ...(store.model?.layers ?? []).map((layer) => ({
      ...{ name: layer.name, kind: 'layer', icon: 'filters' as const },
      go: () => {
        toLayer(layer.name);
      },
    })),
    ...[...(store.model?.layers ?? [])]
      .sort((a, b) => Number(b.name === store.layerName) - Number(a.name === store.layerName))
      .flatMap((layer) =>
        Array.from({ length: layer.units }, (_, unit) => ({
          name: `${layer.name} unit ${store.unitName(layer, unit)}`,
          ...{ kind: 'unit', icon: 'stop' as const },
          go: () => {
            toLayer(layer.name);
            store.chooseUnit(unit);
          },
        })),
      ),
    ...galleries.list.map((gallery) => ({
      ...{ name: gallery.title, kind: 'gallery', icon: 'galleries' as const },
      go: () => {
        galleries.show(gallery.id);
        app.show('galleries');
      },
    })),
    { name: 'Open model', kind: 'app', icon: 'folder', go: () => void store.openDialog() },
    {
      name: 'The model that came with Filterscope',
      ...{ kind: 'app', icon: 'filters' as const, go: () => void store.openShipped() },
    },
    { name: 'Light or dark theme', kind: 'app', icon: 'theme', go: () => void app.turnTheme() },
    dialog('Settings', 'settings', 'settings'),
    dialog('All keys', 'keyboard', 'help'),
    dialog('About Filterscope', 'info', 'about'),
  ]);
}

/** Places in which every word begins a word of the name; a bare number finds units. Names that begin so come first. */
export function findPlaces(places: readonly Place[], words: string): Place[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const parts = (place: Place): string[] => `${place.name} ${place.kind}`.toLowerCase().split(/[\s·,]+/);
  const found = places.filter((place) =>
    wanted.every((word) => parts(place).some((part) => part.startsWith(word))),
  );
  const exact = (place: Place): number => {
    const own = parts(place);
    return wanted.filter((word) => own.includes(word)).length + (own[0] === wanted[0] ? 1 : 0);
  };
  return wanted.length === 0 ? found : found.toSorted((a, b) => exact(b) - exact(a));
}
