// The window's width, for what CSS alone cannot choose: whole-number scales of pictures.
import { onBeforeUnmount, onMounted, readonly, ref, type Ref } from 'vue';

export function useWidth(): Readonly<Ref<number>> {
  const width = ref(innerWidth);
  const measure = (): void => {
    width.value = innerWidth;
  };
  onMounted(() => {
    addEventListener('resize', measure);
  });
  onBeforeUnmount(() => {
    removeEventListener('resize', measure);
  });
  return readonly(width);
}
