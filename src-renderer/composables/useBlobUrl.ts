// A blob: address for the bytes of a PNG, given back when they change or the component goes.
import { onScopeDispose, readonly, shallowRef, watch, type Ref } from 'vue';

/** The address; '' while there are no bytes. */
export function useBlobUrl(png: () => Uint8Array | null): Readonly<Ref<string>> {
  const url = shallowRef('');
  const revoke = (): void => {
    if (url.value !== '') URL.revokeObjectURL(url.value);
  };
  watch(
    png,
    (bytes) => {
      revoke();
      url.value =
        bytes === null ? '' : URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: 'image/png' }));
    },
    { immediate: true },
  );
  onScopeDispose(revoke);
  return readonly(url);
}
