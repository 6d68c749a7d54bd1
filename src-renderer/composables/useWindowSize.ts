// The window's size, for what CSS alone cannot choose: whole-number scales of pictures.
import { onBeforeUnmount, onMounted, readonly, ref, type Ref } from 'vue';

function useMeasure(measured: () => number): Readonly<Ref<number>> {
  const size = ref(measured());
  const measure = (): void => {
    size.value = measured();
  };
  onMounted(() => {
    addEventListener('resize', measure);
  });
  onBeforeUnmount(() => {
    removeEventListener('resize', measure);
  });
  return readonly(size);
}

export const useWidth = (): Readonly<Ref<number>> => useMeasure(() => innerWidth);
export const useHeight = (): Readonly<Ref<number>> => useMeasure(() => innerHeight);
