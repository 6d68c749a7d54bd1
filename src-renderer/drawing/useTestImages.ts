// Test images of the dataset that judges the open model, to draw on.
import { computed, ref, shallowRef, watch } from 'vue';
import type { DatasetInfo } from '../../src-main/contract/calls';
import { call } from '../bridge';
import { useModel } from '../stores/model';
import { useNotices } from '../stores/notices';
import type { Drawing } from './useDrawing';

/** `count` is 0 where there is no data for the model; `index` is the image picked last; `label` what it is called. */
export function useTestImages(drawing: Drawing) {
  const models = useModel();
  const notices = useNotices();
  const dataset = shallowRef<DatasetInfo | null>(null);
  const index = ref<number | null>(null);
  const count = computed(() => dataset.value?.test ?? 0);

  watch(
    () => models.model?.id,
    async (model) => {
      dataset.value = null;
      index.value = null;
      if (model === undefined) return;
      const found = await call('draw.dataset', { model }).catch(() => null);
      if (models.model?.id === model) dataset.value = found;
    },
    { immediate: true },
  );

  async function pick(to: number): Promise<void> {
    const model = models.model?.id;
    if (count.value === 0 || model === undefined) return;
    const wrapped = ((to % count.value) + count.value) % count.value;
    const found = await notices.attempt(() => call('draw.testImage', { model, index: wrapped }));
    if (found === undefined || models.model?.id !== model) return;
    index.value = found.index;
    drawing.show(found.image, found.label);
  }

  const label = computed(() => {
    const of = drawing.label.value;
    return of === null ? null : (models.model?.classes[of] ?? String(of));
  });
  return {
    ...{ count, index, label },
    next: () => pick((index.value ?? -1) + 1),
    previous: () => pick((index.value ?? 0) - 1),
    random: () => pick(Math.floor(Math.random() * count.value)),
  };
}
