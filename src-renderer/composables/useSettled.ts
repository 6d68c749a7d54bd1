// A value that stood still for a while: what is slow to find is asked for only then, not for all that is passed on the way.
import { onScopeDispose, readonly, shallowRef, watch, type Ref } from 'vue';

/** The value once it has not changed for `wait` ms; null until then. */
export function useSettled<T>(value: () => T, wait = 500): Readonly<Ref<T | null>> {
  const settled: Ref<T | null> = shallowRef(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(
    value,
    (now) => {
      settled.value = null;
      clearTimeout(timer);
      timer = setTimeout(() => (settled.value = now), wait);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    clearTimeout(timer);
  });
  return readonly(settled) as Readonly<Ref<T | null>>;
}
