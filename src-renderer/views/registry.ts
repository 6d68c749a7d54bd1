// The views in the order of the rail and of Ctrl 1, 2, …
import { defineAsyncComponent, type Component } from 'vue';
import type { ViewId } from '../commands';
import type { IconName } from '../icons';

export interface View {
  readonly id: ViewId;
  readonly label: string;
  readonly icon: IconName;
  /** Whether the view is about a layer of the model: then the layer strip is shown. */
  readonly strip: boolean;
  readonly component: Component;
}

export const views: readonly View[] = [
  {
    ...{ id: 'train', label: 'Train', icon: 'train', strip: false },
    component: defineAsyncComponent(() => import('./TrainView.vue')),
  },
  {
    ...{ id: 'filters', label: 'Filters', icon: 'filters', strip: true },
    component: defineAsyncComponent(() => import('./FiltersView.vue')),
  },
  {
    ...{ id: 'compare', label: 'Compare', icon: 'compare', strip: true },
    component: defineAsyncComponent(() => import('./CompareView.vue')),
  },
  {
    ...{ id: 'draw', label: 'Draw', icon: 'draw', strip: false },
    component: defineAsyncComponent(() => import('./DrawView.vue')),
  },
  {
    ...{ id: 'galleries', label: 'Galleries', icon: 'galleries', strip: false },
    component: defineAsyncComponent(() => import('./GalleriesView.vue')),
  },
  {
    ...{ id: 'question', label: 'The question', icon: 'question', strip: false },
    component: defineAsyncComponent(() => import('./QuestionView.vue')),
  },
];
